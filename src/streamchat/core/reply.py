"""Folds the events of a reply into a Message, complete or as far as it arrived.

Owns: which parts of an incomplete reply are kept. Must not know: why the reply ended.
Rule 1: a finished reply is the Message that `Finished` carries, never a reconstruction.
Rule 2: the work is linear. Pieces are collected in lists and joined on request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import (
    INTERRUPTED,
    THINKING_TYPES,
    Block,
    Message,
    Usage,
    answered_calls,
    is_answered,
    text_block,
    without_empty_text,
)

# The estimate until the server counts. Low, so that a cost cap errs on the safe side.
CHARACTERS_PER_TOKEN = 3


@dataclass(slots=True)
class ReplyFold:
    """One reply. Feed it every event; ask for the message at any time."""

    _started: Started | None = None
    _usage: Usage | None = None
    _closed: list[Block] = field(default_factory=list)
    _open_text: list[str] = field(default_factory=list)  # of the block that is arriving
    _text: list[str] = field(default_factory=list)
    _thinking: list[str] = field(default_factory=list)
    _characters: int = 0
    _whole: Message | None = None

    def feed(self, event: Event) -> None:
        """Take the next event. Events that do not change the message are ignored."""
        match event:
            case TextDelta(text):
                self._text.append(text)
                self._open_text.append(text)
                self._characters += len(text)
            case ThinkingDelta(text):
                self._thinking.append(text)
                self._characters += len(text)
            case BlockStarted():
                self._keep_open_text()
            case BlockStopped(_, block):
                self._open_text.clear()  # the block has it
                self._closed.append(block)
            case Started():
                # message_start counts one token of output, whatever will come
                self._started = event
                self._usage = replace(event.usage, output_tokens=None)
            case UsageUpdated(usage):
                self._usage = usage
            case Finished(message):
                self._whole = message
            case _:
                pass

    @property
    def text(self) -> str:
        """The text of the answer so far."""
        return "".join(self._text)

    @property
    def thinking(self) -> str:
        """The summary of the reasoning so far."""
        return "".join(self._thinking)

    @property
    def model(self) -> str | None:
        """The model that answers, as the server names it."""
        return self._started.model if self._started else None

    def usage_so_far(self) -> Usage | None:
        """The counts; None before the server accepts the request. Output that is not counted
        yet is estimated from its characters."""
        if self._whole is not None:
            return self._whole.usage
        if self._usage is None or self._usage.output_tokens is not None:
            return self._usage
        tokens = self._characters // CHARACTERS_PER_TOKEN
        searches = sum(map(_is_search, self._closed)) or self._usage.web_searches
        return replace(self._usage, output_tokens=tokens, web_searches=searches)

    def message(self, stop_reason: str | None = INTERRUPTED) -> Message | None:
        """The reply: complete after `Finished`, else the part that can be kept, or None.
        `stop_reason` is for a reply that did not finish.
        """
        received = self.received(stop_reason)
        return received if received and (self._whole or received.content) else None

    def received(self, stop_reason: str | None = INTERRUPTED) -> Message | None:
        """The same, even without content, for its counts. None if there was no reply."""
        if self._whole is not None:
            return self._whole
        content = keepable([*self._closed, *self._arriving()])
        if not content and self._started is None:
            return None
        return Message(
            "assistant",
            content,
            model=self.model,
            stop_reason=stop_reason,
            usage=self._usage,
            request_id=self._started.request_id if self._started else None,
            message_id=self._started.message_id
            if self._started and self._started.diagnosis
            else None,
        )

    def _arriving(self) -> list[Block]:
        return [text_block("".join(self._open_text))] if self._open_text else []

    def _keep_open_text(self) -> None:
        # Some servers never send content_block_stop; the next start then ends the block.
        self._closed += self._arriving()
        self._open_text.clear()


def _is_search(block: Block) -> bool:
    return block.get("type") == "server_tool_use" and block.get("name") == "web_search"


def joined(before: Message | None, after: Message) -> Message:
    """A paused answer and its continuation, joined into the one answer that was shown."""
    if before is None:
        return after
    costs = (before.cost_usd, after.cost_usd)
    return replace(
        after,
        content=(*before.content, *after.content),
        usage=(before.usage or Usage()).plus(after.usage),
        cost_usd=None if None in costs else sum(filter(None, costs)),
    )


def replayed(message: Message) -> Iterator[Event]:
    """The events of an answer that is stored, without its thinking."""
    for index, block in enumerate(message.content):
        kind = str(block.get("type"))
        if kind in THINKING_TYPES:
            continue
        yield BlockStarted(index, kind)
        if kind == "text":
            yield TextDelta(str(block.get("text", "")))
        yield BlockStopped(index, block)


def keepable(content: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of an unfinished reply that the API accepts in a request: no blank text, no
    thinking without a signature, no tool call without its result.
    """
    answered = answered_calls(content)
    return without_empty_text(_without_loose_ends(content, answered))


def _without_loose_ends(content: Sequence[Block], answered: frozenset[str]) -> Iterable[Block]:
    for block in content:
        kind = str(block.get("type"))
        if kind == "thinking" and not block.get("signature"):
            continue
        if kind.endswith("tool_use") and not is_answered(block, answered):
            continue
        yield block
