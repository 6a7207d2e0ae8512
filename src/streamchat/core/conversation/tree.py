"""The tree of turns: each hangs below its parent, and none is ever removed.

A turn whose parent was lost to damage hangs on the turn that was the head then, so that
the rest of the conversation stays reachable; its node is marked as an orphan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from streamchat.core.messages import INTERRUPTED, Message, Role, text_block
from streamchat.core.records import Partial, Turn, UnparsedTurn

TOLD = "told"  # a field of a reply that was made with the system turns before it


class SignedSettings(NamedTuple):
    """What the signature of thinking covers besides the turns: the system prompt above them,
    the tools with their parameters, whether documents are cited, whether the system turns were
    sent."""

    system: str | None = None
    tools: tuple[str, ...] = ()
    cites: bool = False
    tells: bool = False


@dataclass(slots=True)
class Node:
    """A turn in the tree. `signed` are the settings that it was made under, system turns aside
    (see `Tree.signed_settings`). `top` is the system prompt at the top of a request; `told` is
    the text of the last system turn up to here, which replaced it. `answered` says whether
    there is a reply up to here."""

    turn: Turn | UnparsedTurn
    parent: str | None
    signed: SignedSettings
    orphan: bool
    partial: bool
    top: str | None
    told: str | None
    answered: bool
    children: list[str] = field(default_factory=list)


class Tree:
    """Nodes by the id of their turn, and the head: the parent of the next turn."""

    def __init__(self) -> None:
        self.head: str | None = None  # None is before the first turn
        self.nodes: dict[str, Node] = {}
        self.roots: list[str] = []
        self._partials: dict[str, str] = {}
        self.unreadable: dict[str, int] = {}  # turns found damaged late, with their line

    def add_turn(self, turn: Turn | UnparsedTurn, *, signed: SignedSettings) -> bool:
        """Add a turn and move the head to it; it replaces its partial. False if the turn
        is there already: a failing disk may write one twice."""
        node = self.nodes.get(turn.id)
        self._partials.pop(turn.id, None)
        is_new = node is None or node.partial
        if node is None:
            self._attach(turn, signed=signed, partial=False)
        elif node.partial:
            node.turn, node.partial = turn, False
        self.head = turn.id
        return is_new

    def add_partial(self, record: Partial, *, signed: SignedSettings, model: str) -> None:
        """Add the next piece of a reply. Empty text is never a turn."""
        node = self.nodes.get(record.id)
        if node is not None and not node.partial:
            return
        text = self._partials.get(record.id, "")[: record.start] + record.text
        self._partials[record.id] = text
        if not text.strip():
            return
        message = Message("assistant", (text_block(text),), model, INTERRUPTED)
        turn = Turn(record.id, record.parent, record.at, message)
        if node is None:
            self._attach(turn, signed=signed, partial=True)
            self.head = turn.id
        else:
            node.turn = turn

    def signed_settings(self, id: str) -> SignedSettings:
        """What a turn was made under. A reply of an older program, or of a model that takes no
        system turns, was made with the newest prompt alone."""
        node = self.nodes[id]
        if node.told is None or TOLD not in self.turn(id).extra:
            return node.signed
        return node.signed._replace(system=node.top, tells=True)

    def partial_length(self, id: str) -> int:
        """How many characters of a reply have arrived."""
        return len(self._partials.get(id, ""))

    def _attach(
        self, turn: Turn | UnparsedTurn, *, signed: SignedSettings, partial: bool
    ) -> None:
        """Add a turn below the parent it names."""
        orphan = turn.parent is not None and turn.parent not in self.nodes
        parent = self.head if orphan else turn.parent
        above = None if parent is None else self.nodes[parent]
        is_reply = turn.role == "assistant"
        told = above.told if above else None
        if isinstance(turn, Turn) and turn.role == "system":
            told = turn.message.text
        is_first = is_reply and told is None  # then a system turn can change it
        top = signed.system if above is None or is_first else above.top
        answered = is_reply or (above is not None and above.answered)
        node = Node(turn, parent, signed, orphan, partial, top, told, answered)
        self.nodes[turn.id] = node
        self.ids_below(parent).append(turn.id)

    def ids_below(self, turn: str | None) -> list[str]:
        return self.roots if turn is None else self.nodes[turn].children

    def turn(self, id: str) -> Turn:
        """A turn, parsed. A turn whose line turns out to be damaged has no content."""
        node = self.nodes[id]
        if isinstance(node.turn, UnparsedTurn):
            node.turn = self._parse(node.turn)
        return node.turn

    def _parse(self, unparsed: UnparsedTurn) -> Turn:
        try:
            return unparsed.parse()
        except ValueError:
            self.unreadable[unparsed.id] = unparsed.number
            return Turn(unparsed.id, unparsed.parent, unparsed.at, Message(unparsed.role, ()))

    def upwards(self, end: str | None = None) -> Iterator[str]:
        """The ids from the head, or from `end`, to the first turn."""
        id = end or self.head
        while id is not None:
            yield id
            id = self.nodes[id].parent

    def path(self, end: str | None = None) -> list[str]:
        """The ids from the first turn to the head, or to `end`."""
        return list(self.upwards(end))[::-1]

    def said_by(self, role: Role, ids: Iterator[str] | list[str]) -> Iterator[str]:
        return (id for id in ids if self.nodes[id].turn.role == role)
