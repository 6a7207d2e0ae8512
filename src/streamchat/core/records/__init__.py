"""The records of a conversation file: frozen values, to and from one line of JSON each.

Unknown fields are kept in `extra` and unknown record types in Unknown, so that whatever
a newer program wrote survives a round trip. A field of a wrong type counts as unknown.

Must not know: the disk, the clock, the order that records come in.
"""

from __future__ import annotations

import json
from typing import TypeAlias

from streamchat.core.records.reading import (
    Sealed,
    from_dict,
    is_id,
    is_whole,
    parse_record,
    seal,
)
from streamchat.core.records.values import (
    VERSION,
    EmptyReply,
    Head,
    Header,
    Partial,
    Setting,
    Turn,
    Unknown,
    WholeRecord,
)

__all__ = [
    "VERSION",
    "EmptyReply",
    "Head",
    "Header",
    "Partial",
    "Record",
    "Sealed",
    "Setting",
    "Turn",
    "Unknown",
    "from_dict",
    "is_id",
    "is_whole",
    "parse_record",
    "seal",
    "to_line",
]

Record: TypeAlias = WholeRecord | Sealed


def to_line(record: Record) -> bytes:
    """The record as one line of ASCII: immune to U+2028, lone surrogates and locales."""
    if isinstance(record, Sealed):
        return record.line + b"\n"
    return json.dumps(record.to_dict()).encode("ascii") + b"\n"
