"""Opening and reading files whose names came from outside, without ever hanging.

Rules: opening does not wait (a FIFO would hang); what is judged is the opened file (fstat),
not its name; reading is bounded. A pipe is read only on request, with a time limit.
Every failure is an OSError whose `strerror` says in plain words what is wrong.
"""

from __future__ import annotations

import errno
import io
import os
import select
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol, TypeAlias

SAFELY = os.O_CLOEXEC | os.O_NONBLOCK
NOT_A_LINK = os.O_NOFOLLOW
PIPE_S = 60.0  # time for a password manager to ask for its password
_PIECE_BYTES = 1 << 16
_KINDS = {
    stat.S_IFDIR: (errno.EISDIR, "it is a directory"),
    stat.S_IFIFO: (errno.ESPIPE, "it is a named pipe"),
    stat.S_IFCHR: (errno.EINVAL, "it is a device"),
    stat.S_IFBLK: (errno.EINVAL, "it is a device"),
    stat.S_IFSOCK: (errno.EINVAL, "it is a socket"),
}
_NO_FILE = (errno.EINVAL, "it is not a regular file")

Wait: TypeAlias = Callable[[int], bool]
"""Blocks until the descriptor can be read; False when it takes too long."""


class FileCalls(Protocol):
    """The system calls that opening needs."""

    def open(self, path: str, flags: int, mode: int = 0o600, /) -> int: ...

    def status(self, fd: int, /) -> os.stat_result: ...

    def close(self, fd: int, /) -> None: ...


class _System:
    def open(self, path: str, flags: int, mode: int = 0o600, /) -> int:
        return os.open(path, flags, mode)

    def status(self, fd: int, /) -> os.stat_result:
        return os.fstat(fd)

    def close(self, fd: int, /) -> None:
        os.close(fd)


SYSTEM = _System()


def open_regular(path: Path | str, flags: int, calls: FileCalls = SYSTEM) -> int:
    """A descriptor of a regular file. Raises OSError for anything else."""
    fd = _open(path, flags, calls)
    try:
        require_regular(calls.status(fd))
    except OSError:
        _close_quietly(fd, calls)
        raise
    return fd


def require_regular(found: os.stat_result) -> None:
    """Raises OSError that says what the file is instead."""
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        raise OSError(*_KINDS.get(kind, _NO_FILE))


def is_not_a_file(error: OSError) -> bool:
    """Whether the name leads to nothing, or to something that is not a regular file; not a
    failure of the disk."""
    return error.errno in _NOT_A_FILE


_NOT_A_FILE = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.EAGAIN}
    | {errno.EINVAL, errno.ESPIPE, errno.ELOOP, errno.ENAMETOOLONG}
)


def read_file(path: Path | str, *, most_bytes: int, wait: Wait | None = None) -> bytes:
    """All of a regular file. With `wait`, a pipe is read too, to its end. Raises OSError."""
    return read_with_status(path, most_bytes=most_bytes, wait=wait)[0]


def read_with_status(
    path: Path | str, *, most_bytes: int, wait: Wait | None = None
) -> tuple[bytes, os.stat_result]:
    """The same, with the status of the file that was read."""
    if wait is None:
        _refuse_pipe(path)
    fd = _open(path, os.O_RDONLY, SYSTEM)
    try:
        found = os.fstat(fd)
        is_pipe = stat.S_ISFIFO(found.st_mode) and wait is not None
        if not is_pipe:
            require_regular(found)
            if found.st_size > most_bytes:
                raise _too_large(most_bytes)
        return _read_to_end(fd, most_bytes, wait if is_pipe else None), found
    finally:
        os.close(fd)


def _refuse_pipe(path: Path | str) -> None:
    """Without opening it: a process that waits to write to it would take us for its reader."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):  # opening it reports why
        return
    if stat.S_ISFIFO(found.st_mode):
        require_regular(found)


def read_stream(stream: IO[bytes], *, most_bytes: int, wait: Wait | None = None) -> bytes:
    """All of a stream that is open, such as stdin; without `wait`, however long it takes. Past
    its buffer: a thread that waits inside a buffered reader makes Python abort when the
    program ends. Raises OSError."""
    try:
        fd = stream.fileno()
    except io.UnsupportedOperation:  # it is in memory
        data = stream.read(most_bytes + 1)
        if len(data) > most_bytes:
            raise _too_large(most_bytes) from None
        return data
    return b"" if _is_null(fd) else _read_to_end(fd, most_bytes, wait or _wait_for_ever)


def _is_null(fd: int) -> bool:
    """Whether this is /dev/null, which nohup opens only for writing."""
    device = os.fstat(fd)
    return stat.S_ISCHR(device.st_mode) and device.st_rdev == Path(os.devnull).stat().st_rdev


def _wait_for_ever(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLHUP)
    return bool(poll.poll())


def pipe_wait(seconds: float = PIPE_S) -> Wait:
    """Waits at most `seconds` in all, however many pieces a pipe delivers."""
    deadline = time.monotonic() + seconds

    def wait(fd: int) -> bool:
        poll = select.poll()
        poll.register(fd, select.POLLIN | select.POLLHUP)
        left_ms = max(0, int(1000 * (deadline - time.monotonic())))
        return bool(poll.poll(left_ms))

    return wait


def _open(path: Path | str, flags: int, calls: FileCalls) -> int:
    try:
        return calls.open(str(path), flags | SAFELY)
    except ValueError as error:  # a NUL in the name
        raise OSError(errno.ENOENT, "its name holds a NUL character") from error
    except OSError as error:
        if error.errno == errno.ELOOP and flags & NOT_A_LINK:
            raise OSError(errno.ELOOP, "it is a symbolic link") from error
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "it is a socket or a missing device") from error
        raise


def _close_quietly(fd: int, calls: FileCalls) -> None:
    try:
        calls.close(fd)
    except OSError:
        return


def _read_to_end(fd: int, most_bytes: int, wait: Wait | None) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while size <= most_bytes:
        if wait is not None and not wait(fd):
            raise OSError(errno.ETIMEDOUT, "nothing more came through this pipe in time")
        try:
            piece = os.read(fd, min(_PIECE_BYTES, most_bytes + 1 - size))
        except BlockingIOError as error:
            if wait is not None:
                continue
            raise OSError(errno.EAGAIN, "it is not a regular file") from error
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
    raise _too_large(most_bytes)


def _too_large(most_bytes: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {most_bytes:,} bytes")


def follow_own_link(directory: Path) -> Path:
    """Where the directory is if it is a link of this user's, who keeps it elsewhere."""
    try:
        is_ours = directory.is_symlink() and directory.lstat().st_uid == os.geteuid()
    except OSError:
        return directory
    return Path(os.path.realpath(directory)) if is_ours else directory
