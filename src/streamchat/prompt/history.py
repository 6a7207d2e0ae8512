"""What was typed before, as prompt_toolkit asks for it; the newest entry comes first.

Rules: only the end of the file is ever read, so its size costs nothing; a damaged line is
skipped; a failing disk loses an entry's place in the file, but never ends the prompt; a file
that was replaced (a conversation was deleted) is read again.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit.history import History

from streamchat.posix.files import NOT_A_LINK, open_regular
from streamchat.prompt.history_file import (
    MAX_ENTRY_CHARACTERS,
    HistoryEntry,
    append_entry,
    is_kept,
    parse_history_line,
)

MAX_ENTRIES = 2_000
READ_BYTES = 16 * 1024 * 1024  # from the end; a large message takes millions


def _text(entry: HistoryEntry) -> str:
    return entry.text


class FileHistory(History):
    """History in `path`, shared with other processes; only in memory when it is None.
    `build_line` turns an entry into the line that Up puts into the prompt."""

    def __init__(
        self, path: Path | None, build_line: Callable[[HistoryEntry], str] = _text
    ) -> None:
        super().__init__()
        self._path = path
        self._build_line = build_line
        self._offset = 0
        self._identity: tuple[int, int] | None = None  # of the file that was read
        self._unwritten: list[str] = []  # entries that are in memory only, newest first
        self.waiting: tuple[str, ...] = ()  # to be sent later, recalled before all else
        self.problem = ""

    async def load(self) -> AsyncGenerator[str, None]:
        """The newest entry first, with what other processes added since."""
        for entry in self.load_history_strings():
            yield entry

    def load_history_strings(self) -> Iterable[str]:
        self._read_news()
        return [*reversed(self.waiting), *self._loaded_strings]

    def append_string(self, string: str) -> None:
        """Does nothing: the line editor calls this with the text in the prompt, but `record`
        stores what was sent."""

    def store_string(self, string: str) -> None:
        """Does nothing: see `append_string`."""

    def record(self, sent: str, *, conversation: str | None, is_verbatim: bool = False) -> None:
        """Keep what was sent while `conversation` was open; only in memory when that is None
        or the text seems to hold a key. Text that begins with a blank, is huge, or was just
        recorded is not kept."""
        if not sent or sent[0].isspace() or len(sent) > MAX_ENTRY_CHARACTERS:
            return
        entry = HistoryEntry(sent, conversation, is_verbatim)
        self._read_news()
        line = self._build_line(entry)
        if self._loaded_strings[:1] == [line]:
            return
        if self._path is None or not is_kept(entry):
            self.keep_in_memory(line)
            return
        try:
            append_entry(self._path, entry)
        except OSError as error:
            self.problem = f"history is not saved: {error.strerror}"
            self.keep_in_memory(line)
        else:
            self._read_news()  # the order is that of all processes

    def adopt(self, entry: HistoryEntry) -> bool:
        """Take in a draft that an earlier program left. Returns whether it is in the file
        now."""
        self.record(entry.text, conversation=entry.conversation, is_verbatim=entry.is_verbatim)
        return not self.problem

    def keep_in_memory(self, line: str) -> None:
        """Let Up bring a line back until the program ends."""
        if self._loaded_strings[:1] == [line]:
            return
        self._unwritten.insert(0, line)
        self._loaded_strings.insert(0, line)

    def holds(self, line: str) -> bool:
        """Whether Up recalls the line."""
        return line in self._loaded_strings

    def is_written(self, line: str) -> bool:
        """Whether a line that Up recalls is in the file."""
        return line in self._loaded_strings and line not in self._unwritten

    def read_all(self) -> list[HistoryEntry]:
        """Every entry of the file, the newest first, each text once. Changes nothing, so that
        it can be done in a thread."""
        if self._path is None:
            return []
        try:
            file = open_regular(self._path, os.O_RDONLY | NOT_A_LINK)
        except OSError:
            return []
        try:
            size = os.fstat(file).st_size
            data = os.pread(file, READ_BYTES, max(0, size - READ_BYTES))
        finally:
            os.close(file)
        entries = map(parse_history_line, reversed(data.splitlines()))
        newest: dict[str, HistoryEntry] = {}
        for entry in entries:
            if entry is not None:
                newest.setdefault(entry.text, entry)
        return list(newest.values())

    def lines_in_memory(self) -> list[str]:
        """What is not in the file: lines that wait to be sent, and what was kept from it."""
        memory = self._loaded_strings if self._path is None else self._unwritten
        return list(dict.fromkeys([*reversed(self.waiting), *memory]))

    def line_of(self, entry: HistoryEntry) -> str:
        """The line that Up puts into the prompt."""
        return self._build_line(entry)

    def _read_news(self) -> None:
        if self._path is None:
            return
        with suppress(OSError):
            news = self._entries(self._path)
            self._loaded_strings = (news[::-1] + self._loaded_strings)[:MAX_ENTRIES]

    def _entries(self, path: Path) -> list[str]:
        file = open_regular(path, os.O_RDONLY | NOT_A_LINK)
        try:
            state = os.fstat(file)
            self._follow((state.st_dev, state.st_ino))
            size = state.st_size
            if size <= self._offset:
                self._offset = size  # nothing new, or another program shortened it
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
        lines = data[first:end].splitlines()[-MAX_ENTRIES:]
        found = (parse_history_line(line) for line in lines)
        return [self._build_line(entry) for entry in found if entry is not None]

    def _follow(self, identity: tuple[int, int]) -> None:
        """Start again if another file has replaced the one that was read."""
        if self._identity not in (None, identity):
            self._offset = 0
            self._loaded_strings = list(self._unwritten)
        self._identity = identity
