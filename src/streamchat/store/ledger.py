"""A file that only grows, locked while it is open; an append is on disk when it returns.

Rules: the file appears complete, with its first lines. What was acknowledged is never touched
again. A last line without a newline was never acknowledged: before the next append it is
moved to a `.torn` file, or ended with a newline if it is a complete record. After any failure
the file is opened and checked again; a failed fsync is not repeated, because the system may
have forgotten the pages that it could not write. What a line refers to, its blobs, is on disk
before the line. The digit of the version is the only byte that is written a second time.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from streamchat.core.errors import Busy
from streamchat.core.records import (
    VERSION_AT,
    VERSION_DIGIT,
    Blobs,
    is_version_1,
    is_whole,
    needs_version_2,
)
from streamchat.store.blobs import BlobDirectory
from streamchat.store.disk import (
    Disk,
    close_quietly,
    open_regular,
    read_all,
    require_ours,
    sync_directory,
    write_all,
    write_new,
)
from streamchat.store.lock_note import lock_note, read_lock_note, write_lock_note

_APPENDING = os.O_RDWR | os.O_APPEND
_TAIL_CHUNK = 1 << 16
_SHORTER = "it lost records that were on disk"


class Ledger:
    """One file. Its methods raise OSError, and `open` Busy."""

    def __init__(self, disk: Disk, path: Path, since: Callable[[], str]) -> None:
        self.path = path
        self._disk = disk
        self._since = since
        self._holder: int | None = None  # the descriptor that holds the lock until `close`
        self._fd: int | None = None  # the one that is written, replaced after a failure
        self._end: int | None = None  # of what is acknowledged
        self._failed = b""  # what a failed append may have left after `_end`
        self._named = False  # its name is on disk

    @property
    def exists(self) -> bool:
        return self._holder is not None

    @property
    def blobs(self) -> BlobDirectory:
        return BlobDirectory(self._disk, self.path)

    def create(
        self,
        data: bytes,
        blobs: Blobs,
        scratch: Path,
        make_room: Callable[[bytes], None] | None,
    ) -> None:
        """Make the file with its first lines (see `write_new`). After a failure, call it
        again; or call `append` if the file exists by then."""
        fd = write_new(
            self._disk,
            self.path,
            scratch,
            data,
            make_room=make_room,
            write_blobs=lambda: self.blobs.write(blobs),
        )
        try:
            sync_directory(self._disk, self.path.parent)
        except OSError:
            self._undo_create(fd, data)
            raise
        self._hold(fd)
        self._named, self._end = True, len(data)

    def _undo_create(self, fd: int, data: bytes) -> None:
        try:
            self._disk.unlink(str(self.path))
        except OSError:  # `append` then writes it again from its beginning
            self._hold(fd)
            self._end, self._failed = 0, data
        else:
            close_quietly(self._disk, fd)

    def open(self, *, private: bool) -> None:
        """Open a file that exists. Raises Busy when another process has it."""
        fd = open_regular(self._disk, self.path, _APPENDING)
        try:
            require_ours(self._disk, fd, private=private)
            self._disk.lock(fd)
        except BlockingIOError:
            close_quietly(self._disk, fd)
            raise self._busy() from None
        except OSError:
            close_quietly(self._disk, fd)
            raise
        self._hold(fd)
        self._named = True

    def _hold(self, fd: int) -> None:
        self._holder = fd
        with suppress(OSError):  # the note only informs
            write_lock_note(self._disk, lock_note(self.path), self._since())

    def read(self) -> bytes:
        """The whole file."""
        assert self._holder is not None
        data = read_all(self._disk, self._holder)
        self._end = data.rfind(b"\n") + 1
        return data

    def append(self, data: bytes, blobs: Blobs) -> None:
        """Add complete lines. They are on disk when this returns; if it raises, the file is
        as before."""
        self.blobs.write(blobs)
        fd = self._writable()
        start = None
        try:
            start, repair = self._mended(fd)
            self._end = start
            if needs_version_2(data):
                self._raise_version()
            self._failed = repair + data
            write_all(self._disk, fd, self._failed)
            self._disk.fsync(fd)
            if not self._named:
                sync_directory(self._disk, self.path.parent)
        except OSError:
            self._abandon(fd, start)
            raise
        self._named, self._end, self._failed = True, start + len(self._failed), b""

    def _raise_version(self) -> None:
        """Turn a file of version 1 into one of the newest version, by writing one byte."""
        fd = open_regular(self._disk, self.path, os.O_RDWR)  # O_APPEND would ignore the offset
        try:
            self._require_named(self._disk.status(fd))
            if is_version_1(self._disk.read(fd, VERSION_AT + 2, 0)):
                self._disk.overwrite(fd, VERSION_DIGIT, VERSION_AT)
                self._disk.fsync(fd)
        finally:
            close_quietly(self._disk, fd)

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
        """The offset of the next line, and what must be written before it."""
        size = self._size_if_still_named(fd)
        if self._end is not None and self._failed and size > self._end:
            left = self._disk.read(fd, len(self._failed) + 1, self._end)
            if self._failed.startswith(left):
                self._disk.truncate(fd, self._end)
                return self._end, b""
        if self._end is not None and size < self._end:
            raise OSError(errno.EIO, _SHORTER)
        if size == 0 or self._disk.read(fd, 1, size - 1) == b"\n":
            return size, b""
        return self._mend_tail(fd, size)

    def _size_if_still_named(self, fd: int) -> int:
        self._require_named(self._disk.status(fd))
        self._require_named(self._disk.look(str(self.path)))
        return self._disk.status(fd).st_size

    def _require_named(self, found: os.stat_result) -> None:
        assert self._holder is not None
        ours = self._disk.status(self._holder)
        if (found.st_dev, found.st_ino) != (ours.st_dev, ours.st_ino):
            raise OSError(errno.ESTALE, "another file has taken its place")

    def verify(self) -> None:
        """Raises OSError unless the file still has its name and all that was acknowledged."""
        found = self._disk.look(str(self.path))
        self._require_named(found)
        if self._end is not None and found.st_size < self._end:
            raise OSError(errno.EIO, _SHORTER)

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
        path = self.path.with_name(f"{self.path.name}.torn")
        fd = open_regular(self._disk, path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            write_all(self._disk, fd, tail + b"\n")
            self._disk.fsync(fd)
        finally:
            close_quietly(self._disk, fd)
        sync_directory(self._disk, path.parent)

    def delete(self, others: Iterable[Path]) -> None:
        """Remove the file, and the `others` that belong to it."""
        assert self._holder is not None
        for path in (*others, self.path):
            with suppress(FileNotFoundError):
                self._disk.unlink(str(path))
        self.blobs.remove()
        sync_directory(self._disk, self.path.parent)

    def close(self) -> None:
        """Release the lock."""
        if self._holder is None:
            return
        with suppress(OSError):
            self._disk.unlink(str(lock_note(self.path)))
        for fd in (self._fd, self._holder):
            if fd is not None:
                close_quietly(self._disk, fd)
        self._holder = self._fd = None

    def _busy(self) -> Busy:
        pid, since = read_lock_note(self._disk, lock_note(self.path))
        message = f"{self.path.name} is open elsewhere."
        return Busy(message, str(self.path), pid=pid, since=since)
