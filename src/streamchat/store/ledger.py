"""A file that only grows, locked while it is open; an append is on disk when it returns.

Rules: what was acknowledged is never touched again. A tail without a newline was never
acknowledged: it is moved to a `.torn` file beside it before the next append, or ended
with a newline when it is a whole record. After any failure the file is opened and
verified anew: a failed fsync is not repeated, because the system may have forgotten the
pages that it could not write.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from streamchat.core.errors import Busy
from streamchat.core.json_text import read_json
from streamchat.core.records import is_whole
from streamchat.store.disk import (
    Disk,
    close_quietly,
    open_regular,
    read_all,
    require_ours,
    sync_directory,
    write_all,
)

_APPENDING = os.O_RDWR | os.O_APPEND
_TAIL_CHUNK = 1 << 16


class Ledger:
    """One file. Its methods raise OSError, and `open` Busy."""

    def __init__(self, disk: Disk, path: Path, since: Callable[[], str]) -> None:
        self.path = path
        self._disk = disk
        self._since = since
        self._holder: int | None = None  # the descriptor that holds the lock, to the end
        self._fd: int | None = None  # the one that is written, replaced after a failure
        self._end: int | None = None  # of what is acknowledged
        self._failed = b""  # what an append that failed may have left after `_end`
        self._named = False  # its name is on disk
        self._tried = False  # to create it

    @property
    def exists(self) -> bool:
        return self._holder is not None

    def create(self) -> None:
        """Make the file, empty. May be tried again after a failure."""
        flags = _APPENDING | os.O_CREAT | (0 if self._tried else os.O_EXCL)
        self._tried = True
        self._hold(open_regular(self._disk, self.path, flags), private=True)
        self._end = 0

    def open(self, *, private: bool) -> None:
        """Open a file that is there. Raises Busy when another process has it."""
        self._hold(open_regular(self._disk, self.path, _APPENDING), private=private)
        self._named = True

    def _hold(self, fd: int, *, private: bool) -> None:
        try:
            require_ours(self._disk, fd, private=private)
            self._disk.lock(fd)
        except BlockingIOError:
            close_quietly(self._disk, fd)
            raise self._busy() from None
        except OSError:
            close_quietly(self._disk, fd)
            raise
        self._holder = fd
        with suppress(OSError):  # only tells others who we are
            self._sign()

    def read(self) -> bytes:
        """All of it."""
        assert self._holder is not None
        return read_all(self._disk, self._holder)

    def append(self, data: bytes) -> None:
        """Add whole lines; on disk when this returns, as if never tried when it raises."""
        fd = self._writable()
        start = None
        try:
            start, repair = self._mended(fd)
            self._end = start
            self._failed = repair + data
            write_all(self._disk, fd, self._failed)
            self._disk.fsync(fd)
            if not self._named:
                sync_directory(self._disk, self.path.parent)
        except OSError:
            self._abandon(fd, start)
            raise
        self._named, self._end, self._failed = True, start + len(self._failed), b""

    def _writable(self) -> int:
        if self._fd is None:
            self._fd = open_regular(self._disk, self.path, _APPENDING)
        return self._fd

    def _abandon(self, fd: int, start: int | None) -> None:
        if start is not None:
            with suppress(OSError):
                self._disk.truncate(fd, start)
        close_quietly(self._disk, fd)
        self._fd = None

    def _mended(self, fd: int) -> tuple[int, bytes]:
        """Where the next line begins, and what must be written before it."""
        size = self._size_if_still_named(fd)
        if self._end is not None and self._failed and size > self._end:
            left = self._disk.read(fd, len(self._failed) + 1, self._end)
            if self._failed.startswith(left):
                self._disk.truncate(fd, self._end)
                return self._end, b""
        if self._end is not None and size < self._end:
            raise OSError(errno.EIO, "it lost records that were on disk")
        if size == 0 or self._disk.read(fd, 1, size - 1) == b"\n":
            return size, b""
        return self._mend_tail(fd, size)

    def _size_if_still_named(self, fd: int) -> int:
        assert self._holder is not None
        ours = self._disk.status(self._holder)
        for found in (self._disk.status(fd), self._disk.look(str(self.path))):
            if (found.st_dev, found.st_ino) != (ours.st_dev, ours.st_ino):
                raise OSError(errno.ESTALE, "another file has taken its place")
        return self._disk.status(fd).st_size

    def _mend_tail(self, fd: int, size: int) -> tuple[int, bytes]:
        start, tail = self._tail(fd, size)
        if is_whole(tail):  # only its newline was lost
            return size, b"\n"
        self._put_aside(tail)
        self._disk.truncate(fd, start)
        return start, b""

    def _tail(self, fd: int, size: int) -> tuple[int, bytes]:
        start, tail = size, b""
        while start > 0 and b"\n" not in tail:
            length = min(_TAIL_CHUNK, start)
            start -= length
            tail = self._disk.read(fd, length, start) + tail
        cut = tail.rfind(b"\n") + 1
        return start + cut, tail[cut:]

    def _put_aside(self, tail: bytes) -> None:
        path = self._beside(".torn")
        fd = open_regular(self._disk, path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            write_all(self._disk, fd, tail + b"\n")
            self._disk.fsync(fd)
        finally:
            close_quietly(self._disk, fd)
        sync_directory(self._disk, path.parent)

    def delete(self) -> None:
        """Take the file, and what was put aside of it, off the disk."""
        assert self._holder is not None
        for path in (self._beside(".torn"), self.path):
            with suppress(FileNotFoundError):
                self._disk.unlink(str(path))
        sync_directory(self._disk, self.path.parent)

    def close(self) -> None:
        """Let others have it. A file that never held anything is taken away."""
        if self._holder is None:
            return
        with suppress(OSError):
            if self._disk.status(self._holder).st_size == 0 and self._end == 0:
                self._disk.unlink(str(self.path))
        with suppress(OSError):
            self._disk.unlink(str(self._beside(".lock")))
        for fd in (self._fd, self._holder):
            if fd is not None:
                close_quietly(self._disk, fd)
        self._holder = self._fd = None

    # Who has it: a note beside the file. The lock itself is the system's, and goes with
    # its process however that ends, so a note that stayed behind means nothing.

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def _sign(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        fd = open_regular(self._disk, self._beside(".lock"), flags)
        try:
            note = {"pid": os.getpid(), "since": self._since()}
            write_all(self._disk, fd, json.dumps(note).encode("ascii"))
        finally:
            close_quietly(self._disk, fd)

    def _busy(self) -> Busy:
        pid, since = self._owner()
        by = f"in process {pid}" if pid else "in another process"
        when = f" since {since}" if since else ""
        message = f"{self.path.name} is open {'here' if pid == os.getpid() else by}{when}."
        return Busy(message, str(self.path), pid=pid, since=since)

    def _owner(self) -> tuple[int | None, str | None]:
        try:
            fd = open_regular(self._disk, self._beside(".lock"), os.O_RDONLY)
            try:
                note = read_json(self._disk.read(fd, 1000, 0))
            finally:
                close_quietly(self._disk, fd)
        except (OSError, ValueError):
            return None, None
        pid = note.get("pid") if isinstance(note, dict) else None
        since = note.get("since") if isinstance(note, dict) else None
        return (
            pid if isinstance(pid, int) and 0 < pid < 1 << 31 else None,
            since if isinstance(since, str) else None,
        )
