"""What was typed before: one JSON string a line, appended to by every process.

Rules: the file is 0600, in a directory that is created 0700; one write appends one entry;
only the end of the file is ever read, so its size costs nothing; a damaged line is
skipped; a disk that refuses costs the entry its permanence, never the prompt its life.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit.history import History

from streamchat.prompt.entry import normalised

MAX_ENTRIES = 2_000
READ_BYTES = 512 * 1024
MAX_ENTRY_CHARACTERS = 50_000
_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class FileHistory(History):
    """History in `path`, shared with other processes; only in memory when it is None."""

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self._path = path
        self._offset = 0
        self.problem = ""

    async def load(self) -> AsyncGenerator[str, None]:
        """The newest entry first, with what other processes added since."""
        self._read_news()
        for entry in self._loaded_strings:
            yield entry

    def load_history_strings(self) -> Iterable[str]:
        self._read_news()
        return self._loaded_strings

    def append_string(self, string: str) -> None:
        """Nothing: the line editor calls this with what stands in the line, but what
        was sent is recorded, by `record`."""

    def record(self, sent: str, *, on_disk: bool = True) -> None:
        """Keep what was sent, but not what begins with a blank, is huge, or was just
        recorded. Only in memory without `on_disk`."""
        if not sent or sent[0].isspace() or len(sent) > MAX_ENTRY_CHARACTERS:
            return
        self._read_news()
        if self._loaded_strings[:1] == [sent]:
            return
        if on_disk:
            self.store_string(sent)
        else:
            self._loaded_strings.insert(0, sent)

    def store_string(self, string: str) -> None:
        """On disk, and read back from there: the order is that of all processes."""
        try:
            if self._path is not None:
                _append(self._path, json.dumps(string).encode() + b"\n")
                self._read_news()
                return
        except OSError as error:
            self.problem = f"history is not saved: {error.strerror}"
        self._loaded_strings.insert(0, string)

    def _read_news(self) -> None:
        if self._path is None:
            return
        with suppress(OSError):
            news = self._entries(self._path)
            self._loaded_strings = (news[::-1] + self._loaded_strings)[:MAX_ENTRIES]

    def _entries(self, path: Path) -> list[str]:
        file = os.open(path, os.O_RDONLY | _FLAGS)
        try:
            size = _regular(file).st_size
            if size <= self._offset:
                self._offset = size  # nothing new, or another program made it shorter
                return []
            start = max(self._offset, size - READ_BYTES)
            data = os.pread(file, size - start, start)
        finally:
            os.close(file)
        # A reading that began in the middle of a line drops that line, one that ends in
        # the middle leaves it for the next time.
        first = data.find(b"\n") + 1 if start > self._offset else 0
        end = data.rfind(b"\n") + 1
        self._offset = start + end
        return [entry for line in data[first:end].splitlines() if (entry := _decoded(line))]


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _FLAGS, 0o600)
    try:
        state = _regular(file)
        if stat.S_IMODE(state.st_mode) != 0o600:
            os.fchmod(file, 0o600)
        torn = state.st_size > 0 and os.pread(file, 1, state.st_size - 1) != b"\n"
        os.write(file, b"\n" + line if torn else line)
    finally:
        os.close(file)


def _regular(file: int) -> os.stat_result:
    state = os.fstat(file)
    if not stat.S_ISREG(state.st_mode):
        raise OSError(0, "not a regular file")
    return state


def _decoded(line: bytes) -> str:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):  # bad UTF-8 is a ValueError, too
        return ""
    return normalised(entry) if isinstance(entry, str) else ""
