"""One open conversation and what a slash command may touch of it.

Owns the order "apply, then on disk": every change is a record, applied to the
conversation and appended to its journal. A disk that refuses costs a warning, never the
conversation in memory. Must not know the terminal, the server or the file format.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

from streamchat.core.budget import Budget
from streamchat.core.capabilities import ModelFacts, facts_by_table
from streamchat.core.conversation import COMPACTS, Conversation
from streamchat.core.errors import DiskError
from streamchat.core.messages import Block, Message, Request, text_block
from streamchat.core.ports import Archive, Exporter, Journal
from streamchat.core.records import Partial, Record, Turn, stamp


class ForgetTyped(Protocol):
    """Takes what was typed in a conversation out of the history of the prompt."""

    def __call__(
        self, conversation: str, *, texts: Collection[str], names: Collection[str]
    ) -> None:
        """The lines with the conversation's id, the lines of older versions that equal one
        of the `texts`, the commands that call it by one of the `names`. Raises DiskError."""


@dataclass(slots=True)
class Session:
    """The conversation that is open now, and how its requests are made."""

    conversation: Conversation
    journal: Journal
    archive: Archive
    exporter: Exporter
    max_tokens: int
    effort: str | None
    thinking: str | None
    cache: bool
    read_attachment: Callable[[str], Block]  # a path or an address
    new_id: Callable[[], str]
    clock: Callable[[], float]  # seconds since the epoch
    warn: Callable[[str], None]
    forget_typed: ForgetTyped
    budget: Budget = field(default_factory=Budget)
    facts: Callable[[str], ModelFacts] = facts_by_table  # what is known of a model now
    attached: tuple[Block, ...] = ()  # to go with the next message
    trace: bool = False  # /events: one dim line for each API event
    disk_failed: bool = False
    sends_thinking: bool = True  # False once the server refused it in this conversation

    def now(self) -> str:
        """The time as records carry it."""
        return stamp(self.clock())

    def message(self, text: str) -> Message:
        """What the user says, behind what was attached to be said with it."""
        attached, self.attached = self.attached, ()
        return Message("user", (*attached, text_block(text)))

    def say(self, text: str) -> Turn:
        """Add the user's message; on disk before anything is sent."""
        return self.add(self.message(text))

    def add(self, message: Message, *, turn_id: str | None = None) -> Turn:
        """Add a message at the head."""
        turn = self.conversation.append(message, id=turn_id or self.new_id(), at=self.now())
        self.record(turn)
        return turn

    def checkpoint(self, turn_id: str, text: str) -> Partial:
        """Put what has arrived of a reply on disk; its turn will supersede it."""
        partial = self.conversation.partial(id=turn_id, text=text, at=self.now())
        self.record(partial)
        return partial

    def record(self, *records: Record) -> None:
        """Append what the conversation has already applied."""
        for record in records:
            try:
                self.journal.append(record)
            except DiskError as error:
                self._disk_refused(error)
            else:
                self.disk_failed = False

    def _disk_refused(self, error: DiskError) -> None:
        if not self.disk_failed:  # once for each failure, not for each checkpoint
            self.warn(f"{error.message} The conversation goes on in memory.")
        self.disk_failed = True

    def go_on_from(self, summary: str, before: str | None) -> None:
        """Begin a branch with a summary of the one that ends at `before`."""
        self.record(self.conversation.jump(None))
        message = Message("user", (text_block(summary),))
        extra = {COMPACTS: before}
        id, at = self.new_id(), self.now()
        self.record(self.conversation.append(message, id=id, at=at, extra=extra))

    def request(self, *, asking: str = "") -> Request:
        """What the model is asked now: the branch at the head, by the history rules.
        With `asking`, what it would be asked if the user said that next."""
        messages = self.conversation.request_messages(thinking=self.sends_thinking)
        if asking:
            messages += (Message("user", (*self.attached, text_block(asking))),)
        return Request(
            model=self.conversation.model,
            messages=messages,
            max_tokens=self.max_tokens,
            system=self.conversation.system,
            effort=self.effort,
            thinking=self.thinking,
            cache=self.cache,
        )

    def change_model(self, model: str) -> str:
        """Let another model answer from here on; what is known not to suit it is left to
        it. Returns the line that says so."""
        self.record(self.conversation.configure(model=model))
        facts, dropped = self.facts(model), []
        if self.thinking is not None and not facts.takes_thinking(self.thinking):
            dropped.append(f"thinking {self.thinking!r}")
            self.thinking = None
        if self.effort is not None and not facts.takes_effort(self.effort):
            dropped.append(f"effort {self.effort!r}")
            self.effort = None
        refused = f" It does not take {' and '.join(dropped)}." if dropped else ""
        return f"{model} answers from here on.{refused}"

    def switch(self, conversation: Conversation, journal: Journal) -> None:
        """Open another conversation in place of this one."""
        self.journal.close()
        self.conversation, self.journal = conversation, journal
        self.disk_failed, self.sends_thinking = False, True

    def begin(self) -> None:
        """Open an empty conversation with the same model and system prompt."""
        self.switch(*self.archive.start(self.conversation.model, self.conversation.system))
