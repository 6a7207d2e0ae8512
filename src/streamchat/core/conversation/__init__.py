"""A conversation: a tree of turns, a head, and settings that change along the way.

Owns the tree's invariants and what of a branch is sent again. It changes only by
applying records, in the order of its file; its methods make a record, apply it and
return it for the journal. Nothing is ever taken out: the head moves, old branches stay.

Must not know: the disk, the clock, where ids come from, the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import Any, assert_never

from streamchat.core.conversation.history import COMPACTS, IMPORTED, SERVER, to_send
from streamchat.core.conversation.titles import one_line
from streamchat.core.conversation.totals import Totals
from streamchat.core.conversation.tree import Tree
from streamchat.core.errors import UsageError
from streamchat.core.messages import Message, Usage, without_empty_text
from streamchat.core.records import (
    EmptyReply,
    Head,
    Header,
    Partial,
    Record,
    Sealed,
    Setting,
    Turn,
    Unknown,
    is_id,
)

__all__ = ["COMPACTS", "IMPORTED", "SERVER", "Conversation", "Keep", "Turn", "one_line"]


class Keep(Enum):
    """Says "leave it as it is" where None says "have none"."""

    KEEP = "keep"


class Conversation:
    """See the module. Turns are named by their ids."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.records: list[Record] = [header]  # in the order of the file
        self._tree = Tree()
        self._settings: dict[str, Any] = {}
        self._totals = Totals()

    @classmethod
    def new(cls, id: str, created: str, model: str, system: str | None = None) -> Conversation:
        """An empty one."""
        return cls(Header(id, created, model, system or None))

    # Records in

    def apply(self, record: Record) -> None:
        """Take the next record of the file. Never raises: what makes no sense (a head on
        a lost turn, a second header) has no effect."""
        match record:
            case Turn() | Sealed():
                if self._tree.add_turn(record, system=self.system):
                    self._totals.add(record)
            case Partial():
                self._tree.add_partial(record, system=self.system, model=self.model)
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
        self, message: Message, id: str, at: str, *, extra: Mapping[str, Any] | None = None
    ) -> Turn:
        """Add a turn after the head, or in place of the partial reply of the same id.

        Raises ValueError when the message holds nothing: empty text is never a turn; and
        when the id is taken, or none that a file can hold.
        """
        if not without_empty_text(message.content):
            raise ValueError("a turn needs content")
        node = self._tree.nodes.get(id)
        if not is_id(id) or (node is not None and not node.partial):
            raise ValueError(f"{id!r} cannot be the id of a new turn")
        turn = Turn(id, self._parent_of(id), at, message, extra or {})
        self.apply(turn)
        return turn

    def partial(self, id: str, text: str, at: str) -> Partial:
        """Add the next piece of a reply that is still arriving."""
        start = self._tree.partial_length(id)
        record = Partial(id, self._parent_of(id), at, text, start)
        self.apply(record)
        return record

    def _parent_of(self, id: str) -> str | None:
        node = self._tree.nodes.get(id)
        return self.head if node is None else node.parent

    def undo(self, exchanges: int = 1) -> Head:
        """Go back to before the last questions and all that followed them."""
        asked = list(self._tree.said_by("user", self._tree.path()))
        if not 1 <= exchanges <= len(asked):
            raise UsageError(f"There are {len(asked)} exchanges to undo, not {exchanges}.")
        return self.edit(asked[-exchanges])

    def retry(self) -> Head:
        """Go back to the last question, to ask it again; the old answer stays."""
        question = self.last_question
        if question is None:
            raise UsageError("There is no question to ask again.")
        return self.jump(question.id)

    def edit(self, turn: str) -> Head:
        """Go to just before a user's turn, so that another can be said in its place;
        from a summary, back to what it sums up."""
        node = self._tree.nodes.get(turn)
        if node is None or node.turn.role != "user":
            raise UsageError("Only a message of yours can be edited.")
        summed_up = self.turn(turn).extra.get(COMPACTS)
        known = isinstance(summed_up, str) and summed_up in self._tree.nodes
        return self.jump(summed_up if known else node.parent)

    def before(self, turn: str) -> str | None:
        """The turn that one follows; None for a first one."""
        return self._tree.nodes[turn].parent

    def jump(self, turn: str | None) -> Head:
        """Go on after any turn; None begins anew beside the first."""
        if turn is not None and turn not in self._tree.nodes:
            raise UsageError(f"There is no turn {turn!r}.")
        head = Head(turn)
        self.apply(head)
        return head

    def rename(self, title: str) -> Setting:
        """Give it a title of its own."""
        if not title.strip():
            raise UsageError("A title needs at least one letter.")
        return self._set(title=" ".join(title.split()))

    def configure(
        self, *, model: str | Keep = Keep.KEEP, system: str | Keep | None = Keep.KEEP
    ) -> Setting:
        """Change what the next replies are made by and under."""
        changes = {"model": model, "system": system or None}
        return self._set(**{k: v for k, v in changes.items() if v is not Keep.KEEP})

    def decline(self, turn: str) -> Setting:
        """Remember that the model declined this question, so that others do not follow it."""
        return self._set(declined=turn)

    def leave_out_thinking(self) -> Setting:
        """Send no thinking of earlier turns any more: a server refused it."""
        return self._set(sends_thinking=False)

    def add_empty_reply(self, message: Message, at: str) -> EmptyReply:
        """Count what a reply cost of which nothing became a turn."""
        record = EmptyReply(at, replace(message, content=()))
        self.apply(record)
        return record

    def _set(self, **changes: object) -> Setting:
        setting = Setting(changes)
        self.apply(setting)
        return setting

    # Questions

    @property
    def id(self) -> str:
        return self.header.id

    @property
    def head(self) -> str | None:
        """The turn that the conversation goes on after; None is before the first."""
        return self._tree.head

    @property
    def model(self) -> str:
        return str(self._settings.get("model") or self.header.model)

    @property
    def system(self) -> str | None:
        system = self._settings.get("system", self.header.system)
        return system if isinstance(system, str) and system else None

    @property
    def next_parent(self) -> str | None:
        """The turn that the next question follows: the head, or what stands before a
        question that the model declined."""
        head = self.head
        declined = head is not None and head == self._settings.get("declined")
        return self.before(head) if head is not None and declined else head

    @property
    def sends_thinking(self) -> bool:
        """False once a server refused the thinking of earlier turns."""
        return self._settings.get("sends_thinking") is not False

    @property
    def title(self) -> str:
        """The one given, or the first line that the user said; "" when there is none."""
        if self.given_title:
            return self.given_title
        asked = self._tree.said_by("user", list(self._tree.nodes))
        return next(filter(None, (one_line(self.turn(id).message.text) for id in asked)), "")

    @property
    def given_title(self) -> str:
        """The title that somebody gave it; "" when it is called after its first line."""
        given = self._settings.get("title")
        return one_line(given) if isinstance(given, str) else ""

    @property
    def titles(self) -> frozenset[str]:
        """All the titles that it has had."""
        given = (r.changes.get("title") for r in self.records if isinstance(r, Setting))
        return frozenset(filter(None, (*(one_line(str(t or "")) for t in given), self.title)))

    def turn(self, id: str) -> Turn:
        """A turn by its id. One whose line was damaged has no content."""
        return self._tree.turn(id)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn of every branch, oldest first."""
        return tuple(self.turn(id) for id in self._tree.nodes)

    @property
    def turn_count(self) -> int:
        """How many turns there are; unlike `turns`, this reads none of them."""
        return len(self._tree.nodes)

    @property
    def path(self) -> tuple[Turn, ...]:
        """The branch that goes on: from its first turn to the head."""
        return tuple(self.turn(id) for id in self._tree.path())

    def tail(self, count: int) -> tuple[Turn, ...]:
        """The last turns of the path; unlike `path`, this reads no others."""
        ids = [id for id, _ in zip(self._tree.upwards(), range(count), strict=False)]
        return tuple(self.turn(id) for id in reversed(ids))

    def children(self, turn: str | None) -> tuple[Turn, ...]:
        """The turns that follow one, oldest first; None for the first turns."""
        return tuple(self.turn(id) for id in self._tree.ids_below(turn))

    def outline(self) -> tuple[tuple[str, str | None], ...]:
        """Every turn's id and that of the turn it follows, oldest first; reads none."""
        return tuple((id, node.parent) for id, node in self._tree.nodes.items())

    def line(self) -> tuple[str, ...]:
        """The ids of the path; unlike `path`, this reads none of the turns."""
        return tuple(self._tree.path())

    @property
    def last_question(self) -> Turn | None:
        """The last thing that the user said; a summary was not."""
        said = map(self.turn, self._tree.said_by("user", self._tree.upwards()))
        return next((turn for turn in said if COMPACTS not in turn.extra), None)

    @property
    def last_reply(self) -> Turn | None:
        ids = self._tree.said_by("assistant", self._tree.upwards())
        return next(map(self.turn, ids), None)

    @property
    def cost_usd(self) -> float | None:
        """What all branches cost together; None when no reply has a price."""
        return self._totals.cost_usd

    @property
    def usage(self) -> Usage:
        """The tokens of all branches together."""
        return self._totals.usage

    @property
    def unreadable(self) -> dict[str, int]:
        """Turns that were found damaged when they were first read, with their lines."""
        return self._tree.unreadable

    def request_messages(
        self, *, thinking: bool = True, server: str = ""
    ) -> tuple[Message, ...]:
        """What the model on `server` is sent: the path, by the rules of history. The
        request must carry `system`. `thinking` is False when that server refused it."""
        return tuple(to_send(self._tree, self.system, thinking=thinking, server=server))
