"""The directory of the conversations: made when it is first needed, private to its owner.

Scratch files there are called `.PID.NAME.new` after the process that writes them; `NAME.lock`
is the note that says who has `NAME` open. Both are removed once their process has ended; so
are the attachments `NAME.files` of a conversation that was deleted or never finished.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from streamchat.core.conversation_index import SavedFile
from streamchat.core.errors import Busy, DiskError
from streamchat.store.blobs import SUFFIX as BLOBS_SUFFIX
from streamchat.store.blobs import BlobDirectory, is_blob_directory
from streamchat.store.disk import Disk, close_quietly, sync_directory, writing
from streamchat.store.lock_note import read_lock_note

LOCK_PATIENCE_S = 60.0
_LOCK_PAUSE_S = 0.05
_SUFFIX = ".jsonl"
_SCRATCH = re.compile(r"\.(\d{1,10})\..*\.new", re.DOTALL)
_MOST_NS = 1 << 62  # the year 2116; an index holds 64 bits


@dataclass(slots=True)
class PrivateDirectory:
    """A directory that only its owner can enter. Methods raise OSError."""

    disk: Disk
    path: Path
    _unsynced: list[Path] = field(default_factory=list)

    def ensure(self) -> None:
        """Make the directory if it is missing, check it, and sync its name."""
        for path in reversed([self.path, *self.path.parents]):
            if not self._exists(path):
                self._unsynced.append(path.parent)
                self.disk.mkdir(str(path))
        self._check()
        while self._unsynced:
            sync_directory(self.disk, self._unsynced[-1])
            self._unsynced.pop()

    def _exists(self, path: Path) -> bool:
        try:
            self.disk.look(str(path))
        except FileNotFoundError:
            return False
        return True

    def _check(self) -> None:
        found = self.disk.look(str(self.path))
        if not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if found.st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "the directory belongs to another user")
        if stat.S_IMODE(found.st_mode) & 0o077:
            self.disk.chmod(str(self.path), 0o700)


@dataclass(slots=True)
class ConversationDirectory(PrivateDirectory):
    """See the module. Methods raise OSError unless they say otherwise."""

    def files(self) -> list[SavedFile]:
        """The conversation files, newest first."""
        directory = str(self.path)
        found = []
        with suppress(FileNotFoundError):
            for name in self.disk.list(directory):
                if name.endswith(_SUFFIX):
                    path = f"{directory}/{name}"
                    try:
                        state = self.disk.look(path)
                    except FileNotFoundError:  # it was deleted meanwhile
                        continue
                    written_ns = max(-_MOST_NS, min(state.st_mtime_ns, _MOST_NS))
                    found.append(SavedFile(path, state.st_size, written_ns))
        return sorted(found, key=lambda file: (file.written_ns, file.path), reverse=True)

    def scratch(self, name: str, directory: Path | None = None) -> Path:
        """The scratch file in which a file of that name is written."""
        return (directory or self.path) / f".{os.getpid()}.{name}.new"

    def beside(self, name: str) -> list[Path]:
        """The files that belong to the file of that name: its note, and its damaged copies.
        Attachments are removed with the file itself."""
        found = [each for each in self.disk.list(str(self.path)) if each.startswith(f"{name}.")]
        return [self.path / each for each in found if not is_blob_directory(each)]

    def tidy(self) -> None:
        """Remove the scratch files and notes of processes that no longer run, and attachments
        without a conversation."""
        with suppress(OSError):
            names = self.disk.list(str(self.path))
            for name in names:
                if self._is_left_over(name, names):
                    self.disk.unlink(str(self.path / name))
            for name in filter(is_blob_directory, names):
                self._remove_orphans(name)

    def _is_left_over(self, name: str, names: list[str]) -> bool:
        if scratch := _SCRATCH.fullmatch(name):
            return not self.disk.is_running(int(scratch[1]))
        if not name.endswith(f"{_SUFFIX}.lock"):
            return False
        if name.removesuffix(".lock") not in names:
            return True
        pid, _ = read_lock_note(self.disk, self.path / name)
        return pid is not None and not self.disk.is_running(pid)

    def _remove_orphans(self, name: str) -> None:
        """Remove attachments without a conversation. A conversation being written does not
        lack a file: its scratch file is created before the attachments and becomes the
        conversation in one step."""
        path = self.path / name.removesuffix(BLOBS_SUFFIX)
        names = self.disk.list(str(self.path))
        is_written = any(each.endswith(f".{path.name}.new") for each in names)
        is_needed = any(each.startswith(path.name) and each != name for each in names)
        if not (is_written or is_needed or self._exists(path)):
            BlobDirectory(self.disk, path).remove()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """While entered, no other process imports. Raises Busy, DiskError."""
        with writing(self.path):
            self.ensure()
            fd = self.disk.open(str(self.path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._lock(fd)
            yield
        finally:
            close_quietly(self.disk, fd)

    def _lock(self, fd: int) -> None:
        waited_s = 0.0
        while True:
            try:
                self.disk.lock(fd)
            except BlockingIOError:
                if waited_s >= LOCK_PATIENCE_S:
                    raise Busy(
                        "Another import is running; try again when it has ended.",
                        str(self.path),
                        pid=None,
                        since=None,
                    ) from None
                self.disk.wait(_LOCK_PAUSE_S)
                waited_s += _LOCK_PAUSE_S
            except OSError as error:
                raise DiskError(f"Cannot lock {self.path}: {error.strerror}.") from error
            else:
                return
