"""The system calls of the store, and how a file or a directory is opened safely.

Rules: no symbolic link is followed, only regular files are opened, and opening never waits
(a FIFO would hang). A new file appears whole.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from streamchat.core.errors import DiskError, NotFound
from streamchat.core.formatting import format_path
from streamchat.posix import files

MOST_BYTES = 2 << 30  # of a file that is read whole


class Disk:
    """One method for each system call, so that tests can make any of them fail."""

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        return os.open(path, flags, mode)

    def close(self, fd: int) -> None:
        os.close(fd)

    def read(self, fd: int, size: int, offset: int) -> bytes:
        return os.pread(fd, size, offset)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        return os.write(fd, data)

    def overwrite(self, fd: int, data: bytes, offset: int) -> int:
        return os.pwrite(fd, data, offset)

    def fsync(self, fd: int) -> None:
        os.fsync(fd)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def lock(self, fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def status(self, fd: int) -> os.stat_result:
        return os.fstat(fd)

    def look(self, path: str) -> os.stat_result:
        return os.lstat(path)

    def mkdir(self, path: str) -> None:
        os.mkdir(path, 0o700)  # noqa: PTH102

    def rmdir(self, path: str) -> None:
        os.rmdir(path)  # noqa: PTH106

    def chmod(self, path: str | int, mode: int) -> None:
        os.chmod(path, mode)  # noqa: PTH101

    def set_time(self, path: str, seconds: float) -> None:
        os.utime(path, (seconds, seconds))

    def unlink(self, path: str) -> None:
        os.unlink(path)  # noqa: PTH108

    def rename(self, path: str, new: str) -> None:
        os.rename(path, new)  # noqa: PTH104

    def list(self, path: str) -> list[str]:
        return os.listdir(path)  # noqa: PTH208

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def is_running(self, process: int) -> bool:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            pass
        return True


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the errors of the system into NotFound and DiskError."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {format_path(str(path))}.") from error
    except OSError as error:
        kind = NotFound if files.is_not_a_file(error) else DiskError
        raise kind(f"Cannot read {format_path(str(path))}: {_reason(error)}.") from error
    except ValueError as error:  # the name contains a NUL
        raise NotFound(f"There is no file {format_path(str(path))}.") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn every error of the system into DiskError."""
    try:
        yield
    except OSError as error:
        raise DiskError(f"Cannot save to {path}: {_reason(error)}.") from error


def _reason(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "it is a symbolic link"
    reason = error.strerror or str(error)
    return reason[:1].lower() + reason[1:]


def open_regular(disk: Disk, path: Path, flags: int) -> int:
    """Open a regular file, never through a link. Raises OSError."""
    return files.open_regular(path, flags | files.NOT_A_LINK, disk)


def require_ours(disk: Disk, fd: int, *, private: bool) -> None:
    """Raises OSError unless the open file belongs to this user. With `private`, takes the
    permissions of all other users away."""
    found = disk.status(fd)
    if found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "it belongs to another user")
    if private and stat.S_IMODE(found.st_mode) & 0o077:
        disk.chmod(fd, 0o600)


def close_quietly(disk: Disk, fd: int) -> None:
    """Close a descriptor that has nothing left to sync."""
    with suppress(OSError):
        disk.close(fd)


def read_all(disk: Disk, fd: int) -> bytes:
    """Read from the beginning to the end; in one call if the size is true."""
    size = disk.status(fd).st_size + 1
    if size > MOST_BYTES:
        raise OSError(errno.EFBIG, "it is larger than 2 GB")
    pieces: list[bytes] = []
    offset = 0
    while piece := disk.read(fd, size, offset):
        pieces.append(piece)
        offset += len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def read_file(disk: Disk, path: Path, size: int | None = None) -> bytes:
    """The bytes of a regular file, or only the first `size`. Raises NotFound, DiskError."""
    with reading(path):
        fd = open_regular(disk, path, os.O_RDONLY)
        try:
            return read_all(disk, fd) if size is None else disk.read(fd, size, 0)
        finally:
            close_quietly(disk, fd)


def write_all(disk: Disk, fd: int, data: bytes) -> None:
    """Write everything. A full disk may take a part and raise nothing."""
    rest = memoryview(data)
    while rest:
        written = disk.write(fd, rest)
        if written <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[written:]


def sync_directory(disk: Disk, path: Path) -> None:
    """Make the names in a directory survive a power cut."""
    fd = disk.open(str(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        disk.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:  # the file system cannot do that (CIFS)
            raise
    finally:
        close_quietly(disk, fd)


def write_new(
    disk: Disk,
    path: Path,
    scratch: Path,
    data: bytes,
    *,
    seconds: float | None = None,
    make_room: Callable[[bytes], None] | None = None,
    write_blobs: Callable[[], None] = lambda: None,
) -> int:
    """Write a new file: it is complete as soon as it is at `path`. `seconds` becomes its
    time; `write_blobs` writes what it refers to. Returns its descriptor, which holds the lock.
    Raises OSError; FileExistsError for a name that is taken, unless `make_room` is given: it
    is called once `data` is on disk. The caller syncs the directory."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
    fd = open_regular(disk, scratch, flags)
    try:
        require_ours(disk, fd, private=True)
        disk.lock(fd)
        write_all(disk, fd, data)
        disk.fsync(fd)
        if seconds is not None:
            disk.set_time(str(scratch), seconds)
        write_blobs()
        if make_room is None:
            _require_free(disk, path)
        else:
            make_room(data)
        disk.rename(str(scratch), str(path))
    except OSError:
        with suppress(OSError):
            disk.unlink(str(scratch))
        close_quietly(disk, fd)
        raise
    return fd


def _require_free(disk: Disk, path: Path) -> None:
    with suppress(FileNotFoundError):
        disk.look(str(path))
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def put_aside(disk: Disk, path: Path) -> Path | None:
    """Rename what is at a path to `.damaged`, so that another file can take its name.
    Returns the new path; None if there is nothing to keep. Raises OSError."""
    with suppress(FileNotFoundError):
        found = disk.look(str(path))
        if stat.S_ISREG(found.st_mode) and found.st_size == 0:
            disk.unlink(str(path))
    for number in range(1, 1000):
        aside = path.with_name(f"{path.name}.damaged{f'-{number}' if number > 1 else ''}")
        try:
            _require_free(disk, aside)
        except FileExistsError:
            continue
        try:
            disk.rename(str(path), str(aside))
        except FileNotFoundError:
            return None
        return aside
    raise OSError(errno.EEXIST, "there are already 999 damaged copies")
