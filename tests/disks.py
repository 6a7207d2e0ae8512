"""Disks for tests: one that fails a chosen call, one that records what a power cut needs."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from streamchat.store import Disk, Store

NOW_S = 1_790_000_000.0  # 2026-09-21T14:13:20Z


class QuickDisk(Disk):
    """A disk without power cuts: fsync takes no time."""

    def fsync(self, fd: int) -> None:
        pass


def open_store(directory: Path, disk: Disk | None = None, *, prefix: str = "") -> Store:
    """A store over a directory; ids count from 1, after their prefix."""
    numbers = itertools.count(1)
    return Store(
        directory,
        disk=disk or QuickDisk(),
        clock=lambda: NOW_S,
        new_id=lambda: f"{prefix}{next(numbers):08d}",
    )


class FailingDisk(QuickDisk):
    """Fails the call number `at` (from 1), and with `lasting` all calls after it, until
    `heal`. `SHORT` writes take half and report that; then the disk is full."""

    SHORT = -1

    def __init__(self, at: int, error: int, *, lasting: bool = False) -> None:
        self.at = at
        self.error = error
        self.lasting = lasting
        self.calls = 0
        self.healed = False

    @property
    def failed(self) -> bool:
        return self.calls >= self.at

    def heal(self) -> None:
        self.healed = True

    def _count(self) -> bool:
        """Whether this call fails."""
        if self.healed:
            return False
        self.calls += 1
        return self.calls == self.at or (self.lasting and self.calls > self.at)

    def _guard(self, *, write: bool = False) -> bool:
        if not self._count():
            return False
        if self.error != self.SHORT:
            raise OSError(self.error, os.strerror(self.error))
        if self.calls > self.at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        self._guard()
        return super().open(path, flags, mode)

    def read(self, fd: int, size: int, offset: int) -> bytes:
        self._guard()
        return super().read(fd, size, offset)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self._guard(write=True):
            return super().write(fd, data[: len(data) // 2])
        return super().write(fd, data)

    def overwrite(self, fd: int, data: bytes, offset: int) -> int:
        self._guard()
        return super().overwrite(fd, data, offset)

    def fsync(self, fd: int) -> None:
        self._guard()
        super().fsync(fd)

    def truncate(self, fd: int, size: int) -> None:
        self._guard()
        super().truncate(fd, size)

    def lock(self, fd: int) -> None:
        self._guard()
        super().lock(fd)

    def status(self, fd: int) -> os.stat_result:
        self._guard()
        return super().status(fd)

    def look(self, path: str) -> os.stat_result:
        self._guard()
        return super().look(path)

    def mkdir(self, path: str) -> None:
        self._guard()
        super().mkdir(path)

    def chmod(self, path: str | int, mode: int) -> None:
        self._guard()
        super().chmod(path, mode)

    def rmdir(self, path: str) -> None:
        self._guard()
        super().rmdir(path)

    def unlink(self, path: str) -> None:
        self._guard()
        super().unlink(path)

    def rename(self, path: str, new: str) -> None:
        self._guard()
        super().rename(path, new)

    def list(self, path: str) -> list[str]:
        self._guard()
        return super().list(path)

    def close(self, fd: int) -> None:
        super().close(fd)  # closed even when it fails, as Linux does
        self._guard()


Operation: TypeAlias = tuple[Any, ...]


class RecordingDisk(Disk):
    """Works, and keeps a log of what changed.

    `syncs` and `names` say whether fsync of files and of directories are logged: without
    them it is a program that forgot them. The fsync number `fails_at` fails.
    """

    def __init__(self, *, syncs: bool = True, names: bool = True, fails_at: int = 0) -> None:
        self.log: list[Operation] = []
        self._syncs = syncs
        self._names = names
        self._sync_fails_in = fails_at
        self._paths: dict[int, str] = {}

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        new = bool(flags & os.O_CREAT) and not Path(path).exists()
        fd = super().open(path, flags, mode)
        self._paths[fd] = path
        self.log.append(("open", path, flags))
        if new:
            self.log.append(("create", path))
        elif flags & os.O_TRUNC:
            self.log.append(("truncate", path, 0))
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        at = os.fstat(fd).st_size
        written = super().write(fd, data)
        self.log.append(("write", self._paths[fd], at, bytes(data[:written])))
        return written

    def overwrite(self, fd: int, data: bytes, offset: int) -> int:
        written = super().overwrite(fd, data, offset)
        self.log.append(("overwrite", self._paths[fd], offset, data))
        return written

    def truncate(self, fd: int, size: int) -> None:
        super().truncate(fd, size)
        self.log.append(("truncate", self._paths[fd], size))

    def fsync(self, fd: int) -> None:
        path = self._paths[fd]
        is_directory = Path(path).is_dir()
        self._sync_fails_in -= 1
        if self._sync_fails_in == 0:
            if not is_directory:
                self.log.append(("sync failed", path))
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if self._names if is_directory else self._syncs:
            self.log.append(("sync names" if is_directory else "sync", path))

    def mkdir(self, path: str) -> None:
        super().mkdir(path)
        self.log.append(("mkdir", path))

    def unlink(self, path: str) -> None:
        super().unlink(path)
        self.log.append(("unlink", path))

    def rename(self, path: str, new: str) -> None:
        super().rename(path, new)
        self._paths = {fd: new if p == path else p for fd, p in self._paths.items()}
        self.log.append(("rename", path, new))


@dataclass
class PowerCut:
    """What may be on a disk after a power cut at any moment of a log.

    Conservative: what was not synced may be there in part, in order, torn, as NULs, or not at
    all; the fsync of a file does not keep its name, only that of its directory does.
    """

    durable: dict[str, bytes] = field(default_factory=dict)  # contents by path
    unsynced: dict[str, list[Operation]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)  # paths whose names are on disk
    acknowledged: list[str] = field(default_factory=list)
    _made: list[str] = field(default_factory=list)  # directories

    def apply(self, operation: Operation) -> None:
        match operation:
            case ("create", path):
                self.durable[path], self.unsynced[path] = b"", []
            case ("write" | "overwrite" | "truncate", path, *_):
                self.unsynced[path].append(operation)
            case ("sync", path):
                self.durable[path] = _written(self.durable[path], self.unsynced[path])
                self.unsynced[path] = []
            case ("sync failed", path):
                self.unsynced[path] = []  # what could not be written counts as written
            case ("sync names", path):
                known = [*self.durable, *self.unsynced, *self._made]
                self.named |= {name for name in known if str(Path(name).parent) == path}
            case ("open", *_):
                pass
            case ("mkdir", path):
                self._made.append(path)
            case ("rename", path, new):
                self.durable[new] = self.durable.pop(path)
                self.unsynced[new] = self.unsynced.pop(path)
                self.named.discard(path)
            case ("unlink", path):
                self.durable.pop(path, None)
                self.unsynced.pop(path, None)
                self.named.discard(path)
            case ("acknowledged", id):
                self.acknowledged.append(id)
            case _:
                raise AssertionError(operation)

    def states(self) -> Iterator[dict[str, bytes]]:
        """Each possible content of the disk, by path."""
        paths = list(self.durable)
        for contents in itertools.product(*(list(self._contents(path)) for path in paths)):
            files = dict(zip(paths, contents, strict=True))
            yield {path: data for path, data in files.items() if self._survives(path)}
            if not all(map(self._survives, paths)):
                yield files  # the names may have come through all the same

    def _survives(self, path: str) -> bool:
        made = [name for name in self._made if Path(path).is_relative_to(name)]
        return all(name in self.named for name in (path, *made))

    def _contents(self, path: str) -> Iterator[bytes]:
        before, operations = self.durable[path], self.unsynced[path]
        yield before
        for count, operation in enumerate(operations, 1):
            whole = _written(before, operations[:count])
            yield whole
            if operation[0] == "write":
                _, _, at, data = operation
                yield whole[: at + len(data) // 2]
                yield whole[:at] + bytes(len(data)) + whole[at + len(data) :]


def _written(data: bytes, operations: list[Operation]) -> bytes:
    for operation in operations:
        match operation:
            case ("write" | "overwrite", _, at, piece):
                data = data[:at].ljust(at, b"\0") + piece + data[at + len(piece) :]
            case ("truncate", _, size):
                data = data[:size].ljust(size, b"\0")
    return data


def power_cuts(log: list[Operation]) -> Iterator[tuple[dict[str, bytes], set[str]]]:
    """Every state of the disk after a power cut at any moment, as contents by path, and
    the turns that were acknowledged by then. Each is yielded once."""
    cut = PowerCut()
    seen: set[tuple[object, ...]] = set()
    for operation in log:
        cut.apply(operation)
        for state in cut.states():
            key = (tuple(sorted(state.items())), len(cut.acknowledged))
            if key not in seen:
                seen.add(key)
                yield state, set(cut.acknowledged)
