"""A conversation: a tree of turns, a head, and settings that change along the way.

Owns the invariants of the tree, and decides which part of a branch is sent again. It changes
only by applying records, in the order of its file; its methods make a record, apply it and
return it for the journal. Nothing is ever removed: the head moves, old branches stay.

Must not know: the disk, the clock, where ids come from, the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any, assert_never

from streamchat.core.conversation.history import (
    ASKED,
    AUTOMATIC,
    COMPACTS,
    CONTAINER,
    IMPORTED,
    SERVER,
    VALUE,
)
from streamchat.core.conversation.questions import ReadableConversation, SystemPrompt
from streamchat.core.conversation.titles import one_line
from streamchat.core.conversation.tree import TOLD, SignedSettings
from streamchat.core.errors import UsageError
from streamchat.core.messages import Message, without_empty_text
from streamchat.core.records import (
    EmptyReply,
    Head,
    Header,
    Partial,
    Record,
    Setting,
    Turn,
    Unknown,
    UnparsedTurn,
    is_id,
)

__all__ = [
    "ASKED",
    "AUTOMATIC",
    "COMPACTS",
    "CONTAINER",
    "IMPORTED",
    "SERVER",
    "TOLD",
    "VALUE",
    "Conversation",
    "SignedSettings",
    "SystemPrompt",
    "one_line",
]


class Unchanged(Enum):
    """Says "leave it as it is" where None says "have none"."""

    UNCHANGED = "unchanged"


class Conversation(ReadableConversation):
    """See the module. Turns are named by their ids; what can be asked is in `questions`."""

    @classmethod
    def new(
        cls,
        id: str,
        created: str,
        model: str,
        system: str | None = None,
        directory: str | None = None,
    ) -> Conversation:
        """An empty conversation that begins in that directory."""
        return cls(Header(id, created, model, system or None, directory=directory))

    # Records in

    def apply(self, record: Record) -> None:
        """Apply the next record of the file. Never raises: a record that makes no sense (a
        head on a lost turn, a second header) has no effect."""
        match record:
            case Turn() | UnparsedTurn():
                if self._tree.add_turn(record, signed=self._signed_settings):
                    self._totals.add(record)
            case Partial():
                self._tree.add_partial(record, signed=self._signed_settings, model=self.model)
            case Head(turn):
                if turn is None or turn in self._tree.nodes:
                    self._tree.head = turn
            case Setting(changes):
                self._settings.update(changes)
            case EmptyReply():
                self._totals.add(record)
            case Header() | Unknown():
                pass
            case _:
                assert_never(record)
        self.records.append(record)

    # Records out

    def append(
        self,
        message: Message,
        id: str,
        at: str,
        *,
        extra: Mapping[str, Any] | None = None,
        after: str | None = None,
    ) -> Turn:
        """Add a turn after the head or after the turn `after`, or in place of the partial
        reply of the same id. It becomes the head.

        Raises ValueError for an empty message (empty text is never a turn), and for an id
        that is taken or that a file cannot hold.
        """
        if not without_empty_text(message.content):
            raise ValueError("a turn needs content")
        node = self._tree.nodes.get(id)
        if not is_id(id) or (node is not None and not node.partial):
            raise ValueError(f"{id!r} cannot be the id of a new turn")
        turn = Turn(id, self._parent_of(id, after), at, message, extra or {})
        self.apply(turn)
        return turn

    def begin_branch(
        self, message: Message, id: str, at: str, *, extra: Mapping[str, Any]
    ) -> Turn:
        """Add another first turn. It is one record: the file holds it whole or not at all."""
        turn = Turn(id, None, at, message, extra)
        self.apply(turn)
        return turn

    def partial(self, id: str, text: str, at: str, *, after: str | None = None) -> Partial:
        """Add the next piece of a reply that is still arriving, after the head or `after`.
        With the first piece it becomes the head."""
        start = self._tree.partial_length(id)
        record = Partial(id, self._parent_of(id, after), at, text, start)
        self.apply(record)
        return record

    def _parent_of(self, id: str, after: str | None) -> str | None:
        node = self._tree.nodes.get(id)
        return (after or self.head) if node is None else node.parent

    def undo(self, exchanges: int = 1) -> Head:
        """Move the head to before the last questions."""
        asked = list(self._tree.said_by("user", self._tree.path()))
        if not 1 <= exchanges <= len(asked):
            raise UsageError(f"There are {len(asked)} exchanges to undo, not {exchanges}.")
        return self.edit(asked[-exchanges])

    def retry(self) -> Head:
        """Move the head to the last question, to ask it again. The old answer stays."""
        asked = self.last_asked
        if asked is None:
            raise UsageError("There is no question to ask again.")
        return self.jump(asked)

    def edit(self, turn: str) -> Head:
        """Move the head to just before a user's turn, so that another can take its place.
        For a summary, move it to the last turn that the summary covers."""
        node = self._tree.nodes.get(turn)
        if node is None or node.turn.role != "user":
            raise UsageError("You can edit only your own messages.")
        summed_up = self.turn(turn).extra.get(COMPACTS)
        known = isinstance(summed_up, str) and summed_up in self._tree.nodes
        return self.jump(summed_up if known else node.parent)

    def jump(self, turn: str | None) -> Head:
        """Continue after any turn; None starts again beside the first turn."""
        if turn is not None and turn not in self._tree.nodes:
            raise UsageError(f"There is no turn {turn!r}.")
        head = Head(turn)
        self.apply(head)
        return head

    def rename(self, title: str) -> Setting:
        """Set the title."""
        if not title.strip():
            raise UsageError("A title needs at least one letter.")
        return self._set(title=" ".join(title.split()))

    def configure(
        self,
        *,
        model: str | Unchanged = Unchanged.UNCHANGED,
        system: str | Unchanged | None = Unchanged.UNCHANGED,
    ) -> Setting:
        """Change the model or the system prompt for the next replies."""
        changes = {"model": model, "system": system or None}
        return self._set(**{k: v for k, v in changes.items() if v is not Unchanged.UNCHANGED})

    def use_tools(self, tools: Sequence[str]) -> Setting:
        """Change the tools that run on the server."""
        return self._set(tools=list(tools))

    def use_citations(self, on: bool) -> Setting:  # noqa: FBT001 - the value of the setting
        """Change whether replies cite the documents."""
        return self._set(citations=on)

    def decline(self, turn: str) -> Setting:
        """Remember that the model declined this question, so that the next one replaces it."""
        return self._set(declined=turn)

    def leave_out_thinking(self) -> Setting:
        """Stop sending the thinking of earlier turns, because a server refused it."""
        return self._set(sends_thinking=False)

    def refuse_system_turns(self, model: str) -> Setting:
        """Remember that the server of this model refused a system turn."""
        return self._set(refuses_system_turns=sorted({*self.refuses_system_turns, model}))

    def add_empty_reply(self, message: Message, at: str) -> EmptyReply:
        """Count the cost of a reply that does not become a turn."""
        record = EmptyReply(at, replace(message, content=()))
        self.apply(record)
        return record

    def _set(self, **changes: object) -> Setting:
        setting = Setting(changes)
        self.apply(setting)
        return setting
