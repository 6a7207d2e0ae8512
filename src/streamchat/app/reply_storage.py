"""Stores an exchange: the reply as a turn, or at least its cost.

Rule: a question that the program asks by itself becomes a turn together with the reply, in
one write, or neither does. Of an aside only the cost is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.app.requesting import read_prompt, tell
from streamchat.app.session import Session
from streamchat.core.conversation import CONTAINER, TOLD, VALUE
from streamchat.core.messages import Message, has_answer
from streamchat.core.records import Turn
from streamchat.core.reply import joined


@dataclass(slots=True)
class ReplyStorage:
    """`question` is what the program asks by itself, until it is a turn."""

    session: Session
    question: Message | None
    is_aside: bool
    after: str = ""  # the turn that the reply follows on a branch, so that the head stays
    last_turn: str = ""  # of the reply
    kept: Message | None = None  # includes the part before a pause
    received: Message | None = None  # the same, including what was not worth keeping

    def checkpoint(self, turn_id: str, text: str) -> None:
        """Store a part of a reply that is still arriving."""
        if not self.is_aside:
            before = self._question_turn()
            self.session.checkpoint(turn_id, text, before=before, after=self.after)

    def keep(self, received: Message, *, turn_id: str, told: bool, container: str = "") -> None:
        """Store the reply as a turn, or at least its cost when it says nothing. `told` says
        whether its request had system turns; `container` is where a paused reply continues."""
        self.received = joined(self.received, received)
        is_answer = has_answer(received.content)
        if is_answer:
            self.kept = joined(self.kept, received)
        if is_answer and not self.is_aside:
            before = self._question_turn()
            marks = {VALUE: self.session.shape is not None, TOLD: told, CONTAINER: container}
            extra = {mark: value for mark, value in marks.items() if value}
            self.session.add(
                received, turn_id=turn_id, before=before, extra=extra, after=self.after
            )
            self.last_turn = turn_id
            self.after = self.after and turn_id  # what follows a pause
        else:
            self.session.add_empty_reply(received)

    def _question_turn(self) -> list[Turn]:
        """The question, and the system turn that is due after it."""
        question, self.question = self.question, None
        if question is None:
            return []
        turns = [self.session.add_automatic(question)]
        if news := read_prompt(self.session).news:
            told, id = tell(self.session, news), self.session.new_id()
            turns.append(self.session.conversation.append(told, id, self.session.now()))
        return turns
