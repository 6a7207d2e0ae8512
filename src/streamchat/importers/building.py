"""A conversation made of what another program kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from streamchat.core.conversation import IMPORTED, Conversation
from streamchat.core.messages import Block, Message, Role, Usage, without_empty_text
from streamchat.core.records import Header, Turn
from streamchat.core.times import parse_time, stamp


@dataclass(frozen=True, slots=True)
class ImportFault:
    """What cannot be imported: the element and what is wrong with it."""

    text: str


@dataclass(frozen=True, slots=True)
class ForeignConversation:
    """The conversation as the other program knows it."""

    program: str
    id: str
    title: str = ""
    created: str = ""
    system: str | None = None
    head: str = ""  # the id of the message it goes on after; "": the last one


@dataclass(frozen=True, slots=True)
class ForeignMessage:
    """A message there. One without content is left out, what follows it is not."""

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
    """Parents come before their children."""
    extra = {"imported_from": source.program, "source_id": source.id}
    header = Header(
        derive_id(source.program, source.id), source.created, model, source.system, extra=extra
    )
    conversation = Conversation(header)
    turns: dict[str | None, str | None] = {None: None}  # by the ids there
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
                # How a reply ended is not on record there: it counts as whole.
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


def derive_id(*names: str) -> str:
    """An id of our form that is always the same for the same names."""
    return hashlib.sha256("\0".join(names).encode("utf-8", "replace")).hexdigest()[:12]


def read_time(text: object) -> str:
    """A time as records carry it; "" for what is none."""
    seconds = parse_time(text)
    return "" if seconds is None else stamp(seconds)
