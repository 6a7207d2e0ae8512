"""The data of a conversation's attachments: `NAME.jsonl.files/HASH`, beside `NAME.jsonl`.

Rules: a blob is on disk before the line that mentions it, and appears whole; it never changes,
and its bytes are checked against its name whenever it is read. The directory is deleted
after its conversation, so that a kill leaves no conversation without its attachments.

A process that writes or removes blobs holds the lock of the conversation, or is creating it.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from streamchat.core.errors import DiskError, NotFound
from streamchat.core.records import Blobs, is_blob_name, mentioned_blobs, name_blob
from streamchat.store.disk import (
    Disk,
    close_quietly,
    open_regular,
    read_file,
    sync_directory,
    write_all,
)

SUFFIX = ".files"


def is_blob_directory(name: str) -> bool:
    return name.endswith(f".jsonl{SUFFIX}")


@dataclass(frozen=True, slots=True)
class BlobDirectory:
    """The blobs of the conversation at `conversation`."""

    disk: Disk
    conversation: Path

    @property
    def path(self) -> Path:
        return self.conversation.with_name(f"{self.conversation.name}{SUFFIX}")

    def load(self, name: str) -> bytes | None:
        """The bytes of a hash; None if they are gone, damaged or cannot be read."""
        try:
            data = read_file(self.disk, self.path / name)
        except (NotFound, DiskError):
            return None
        return data if name_blob(data) == name else None

    def write(self, blobs: Blobs) -> None:
        """Put them on disk. Raises OSError. Names are synced even if the bytes are there
        already: an earlier attempt may have failed before it synced them."""
        if not blobs:
            return
        self._ensure()
        for name, data in blobs.items():
            if self.load(name) is None:
                self._write(name, data)
        sync_directory(self.disk, self.path)
        sync_directory(self.disk, self.path.parent)

    def _ensure(self) -> None:
        try:
            found = self.disk.look(str(self.path))
        except FileNotFoundError:
            self.disk.mkdir(str(self.path))
            return
        if stat.S_IMODE(found.st_mode) & 0o077:
            self.disk.chmod(str(self.path), 0o700)

    def _write(self, name: str, data: bytes) -> None:
        scratch = self.path / f".{os.getpid()}.{name}.new"
        fd = open_regular(self.disk, scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            write_all(self.disk, fd, data)
            self.disk.fsync(fd)
            self.disk.rename(str(scratch), str(self.path / name))
        except OSError:
            with suppress(OSError):
                self.disk.unlink(str(scratch))
            raise
        finally:
            close_quietly(self.disk, fd)

    def tidy(self, data: bytes) -> None:
        """Remove blobs that no line mentions, neither of the conversation, whose bytes are
        `data`, nor of damaged copies beside it. A kill before an append leaves such blobs."""
        with suppress(OSError, NotFound, DiskError):
            known = mentioned_blobs(data)
            unknown = [name for name in self._names() if name not in known]
            if unknown:
                known |= self._mentioned_beside()
            for name in unknown:
                if name not in known:
                    self.disk.unlink(str(self.path / name))

    def _names(self) -> list[str]:
        """The names of all blobs, including unfinished ones of killed processes. Raises
        OSError."""
        names = self.disk.list(str(self.path))
        return [name for name in names if is_blob_name(name) or _is_scratch(name)]

    def _mentioned_beside(self) -> set[str]:
        """Raises OSError, NotFound, DiskError."""
        known: set[str] = set()
        for name in self.disk.list(str(self.conversation.parent)):
            is_beside = name.startswith(f"{self.conversation.name}.")
            if is_beside and name != self.path.name:
                known |= mentioned_blobs(read_file(self.disk, self.conversation.parent / name))
        return known

    def remove(self) -> None:
        """Remove all of them. Raises OSError."""
        try:
            found = self.disk.look(str(self.path))
        except FileNotFoundError:
            return
        if not stat.S_ISDIR(found.st_mode):
            self.disk.unlink(str(self.path))
            return
        for name in self._names():
            with suppress(FileNotFoundError):
                self.disk.unlink(str(self.path / name))
        try:
            self.disk.rmdir(str(self.path))
        except OSError as error:
            # A foreign file may be in it.
            if error.errno not in (errno.ENOTEMPTY, errno.ENOENT):
                raise
        sync_directory(self.disk, self.path.parent)


def _is_scratch(name: str) -> bool:
    return name.startswith(".") and name.endswith(".new")
