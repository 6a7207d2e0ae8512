"""Conversations of other programs, read from their files.

An edge: owns the formats, reads the files that the user names and no others, writes
nothing. Ids are derived from the source's own, so that a second import finds what the
first one made. What cannot be read is a Fault that says which element is wrong; the
others are read all the same.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamchat.core.conversation import Conversation
from streamchat.core.errors import DiskError, NotFound
from streamchat.core.formatting import format_path
from streamchat.core.message_list import load_json, parse_messages
from streamchat.importers import claude_ai
from streamchat.importers.building import (
    ForeignConversation,
    ForeignMessage,
    ImportFault,
    build_conversation,
)
from streamchat.posix.files import is_not_a_file, open_regular, read_file

__all__ = [
    "ImportFault",
    "conversations_in",
    "is_named",
]

_SQLITE, _ZIP = b"SQLite format 3\0", b"PK\x03\x04"
_IN_ZIP = "conversations.json"
_MOST_BYTES = 2 << 30


def conversations_in(path: Path, *, model: str) -> Iterator[Conversation | ImportFault]:
    """What a claude.ai export (its zip or its conversations.json), the logs.db of llm, or a
    JSON list of messages holds. They go on with `model`.

    Raises NotFound for anything else, DiskError.
    """
    try:
        beginning = _beginning(path)
        if beginning == _SQLITE:
            from streamchat.importers import llm_logs  # sqlite3: 5 ms

            return llm_logs.read_llm_logs(path, model=model)
        if beginning.startswith(_ZIP):
            data = _unpacked(path)
        else:
            data = read_file(path, most_bytes=_MOST_BYTES)
    except OSError as error:
        kind = NotFound if is_not_a_file(error) else DiskError
        reason = error.strerror or str(error)
        raise kind(f"Cannot read {format_path(str(path))}: {reason}.") from error
    return _in_json(data, path, model)


def _beginning(path: Path) -> bytes:
    fd = open_regular(path, os.O_RDONLY)
    try:
        return os.read(fd, len(_SQLITE))
    finally:
        os.close(fd)


def _unpacked(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            found = [i for i in archive.infolist() if Path(i.filename).name == _IN_ZIP]
            if not found:
                raise NotFound(f"{path} holds no {_IN_ZIP}.")
            if found[0].file_size > _MOST_BYTES:
                raise NotFound(f"{path}: {_IN_ZIP} is larger than 2 GB.")
            return archive.read(found[0])
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise NotFound(f"{path} is not a readable zip file: {error}.") from error


def _in_json(data: bytes, path: Path, model: str) -> Iterator[Conversation | ImportFault]:
    loaded = _loaded(data, path)
    if isinstance(loaded, dict) and "chat_messages" in loaded:
        loaded = [loaded]
    if not isinstance(loaded, list):
        raise NotFound(f"{path} is not a list of conversations or messages.")
    if any(isinstance(item, dict) and "chat_messages" in item for item in loaded):
        return claude_ai.read_claude_ai(loaded, model=model)
    return _list_of_messages(loaded, data, path.stem, model)


def _list_of_messages(
    loaded: list[object], data: bytes, name: str, model: str
) -> Iterator[Conversation | ImportFault]:
    try:
        messages = parse_messages(loaded)
    except ValueError as error:
        yield ImportFault(str(error))
        return
    source = ForeignConversation("messages", hashlib.sha256(data).hexdigest(), title=name)
    items = [
        ForeignMessage(str(number), str(number - 1), message.role, message.content)
        for number, message in enumerate(messages, 1)
    ]
    conversation = build_conversation(source, items, model=model)
    yield conversation if conversation.turn_count else ImportFault("the list is empty")


def _loaded(data: bytes, path: Path) -> Any:
    try:
        return load_json(data)
    except ValueError as error:
        raise NotFound(f"{path} is not JSON: {error}.") from error


def is_named(conversation: Conversation, name: str) -> bool:
    """Whether a person may mean it by `name`: a part of its title, or its id there."""
    wanted = name.casefold()
    source_id = str(conversation.header.extra.get("source_id", ""))
    return wanted in conversation.title.casefold() or source_id.casefold().startswith(wanted)
