"""The file of earlier input: its lines, how one is added, how a conversation's lines are
removed.

A line is a JSON object `{"text": …, "conversation": ID}`: what was sent, and the conversation
that was open then; with `"verbatim": true` it was a message even if it looks like a command.
Older versions wrote the text alone, as a JSON string.

Rules: the file is 0600, in a directory that is created 0700; one write adds one line, under a
lock that is held for that long only; lines are removed by writing a new file and renaming it,
so the file is whole at every moment. Must not know: prompt_toolkit.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from streamchat.core.errors import DiskError
from streamchat.core.input_line import CommandLine, Nothing, parse_input
from streamchat.core.json_text import read_json
from streamchat.core.key_check import find_keys
from streamchat.core.messages import JsonObject
from streamchat.posix.files import NOT_A_LINK, open_regular
from streamchat.prompt.entry import normalised

MAX_ENTRY_CHARACTERS = 4_000_000
MAX_FILE_BYTES = 256_000_000  # the largest file from which lines are removed
LOCK_PATIENCE_S = 0.5  # nobody holds the lock for longer than a write takes


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What was sent; `conversation` is None in lines of older versions."""

    text: str
    conversation: str | None
    is_verbatim: bool = False

    def to_line(self) -> bytes:
        entry: JsonObject = {"text": self.text, "conversation": self.conversation}
        if self.is_verbatim:
            entry["verbatim"] = True
        return json.dumps(entry).encode() + b"\n"


def is_kept(entry: HistoryEntry) -> bool:
    """Whether an entry may be on disk: not without a conversation that is saved, not when
    its text begins with a blank, is huge, or seems to hold a key."""
    text = entry.text
    is_private = entry.conversation is None or not text or text[0].isspace()
    return not is_private and len(text) <= MAX_ENTRY_CHARACTERS and not find_keys(text)


def parse_history_line(line: bytes) -> HistoryEntry | None:
    """None for a damaged line."""
    try:
        data = read_json(line)
    except ValueError:
        return None
    fields = data if isinstance(data, dict) else {"text": data}
    text, conversation = fields.get("text"), fields.get("conversation")
    if not isinstance(text, str) or not text:
        return None
    return HistoryEntry(
        normalised(text),
        conversation if isinstance(conversation, str) else None,
        is_verbatim=fields.get("verbatim") is True,
    )


def append_entry(path: Path, entry: HistoryEntry) -> None:
    """Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(path, os.O_RDWR | os.O_APPEND | os.O_CREAT) as file:
        state = os.fstat(file)
        if stat.S_IMODE(state.st_mode) != 0o600:
            os.fchmod(file, 0o600)
        torn = state.st_size > 0 and os.pread(file, 1, state.st_size - 1) != b"\n"
        os.write(file, b"\n" + entry.to_line() if torn else entry.to_line())


def forget_entries(
    path: Path, conversation: str, *, texts: Collection[str], names: Collection[str]
) -> None:
    """Remove what was typed in a deleted conversation: the lines with its id, the lines of
    older versions that equal one of its `texts`, and the commands that name it by one of its
    `names`. Raises DiskError if some may still be in the file."""
    said = {normalised(text).strip() for text in texts}
    called = {name.casefold().strip() for name in names}

    def stays(line: bytes) -> bool:
        entry = parse_history_line(line)
        if entry is None or entry.conversation == conversation:
            return entry is None
        if entry.conversation is None and entry.text.strip() in said:
            return False
        command = Nothing() if entry.is_verbatim else parse_input(entry.text)
        return not (isinstance(command, CommandLine) and command.argument.casefold() in called)

    try:
        with _opened(path, os.O_RDWR) as file:
            _scratch(path).unlink(missing_ok=True)  # of a process that was killed
            lines = _read(file).splitlines(keepends=True)
            kept = [line for line in lines if stays(line)]
            if len(kept) < len(lines):
                _replace(path, b"".join(kept))
    except FileNotFoundError:
        return
    except OSError as error:
        reason = error.strerror or str(error)
        raise DiskError(f"{path} may still hold what you typed there: {reason}.") from error


def _scratch(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _replace(path: Path, data: bytes) -> None:
    beside = _scratch(path)
    file = open_regular(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NOT_A_LINK)
    try:
        os.fchmod(file, 0o600)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
    finally:
        os.close(file)


def _read(file: int) -> bytes:
    size = os.fstat(file).st_size
    if size > MAX_FILE_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MAX_FILE_BYTES:,} bytes")
    return os.pread(file, size, 0)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """Open and lock the file; again if another file got its name before the lock was held."""
    while True:
        file = open_regular(path, flags | NOT_A_LINK)
        try:
            state = os.fstat(file)
            _lock(file)
            with suppress(FileNotFoundError):
                named = path.lstat()
                if (named.st_dev, named.st_ino) == (state.st_dev, state.st_ino):
                    yield file
                    return
        finally:
            os.close(file)


def _lock(file: int) -> None:
    """Wait for a lock, but not for long: a line that might be lost is better than a prompt
    that hangs."""
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return
            time.sleep(0.005)
        except OSError:  # a file system without locks
            return
        else:
            return
