"""Conversations of other programs, read from their files.

An edge: owns the formats, reads the files that the user names and no others, writes nothing.
Ids are derived from the source's own, so that a second import finds what the first one made. An
element that cannot be read becomes a fault that names it; the others are still read. Imported
turns name the model that wrote them, if the other program says it.

`loading` reads JSON and JSON lines, `zips` the zip of an export, `building` makes a
conversation; there is a module for each format.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from streamchat.core.conversation import Conversation
from streamchat.core.errors import DiskError, NotFound
from streamchat.core.formatting import format_path
from streamchat.core.times import stamp
from streamchat.importers import chatgpt, claude_ai, claude_code, message_lists
from streamchat.importers.building import AboutFile, ImportFault
from streamchat.importers.chatgpt import FindImage
from streamchat.importers.loading import JsonLines, load
from streamchat.importers.zips import MOST_BYTES, open_zip
from streamchat.posix.files import is_not_a_file, open_regular, read_file

__all__ = [
    "ImportFault",
    "conversations_in",
    "is_named",
]

_SQLITE, _ZIP = b"SQLite format 3\0", b"PK\x03\x04"
_AICHAT = re.compile(rb"^(compressed_)?messages:\s*$", re.MULTILINE)


def conversations_in(path: Path, *, model: str) -> Iterator[Conversation | ImportFault]:
    """The conversations in an export of claude.ai or ChatGPT (the zip or its
    conversations.json), a session of Claude Code or aichat, the logs.db of llm, or a list of
    messages. `model` continues them.

    Raises NotFound for anything else, DiskError.
    """
    beginning = _beginning(path)
    if beginning == _SQLITE:
        from streamchat.importers import llm_logs  # sqlite3: 5 ms

        yield from llm_logs.read_llm_logs(path, model=model)
    elif beginning.startswith(_ZIP):
        with open_zip(path) as archive:
            for data in archive.conversations():
                yield from _in_text(data, path, model, archive.find_image)
    else:
        yield from _in_text(_whole(path), path, model, lambda _pointer: None)


def _beginning(path: Path) -> bytes:
    try:
        fd = open_regular(path, os.O_RDONLY)
        try:
            return os.read(fd, len(_SQLITE))
        finally:
            os.close(fd)
    except OSError as error:
        raise _refused(path, error) from error


def _whole(path: Path) -> bytes:
    try:
        return read_file(path, most_bytes=MOST_BYTES)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> NotFound | DiskError:
    kind = NotFound if is_not_a_file(error) else DiskError
    return kind(f"Cannot read {format_path(str(path))}: {error.strerror or error}.")


def _in_text(
    data: bytes, path: Path, model: str, find_image: FindImage
) -> Iterator[Conversation | ImportFault]:
    name = format_path(str(path))
    is_json = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    try:
        if not is_json and _AICHAT.search(data):
            from streamchat.importers import aichat

            yield from aichat.read_aichat(data, _about(path), model=model)
            return
        loaded = load(data)
    except ValueError as error:
        kind = "JSON" if is_json or not _AICHAT.search(data) else "YAML"
        raise NotFound(f"{name} is not {kind}: {error}.") from error
    found = _in_loaded(loaded, data, path, model, find_image)
    if found is None:
        raise NotFound(f"{name} is not a list of conversations or messages.")
    yield from found


def _in_loaded(
    loaded: object, data: bytes, path: Path, model: str, find_image: FindImage
) -> Iterator[Conversation | ImportFault] | None:
    """Choose the format by what the elements look like; None if it is unknown."""
    if isinstance(loaded, dict) and claude_code.is_session(loaded):
        loaded = JsonLines([loaded])
    is_lines = isinstance(loaded, JsonLines)
    items = loaded.values if isinstance(loaded, JsonLines) else loaded
    if isinstance(items, dict) and not message_lists.holds_messages(items):
        nested = items.get("conversations")
        items = nested if isinstance(nested, list) else [items]
    if isinstance(items, dict):
        return message_lists.read_message_list(items, data, _about(path), model=model)
    if not isinstance(items, list):
        return None
    if _any_has(items, "chat_messages"):
        return claude_ai.read_claude_ai(items, model=model)
    if _any_has(items, "mapping"):
        return chatgpt.read_chatgpt(items, model=model, find_image=find_image)
    if is_lines and any(map(claude_code.is_session, items)):
        return claude_code.read_claude_code(JsonLines(items), name=path.stem, model=model)
    if any(map(message_lists.holds_messages, items)):
        return message_lists.read_message_lists(items, _about(path), model=model)
    if not items or _any_has(items, "role") or _any_has(items, "type"):
        return message_lists.read_message_list(items, data, _about(path), model=model)
    return None


def _about(path: Path) -> AboutFile:
    with suppress(OSError):
        return AboutFile(path.stem, stamp(path.stat().st_mtime))
    return AboutFile(path.stem, "")


def _any_has(items: list[object], key: str) -> bool:
    return any(isinstance(item, dict) and key in item for item in items)


def is_named(conversation: Conversation, name: str) -> bool:
    """Whether `name` may mean it: a part of its title, or its id in the other program."""
    wanted = name.casefold()
    source_id = str(conversation.header.extra.get("source_id", ""))
    return wanted in conversation.title.casefold() or source_id.casefold().startswith(wanted)
