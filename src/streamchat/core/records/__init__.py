"""The records of a conversation file: frozen values, to and from one line of JSON each.

    conversation  line 1: streamchat (the version, 1 or 2), id, created, model, system;
                  directory (where it began); forked_from, or imported_from and source_id
    turn          id, parent, at, role, content; of a reply also model, stop_reason, usage,
                  cost_usd, request_id, message_id. Marks: imported (its system prompt is
                  unknown), server (the host that made a reply with more than text), automatic
                  (a user's turn that the program wrote, for /continue), compacts (a summary:
                  the last turn that it covers), told (a reply that was made with the system
                  turns before it), container (where a reply that paused runs its tools). In
                  version 2, an attachment's data is kept beside the file: its source has sha256
                  and bytes instead of data (see `blobs`)
    system        id, parent, at, content: a system turn, in version 2. It follows a question,
                  and what follows it is answered under its last text, which replaced the
                  system prompt in mid-conversation. A program that does not know it sends the
                  system prompt of the settings instead
    partial       id, parent, at, from, text: what arrived of a reply from that character on
    head          turn: where the conversation continues
    set           title, model, system, tools, citations; declined (a question that the model
                  declined), sends_thinking (false: a server refused that of earlier turns),
                  refuses_system_turns (models)
    empty_reply   at, model, usage, cost_usd, …: what a reply cost that became no turn, such as
                  an empty answer or the answer to /compact

Unknown fields are kept in `extra` and unknown record types in Unknown, so that whatever a
newer program wrote survives a round trip. A field of a wrong type, an implausible price and an
impossible count are read as unknown; a line nested more than 256 levels deep counts as
damaged.

Must not know: the disk, the clock, the order that records come in.
"""

from __future__ import annotations

import json
from typing import TypeAlias

from streamchat.core.records.blobs import (
    Blobs,
    is_blob_name,
    is_lost,
    join_blobs,
    mentioned_blobs,
    name_blob,
    split_blobs,
)
from streamchat.core.records.reading import (
    UnparsedTurn,
    from_dict,
    is_id,
    is_whole,
    parse_record,
    read_beginning,
)
from streamchat.core.records.values import (
    VERSION,
    VERSION_AT,
    VERSION_DIGIT,
    EmptyReply,
    Head,
    Header,
    Partial,
    Setting,
    Turn,
    Unknown,
    WholeRecord,
    is_version_1,
    needs_version_2,
    with_version,
)

__all__ = [
    "VERSION",
    "VERSION_AT",
    "VERSION_DIGIT",
    "Blobs",
    "EmptyReply",
    "Head",
    "Header",
    "Partial",
    "Record",
    "Setting",
    "Turn",
    "Unknown",
    "UnparsedTurn",
    "from_dict",
    "is_blob_name",
    "is_id",
    "is_lost",
    "is_version_1",
    "is_whole",
    "join_blobs",
    "mentioned_blobs",
    "name_blob",
    "needs_version_2",
    "parse_record",
    "read_beginning",
    "to_line",
    "to_saved",
    "with_version",
]

Record: TypeAlias = WholeRecord | UnparsedTurn


def to_line(record: Record) -> bytes:
    """The record as one line of ASCII: immune to U+2028, lone surrogates and locales."""
    if isinstance(record, UnparsedTurn):
        return record.line + b"\n"
    return json.dumps(record.to_dict()).encode("ascii") + b"\n"


def to_saved(record: Record) -> tuple[bytes, Blobs]:
    """The line of a file, and the blobs that it refers to."""
    if not isinstance(record, Turn):
        return to_line(record), {}
    turn, blobs = split_blobs(record)
    return to_line(turn), blobs
