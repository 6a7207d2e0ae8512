"""Reads a conversation from the bytes of its file, and lists the damage in them.

Rules: only b"\\n" ends a line. A bad line loses only that line, and is reported with its
number. What can be saved from it (a whole record after a torn one, a record with NULs or bad
UTF-8) is kept. Lost data of an attachment loses only that attachment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from streamchat.core.conversation import Conversation
from streamchat.core.formatting import format_path
from streamchat.core.json_text import require_shallow
from streamchat.core.messages import Block, format_block_name
from streamchat.core.records import (
    Header,
    Record,
    Turn,
    Unknown,
    from_dict,
    join_blobs,
    parse_record,
    read_beginning,
)

WHOLE_BYTES = 4_000_000  # at the end of the file are parsed at once: 0.02 s
_RECORD = re.compile(r'\{\s*"type"\s*:\s*"(?:turn|system|partial|head|set)"')
LoadBlob: TypeAlias = Callable[[str], bytes | None]
_MOST_SAVED = 100  # records from one bad line


class NotConversation(ValueError):
    """No line of the file is a record. The message says what is wrong with the first line."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a line; the first line is 1."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(slots=True)
class _Reading:
    load_blob: LoadBlob | None
    records: list[Record] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)

    def add(self, record: Record, line: int) -> None:
        if self.load_blob is not None and isinstance(record, Turn):
            record, lost = join_blobs(record, self.load_blob)
            self.damage += [Damage(line, _lost(block)) for block in lost]
        self.records.append(record)


def _lost(block: Block) -> str:
    return f"{format_path(format_block_name(block))} is lost: its bytes are gone or damaged"


def read_conversation(
    data: bytes,
    *,
    lost: Header,
    whole_bytes: int = WHOLE_BYTES,
    load_blob: LoadBlob | None = None,
) -> tuple[Conversation, tuple[Damage, ...]]:
    """Read a whole file. `lost` replaces a header that cannot be read. Turns before the
    last `whole_bytes` stay unparsed: they are parsed when someone asks for them. Without
    `load_blob`, attachments have no data: enough for a list and a search.

    Raises NotConversation.
    """
    reading = _read(data, whole_bytes, load_blob)
    header = next((r for r in reading.records if isinstance(r, Header)), None)
    if header is None:
        _require_records(reading)
        reading.damage.append(Damage(1, "the header is missing"))
    conversation = Conversation(
        replace(header, model=header.model or lost.model) if header else lost
    )
    for record in reading.records:
        if record is not header:
            conversation.apply(record)
    return conversation, tuple(sorted(reading.damage, key=lambda damage: damage.line))


def _require_records(reading: _Reading) -> None:
    if not any(not isinstance(record, Unknown) for record in reading.records):
        if not reading.records and not reading.damage:
            raise NotConversation("it is empty")
        first = reading.damage[0] if reading.damage else Damage(1, "there is no header")
        raise NotConversation(str(first))


def _read(data: bytes, whole_bytes: int, load_blob: LoadBlob | None) -> _Reading:
    reading = _Reading(load_blob)
    lines = data.split(b"\n")
    left = len(data)
    for number, line in enumerate(lines, 1):
        left -= len(line) + 1
        unparsed = read_beginning(line, number) if left > whole_bytes else None
        if unparsed is not None:
            reading.records.append(unparsed)
        elif line.strip():
            _read_line(line, number, reading, torn=number == len(lines))
    return reading


def _read_line(line: bytes, number: int, reading: _Reading, *, torn: bool) -> None:
    try:
        record = parse_record(line)
    except ValueError as error:
        _save(line, number, reading, _reason(error, line, torn=torn))
        return
    if isinstance(record, Header) and any(isinstance(r, Header) for r in reading.records):
        reading.damage.append(Damage(number, "a second header"))
    reading.add(record, number)


def _reason(error: ValueError, line: bytes, *, torn: bool) -> str:
    is_object = line.lstrip(b" \t\r\0").startswith(b"{")
    is_json = not isinstance(error, json.JSONDecodeError | UnicodeDecodeError)
    if torn and is_object and not is_json:
        return "it was cut off"
    if isinstance(error, json.JSONDecodeError):
        if error.pos == 0 and not is_object:
            return "not JSON"
        return f"{error.msg} at character {error.pos + 1}"
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start + 1}"
    return str(error)


def _save(line: bytes, number: int, reading: _Reading, reason: str) -> None:
    nulls = line.count(b"\0")
    text = line.replace(b"\0", b"").decode("utf-8", "replace")
    saved = list(_saved(text))
    if nulls:
        found = f"{nulls} NUL bytes" if nulls > 1 else "1 NUL byte"
        reason = found if saved or not text else f"{found}; {reason}"
    reading.damage.append(Damage(number, reason))
    for record in saved:
        reading.add(record, number)


def _saved(text: str) -> Iterator[Record]:
    try:
        yield parse_record(text)
        return
    except ValueError:
        pass
    decoder = json.JSONDecoder()
    done = 0
    for match, _ in zip(_RECORD.finditer(text), range(_MOST_SAVED), strict=False):
        if match.start() < done:
            continue
        try:
            value, done = decoder.raw_decode(text, match.start())
            require_shallow(value, text)
            yield from_dict(value)
        except (ValueError, RecursionError):
            continue
