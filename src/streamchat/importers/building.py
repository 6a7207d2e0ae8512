"""Builds a conversation from the data of another program."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from streamchat.core.conversation import IMPORTED, Conversation
from streamchat.core.formatting import quoted
from streamchat.core.messages import Block, Message, Role, Usage, without_empty_text
from streamchat.core.records import Header, Turn
from streamchat.core.times import parse_time, stamp


@dataclass(frozen=True, slots=True)
class ImportFault:
    """What cannot be imported: the element and what is wrong with it."""

    text: str


@dataclass(frozen=True, slots=True)
class AboutFile:
    """The name of a file and the time when it was written, for conversations without a name
    and a date of their own."""

    name: str
    written: str


@dataclass(frozen=True, slots=True)
class ForeignConversation:
    """The conversation as the other program knows it."""

    program: str
    id: str
    title: str = ""
    created: str = ""
    system: str | None = None
    head: str = ""  # the id of the message it continues after; "": the last one
    model: str | None = None  # that answers when it is continued; None: the user's own


@dataclass(frozen=True, slots=True)
class ForeignMessage:
    """A message of the other program. One without content is skipped, but not what follows
    it."""

    id: str
    parent: str | None
    role: Role
    content: tuple[Block, ...]
    at: str = ""
    model: str | None = None
    usage: Usage | None = None


def build_conversation(
    source: ForeignConversation, items: Iterable[ForeignMessage], *, model: str
) -> Conversation:
    """Build the conversation from `items`, in which parents come before their children."""
    extra = {"imported_from": source.program, "source_id": source.id}
    header = Header(
        derive_id(source.program, source.id), source.created, model, source.system, extra=extra
    )
    conversation = Conversation(header)
    turns: dict[str | None, str | None] = {None: None}  # by the ids of the other program
    for item in items:
        parent = turns.get(item.parent)
        turns[item.id] = parent
        content = without_empty_text(item.content)
        if content:
            id = derive_id(source.program, source.id, item.id)
            turns[item.id] = id
            message = Message(
                item.role,
                content,
                item.model,
                # Other programs do not record how a reply ended: it counts as complete.
                "end_turn" if item.role == "assistant" else None,
                item.usage,
            )
            conversation.apply(Turn(id, parent, item.at, message, {IMPORTED: True}))
    if source.title.strip():
        conversation.rename(source.title)
    head = turns.get(source.head)
    if head is not None and head != conversation.head:
        conversation.jump(head)
    return conversation


def parents_first(items: Sequence[ForeignMessage]) -> Iterator[ForeignMessage]:
    """The items in their order, but each after its parent."""
    waiting = {item.id: item for item in items}
    for item in items:
        line: list[ForeignMessage] = []
        next_up: str | None = item.id
        while next_up in waiting:
            line.append(waiting.pop(next_up))
            next_up = line[-1].parent
        yield from reversed(line)


def derive_id(*names: str) -> str:
    """An id of our form, always the same for the same names."""
    return hashlib.sha256("\0".join(names).encode("utf-8", "replace")).hexdigest()[:12]


def read_time(value: object) -> str:
    """A time as records carry it: from ISO 8601, or from seconds since the epoch; "" if it is
    neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds: float | None = value if abs(value) < 1e15 else None
    else:
        seconds = parse_time(value)
    return "" if seconds is None else stamp(seconds)


def text_of(data: Mapping[str, object], key: str) -> str:
    """The text under a key; "" for anything else."""
    value = data.get(key)
    return value if isinstance(value, str) else ""


def name_conversation(number: int, item: object, key: str) -> str:
    """How a fault names a conversation: by its place, and by its title if it has one."""
    title = text_of(item, key) if isinstance(item, Mapping) else ""
    return f"conversation {number}{f' ({quoted(title)})' if title else ''}"
