"""What the line below the prompt says about a session.

Rule: it is drawn at every key, so nothing here reads more than the last reply; attachments
are measured once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from streamchat.app.context_window import measure_cache, measure_context
from streamchat.app.session import Session
from streamchat.core.attachment_blocks import measure_block
from streamchat.core.formatting import format_bytes, format_clock, format_price
from streamchat.core.messages import Block, Message, format_block_name
from streamchat.core.sanitize import clean_line, clean_title
from streamchat.core.status_line import UNSAVED, StatusPart, choose_parts

_LEAST_SHOWN = 0.01  # of the context window
_MOST_NAMED = 2  # attachments
_LONGEST_NAME = 32  # of an attachment or a conversation


@dataclass(slots=True)
class StatusLine:
    """`parts(queued)` gives the parts in their order; `queued` messages wait to be sent."""

    session: Session
    _attached: tuple[Block, ...] = ()
    _named: list[str] = field(default_factory=list)

    def parts(self, queued: int = 0) -> tuple[StatusPart, ...]:
        wanted = choose_parts(self.session.preferences.status_line)
        if not wanted:
            return ()
        journal = self.session.journal
        is_saved = journal.saves and not journal.unsaved
        warning = () if is_saved else (StatusPart(UNSAVED, "not saved"),)
        found = {part.name: part for part in self._all(queued)}
        return (*warning, *(found[name] for name in wanted if name in found))

    def _all(self, queued: int) -> Iterator[StatusPart]:
        session = self.session
        yield StatusPart("model", clean_line(session.conversation.model))
        if session.effort:
            yield StatusPart("effort", f"{session.effort} effort")
        yield from self._figures()
        if queued:
            yield StatusPart("queue", f"{queued} queued")
        if attached := session.kept or session.attached:
            named = ", ".join(self._name_all(attached))
            yield StatusPart("attachments", named, f"{len(attached)} attached")
        if title := clean_title(session.conversation.title):
            yield StatusPart("title", _shortened(title))

    def _figures(self) -> Iterator[StatusPart]:
        context = measure_context(self.session)
        if context is not None and context.share >= _LEAST_SHOWN:
            yield StatusPart("context", context.format_share())
        cost = self.session.conversation.cost_usd
        if cost is not None:
            yield StatusPart("cost", format_price(cost))
        if cached := measure_cache(self.session):
            yield StatusPart("cache", f"warm until {format_clock(cached.until_s)}")

    def _name_all(self, attached: tuple[Block, ...]) -> list[str]:
        """a.png 12 KB; measuring decodes the whole file."""
        if attached is not self._attached:
            self._attached = attached
            self._named = [_name(block) for block in attached[:_MOST_NAMED]]
            if len(attached) > _MOST_NAMED:
                self._named.append(f"{len(attached) - _MOST_NAMED} more")
        return self._named


def label_answer(session: Session, message: Message | None) -> str:
    """What follows the figures of an answer: its model and the time of day."""
    time = stamp_answer(session)
    if not time or message is None:
        return ""
    return f"{message.model or session.conversation.model} · {time}"


def stamp_answer(session: Session) -> str:
    """The time of day, where a heading names the model."""
    return "" if session.preferences.no_times else format_clock(session.clock())


def _name(block: Block) -> str:
    size = measure_block(block).size_bytes
    name = _shortened(clean_line(format_block_name(block)))
    return f"{name} {format_bytes(size)}" if size else name


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
