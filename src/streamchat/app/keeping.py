"""Stores an exchange: the reply as a turn, or at least its cost.

Rule: a question that the program asks by itself becomes a turn together with the reply, in
one write, or neither does. Of an aside only the cost is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from streamchat.app.session import Session
from streamchat.core.messages import Message, Usage, has_answer
from streamchat.core.records import Turn


@dataclass(slots=True)
class Keeping:
    """`question` is what the program asks by itself, until it is a turn."""

    session: Session
    question: Message | None
    is_aside: bool
    kept: Message | None = None  # includes the part before a pause
    received: Message | None = None  # the same with what was not worth keeping

    def checkpoint(self, turn_id: str, text: str) -> None:
        """Store a part of a reply that is still arriving."""
        if not self.is_aside:
            self.session.checkpoint(turn_id, text, before=self._question_turn())

    def keep(self, received: Message, *, turn_id: str) -> None:
        """Store the reply as a turn, or at least its cost when it says nothing."""
        self.received = _joined(self.received, received)
        is_answer = has_answer(received.content)
        if is_answer:
            self.kept = _joined(self.kept, received)
        if is_answer and not self.is_aside:
            self.session.add(received, turn_id=turn_id, before=self._question_turn())
        else:
            self.session.add_empty_reply(received)

    def _question_turn(self) -> list[Turn]:
        question, self.question = self.question, None
        return [] if question is None else [self.session.add_automatic(question)]


def _joined(before: Message | None, after: Message) -> Message:
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
