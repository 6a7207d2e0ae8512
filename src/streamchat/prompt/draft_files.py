"""The files of unsent drafts: one for each running program, in a directory of their own.

A file holds lines as in the history, the oldest first. Its program keeps it locked, and
removes it when nothing is unsent. A file that nobody has locked was left by a program that
ended: the next one adopts it.

Rules: the directory is 0700, a file 0600; the new content is written over the old one before
the rest is cut off, so a kill at any moment leaves whole lines. A write is not synced, because
a key never waits for the disk. Must not know: prompt_toolkit.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from streamchat.posix.files import NOT_A_LINK, open_regular
from streamchat.prompt.history_file import HistoryEntry, parse_history_line

_SUFFIX = ".jsonl"
_MOST_BYTES = 64 * 1024 * 1024


class DraftFile:
    """The file of this program in `directory`; the first write creates it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path: Path | None = None
        self._file = -1

    def write(self, entries: Sequence[HistoryEntry]) -> None:
        """Replace what the file holds; without entries, remove it. Raises OSError."""
        if not entries:
            self._remove()
            return
        if self._file < 0:
            self._create()
        data = b"".join(entry.to_line() for entry in entries)
        written = 0
        while written < len(data):
            written += os.pwrite(self._file, data[written:], written)
        os.ftruncate(self._file, len(data))

    def close(self) -> None:
        """Leave the unsent drafts to another program."""
        if self._path is not None:
            os.close(self._file)
            self._file, self._path = -1, None

    def _create(self) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        while self._file < 0:
            file, name = tempfile.mkstemp(_SUFFIX, "draft-", self._directory)
            if _is_locked(file):
                self._file, self._path = file, Path(name)
            else:  # another program took the file, thinking it was left behind
                os.close(file)

    def _remove(self) -> None:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
            self.close()


def adopt_drafts(directory: Path, keep: Callable[[HistoryEntry], bool]) -> int:
    """Give `keep` each draft that an ended program left, the oldest first, and remove the
    files whose drafts it all kept. Returns how many drafts there were."""
    count = 0
    for path in _left_files(directory):
        with suppress(OSError), _locked(path) as file:
            entries = _read(file)
            kept = [keep(entry) for entry in entries]
            count += len(kept)
            if all(kept):
                path.unlink()
    return count


def forget_drafts(directory: Path, conversation: str) -> None:
    """Remove the drafts of a deleted conversation from the files that ended programs left."""
    for path in _left_files(directory):
        with suppress(OSError), _locked(path) as file:
            if any(entry.conversation == conversation for entry in _read(file)):
                path.unlink()


def _left_files(directory: Path) -> list[Path]:
    """All draft files, the oldest first; some may be locked."""
    try:
        found = [(path.lstat().st_mtime, path) for path in directory.glob(f"*{_SUFFIX}")]
    except OSError:
        return []
    return [path for _, path in sorted(found)]


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open and lock the file of a program that ended. Raises OSError if the program still runs
    or the file is gone."""
    file = open_regular(path, os.O_RDONLY | NOT_A_LINK)
    try:
        if not _is_locked(file):
            raise BlockingIOError
        yield file
    finally:
        os.close(file)


def _is_locked(file: int) -> bool:
    """Lock the file. Returns whether this program holds the lock and the file still has its
    name."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return os.fstat(file).st_nlink > 0


def _read(file: int) -> list[HistoryEntry]:
    size = min(os.fstat(file).st_size, _MOST_BYTES)
    lines = os.pread(file, size, 0).splitlines()
    return [entry for line in lines if (entry := parse_history_line(line))]
