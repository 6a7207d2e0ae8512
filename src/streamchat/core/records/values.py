"""The records of a conversation file as frozen values, and the JSON that each becomes.

A file says its version on its first line. It begins as version 1 and becomes version 2 with
its first attachment or system turn, so that an older program can continue any conversation
that it understands. That digit is the only byte of a file that is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from streamchat.core.messages import JsonObject, Message, Role, Usage

VERSION = 2  # the newest that this program reads
FIRST_VERSION = 1  # of a conversation until something needs the newer one
_VERSION_1 = b'{"streamchat": 1,'
VERSION_AT = _VERSION_1.index(b"1")  # where the digit is in a file of ours
VERSION_DIGIT = str(VERSION).encode("ascii")
REFERENCE = b'"sha256": "'  # in a line of version 2; inside a text its quotes are escaped
_SYSTEM_LINE = b'{"type": "system", '
Extra: TypeAlias = Mapping[str, Any]  # the fields that we do not know


@dataclass(frozen=True, slots=True)
class Header:
    """Line 1. A `version` above VERSION was written by a newer program: read only."""

    id: str
    created: str
    model: str
    system: str | None = None
    version: int = FIRST_VERSION
    directory: str | None = None  # where it began
    extra: Extra = field(default_factory=dict)

    def to_dict(self) -> JsonObject:
        return {
            "streamchat": self.version,
            "type": "conversation",
            "id": self.id,
            "created": self.created,
            "model": self.model,
            "system": self.system,
            **({} if self.directory is None else {"directory": self.directory}),
            **self.extra,
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """A message at its place in the tree. It never changes once it is written. A system turn
    is a record of its own type; a program that does not know the type keeps the record and
    skips it."""

    id: str
    parent: str | None
    at: str
    message: Message
    extra: Extra = field(default_factory=dict)

    @property
    def role(self) -> Role:
        return self.message.role

    def to_dict(self) -> JsonObject:
        message = self.message
        usage = (message.usage or Usage()).to_dict()
        extra = dict(self.extra)
        if isinstance(extra.get("usage"), dict):  # counts that we do not know
            usage |= extra.pop("usage")
        about_reply = {
            "model": message.model,
            "stop_reason": message.stop_reason,
            "usage": usage or None,
            "cost_usd": message.cost_usd,
            "request_id": message.request_id,
            "message_id": message.message_id,
        }
        is_system = message.role == "system"
        return {
            "type": "system" if is_system else "turn",
            "id": self.id,
            "parent": self.parent,
            "at": self.at,
            **({} if is_system else {"role": message.role}),
            "content": [dict(block) for block in message.content],
            **{key: value for key, value in about_reply.items() if value is not None},
            **extra,
        }


@dataclass(frozen=True, slots=True)
class Partial:
    """A piece of a reply's text; the turn of the same id supersedes all of them.

    `text` takes the place of everything from character `start` on, so that a checkpoint
    writes only what is new: a long answer costs its length once, not its square.
    """

    id: str
    parent: str | None
    at: str
    text: str
    start: int = 0
    extra: Extra = field(default_factory=dict)

    def to_dict(self) -> JsonObject:
        named = {"type": "partial", "id": self.id, "parent": self.parent, "at": self.at}
        return {**named, "from": self.start, "text": self.text, **self.extra}


@dataclass(frozen=True, slots=True)
class Head:
    """The next turn follows this one; None is before the first turn."""

    turn: str | None
    extra: Extra = field(default_factory=dict)

    def to_dict(self) -> JsonObject:
        return {"type": "head", "turn": self.turn, **self.extra}


@dataclass(frozen=True, slots=True)
class Setting:
    """Settings that changed: title, model, system, and any that this version does not know."""

    changes: Mapping[str, Any]

    def to_dict(self) -> JsonObject:
        return {"type": "set", **self.changes}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A record of a type that this version does not know."""

    data: Mapping[str, Any]

    def to_dict(self) -> JsonObject:
        return dict(self.data)


@dataclass(frozen=True, slots=True)
class EmptyReply:
    """A reply that did not become a turn. Its cost counts all the same."""

    at: str
    message: Message  # without content
    extra: Extra = field(default_factory=dict)

    def to_dict(self) -> JsonObject:
        turn = Turn("", None, self.at, self.message, self.extra).to_dict()
        left_out = ("type", "id", "parent", "role", "content")
        kept = {key: value for key, value in turn.items() if key not in left_out}
        return {"type": "empty_reply", **kept}


WholeRecord: TypeAlias = Header | Turn | Partial | Head | Setting | EmptyReply | Unknown


def is_version_1(beginning: bytes) -> bool:
    """Whether a file that begins so is of version 1, as this program writes it."""
    return beginning.startswith(_VERSION_1)


def needs_version_2(lines: bytes) -> bool:
    """Whether these lines cannot be in a file of version 1."""
    has_system_turn = lines.startswith(_SYSTEM_LINE) or b"\n" + _SYSTEM_LINE in lines
    return has_system_turn or REFERENCE in lines


def with_version(lines: bytes) -> bytes:
    """The lines of a whole file, with the version that they need on the first."""
    if not (is_version_1(lines) and needs_version_2(lines)):
        return lines
    return lines[:VERSION_AT] + VERSION_DIGIT + lines[VERSION_AT + 1 :]
