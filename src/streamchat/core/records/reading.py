"""Reads records from lines: completely, or only the beginning of a turn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar, cast

from streamchat.core.json_text import read_json
from streamchat.core.messages import (
    LONGEST_NAME,
    Block,
    JsonObject,
    Message,
    Role,
    Usage,
    content_from_wire,
    role_from_wire,
)
from streamchat.core.records.values import (
    REFERENCE,
    EmptyReply,
    Head,
    Header,
    Partial,
    Setting,
    Turn,
    Unknown,
    WholeRecord,
)

MOST_DOLLARS = 1e9
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_T = TypeVar("_T")


def parse_record(line: bytes | str) -> WholeRecord:
    """Read one line. Raises ValueError, which says what is wrong with it."""
    return from_dict(read_json(line))


def from_dict(data: object) -> WholeRecord:
    """Read one record. Raises ValueError if it is not one, or lacks a field that it needs."""
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    match data.get("type"):
        case "conversation":
            return _header(dict(data))
        case "turn":
            return _turn(dict(data))
        case "system":
            return _system_turn(dict(data))
        case "partial":
            return _partial(dict(data))
        case "head":
            return Head(_reference(data, "turn"), _rest(data, "turn"))
        case "set":
            return Setting(_rest(data))
        case "empty_reply":
            return _empty_reply(dict(data))
        case str():
            return Unknown(data)
        case _:
            raise ValueError("a record needs a type")


@dataclass(frozen=True, slots=True)
class UnparsedTurn:
    """A turn of which only the beginning was read: resuming needs few complete turns.

    json.loads of 50 MB takes 0.2 to 0.4 s, the beginnings of the lines 0.01 s.
    """

    id: str
    parent: str | None
    at: str
    role: Role
    line: bytes
    number: int  # of the line, to report damage

    def parse(self) -> Turn:
        """Raises ValueError if the line turns out to be damaged."""
        record = parse_record(self.line)
        if isinstance(record, Turn) and record.id == self.id:
            return record
        raise ValueError("not the turn that its beginning promised")

    def to_dict(self) -> JsonObject:
        return self.parse().to_dict()

    def about_reply(self) -> Message:
        """The message without its content: model, stop reason, usage and cost.

        They follow the content, and an unescaped quote cannot be inside a string.
        """
        for key in (b"model", b"stop_reason", b"usage", b"cost_usd"):
            at = self.line.rfind(b'], "' + key + b'": ')
            if at >= 0 and (tail := _object(b"{" + self.line[at + 3 :])) is not None:
                return _message(self.role, (), tail)
        return Message(self.role, ())


def _object(line: bytes) -> JsonObject | None:
    try:
        data = read_json(line)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


_BEGINNING = re.compile(
    rb'\{"type": "turn", "id": "([\w-]{1,64})", "parent": (?:null|"([\w-]{1,64})"), '
    rb'"at": "([^"\\]*)", "role": "(user|assistant)", "content": \['
)


def read_beginning(line: bytes, number: int) -> UnparsedTurn | None:
    """Read only the beginning of a turn that this program wrote.

    None when the line must be read whole: another kind of record, another writer, an
    attachment that is kept beside the file, or damage (bytes missing at the end, NULs, a
    second record on the line).
    """
    beginning = _BEGINNING.match(line)
    if beginning is None or not line.endswith(b"}") or b"\0" in line:
        return None
    if line.find(b'{"type": "turn", ', 1) >= 0 or REFERENCE in line:
        return None
    turn, parent, at, role = beginning.groups()
    return UnparsedTurn(
        id=turn.decode("ascii"),
        parent=None if parent is None else parent.decode("ascii"),
        at=at.decode("utf-8", "replace"),
        role=cast("Role", role.decode("ascii")),
        line=line,
        number=number,
    )


def is_whole(line: bytes) -> bool:
    """Whether the line is one complete record."""
    try:
        parse_record(line)
    except ValueError:
        return False
    return True


def is_id(text: object) -> bool:
    """Ids are safe in a file name and in a URL."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def _header(data: JsonObject) -> Header:
    version = data.get("streamchat")
    if not isinstance(version, int) or isinstance(version, bool):
        raise ValueError('a conversation begins with "streamchat": 1')
    return Header(
        id=_id(data),
        created=_take(data, "created", str) or "",
        model=_take(data, "model", str) or "",
        system=_take(data, "system", str),
        version=version,
        directory=_take(data, "directory", str),
        extra=_rest(data, "streamchat", "id"),
    )


def _turn(data: JsonObject) -> Turn:
    role = role_from_wire(data.pop("role", None))
    return _read_turn(role, data)


def _system_turn(data: JsonObject) -> Turn:
    turn = _read_turn("system", data)
    blocks = turn.message.content
    if not blocks or any(not isinstance(block.get("text"), str) for block in blocks):
        raise ValueError("a system turn needs text")
    return turn


def _read_turn(role: Role, data: JsonObject) -> Turn:
    content = content_from_wire(data.pop("content", None))
    return Turn(
        id=_id(data),
        parent=_reference(data, "parent"),
        at=_take(data, "at", str) or "",
        message=_message(role, content, data),
        extra=_rest(data, "id", "parent"),
    )


def _empty_reply(data: JsonObject) -> EmptyReply:
    at = _take(data, "at", str) or ""
    return EmptyReply(at, _message("assistant", (), data), _rest(data))


def _partial(data: JsonObject) -> Partial:
    text, start = data.pop("text", None), data.pop("from", 0)
    if not isinstance(text, str) or not isinstance(start, int) or start < 0:
        raise ValueError("a partial reply needs a text")
    return Partial(
        id=_id(data),
        parent=_reference(data, "parent"),
        at=_take(data, "at", str) or "",
        text=text,
        start=int(start),
        extra=_rest(data, "id", "parent"),
    )


def _message(role: Role, content: tuple[Block, ...], data: JsonObject) -> Message:
    """Moves the known fields out of `data`; what is left there is unknown."""
    usage = _take(data, "usage", dict)
    known = None if usage is None else Usage.from_dict(usage)
    if known is not None and (more := _unknown_counts(usage or {}, known)):
        data["usage"] = more
    cost, model = _take_cost(data), _take(data, "model", str)
    return Message(
        role,
        content,
        model=model and model[:LONGEST_NAME],
        stop_reason=_take(data, "stop_reason", str),
        usage=known,
        cost_usd=cost,
        request_id=_take(data, "request_id", str),
        message_id=_take(data, "message_id", str),
    )


def _unknown_counts(usage: JsonObject, known: Usage) -> JsonObject:
    counted = known.to_dict()
    return {key: value for key, value in usage.items() if key not in counted}


def _take(data: JsonObject, key: str, kind: type[_T] | tuple[type[_T], ...]) -> _T | None:
    """Move a field out of `data` if it has the known type; null is the same as absent."""
    value = data.get(key)
    if value is None or (isinstance(value, kind) and not isinstance(value, bool)):
        return cast("_T | None", data.pop(key, None))
    return None


def _take_cost(data: JsonObject) -> float | None:
    """An implausible price counts as unknown."""
    cost = _take(data, "cost_usd", (int, float))
    if cost is None or 0 <= cost < MOST_DOLLARS:
        return None if cost is None else float(cost)
    data["cost_usd"] = cost  # also NaN
    return None


def _id(data: JsonObject) -> str:
    if not is_id(data.get("id")):
        raise ValueError(f"{data.get('id')!r:.80} is not an id")
    return cast("str", data["id"])


def _reference(data: JsonObject, key: str) -> str | None:
    if data.get(key) is not None and not is_id(data[key]):
        raise ValueError(f"{data[key]!r:.80} is not an id")
    return cast("str | None", data.get(key))


def _rest(data: JsonObject, *known: str) -> JsonObject:
    return {key: value for key, value in data.items() if key not in ("type", *known)}
