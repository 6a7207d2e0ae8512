"""Reads, opens, creates and puts aside the file of a conversation.

Owns the messages about a file that is open elsewhere, damaged, or of a newer version.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from streamchat.core.conversation import Conversation
from streamchat.core.errors import Busy, DiskError, NotFound
from streamchat.core.ports import OpenedConversation
from streamchat.core.records import VERSION, Header
from streamchat.core.times import format_local, parse_time, stamp
from streamchat.store.blobs import BlobDirectory
from streamchat.store.directory import ConversationDirectory
from streamchat.store.disk import put_aside, read_file, reading, writing
from streamchat.store.file_reader import Damage, NotConversation, read_conversation
from streamchat.store.journal import FileJournal, NewFilePlace, ReadOnlyJournal
from streamchat.store.ledger import Ledger
from streamchat.store.naming import build_file_name, id_in

MOST_DAMAGE = 5  # damaged lines of one file that are reported one by one


class Unreadable(NotFound):
    """The file contains no record of ours."""


@dataclass(frozen=True, slots=True)
class ConversationFiles:
    """The conversation files in `directory`, and others that are named by a path."""

    directory: ConversationDirectory
    clock: Callable[[], float]

    def path_of(self, conversation: Conversation) -> Path:
        """Where a new conversation is written."""
        header = conversation.header
        return self.directory.path / build_file_name(
            header.created, conversation.title, header.id
        )

    def journal(self, conversation: Conversation, path: Path | None = None) -> FileJournal:
        """The journal of a conversation that has no file yet. The next turn writes the whole
        conversation, to a file named after it or to `path`; a file at `path` is put aside."""

        def place() -> NewFilePlace:
            target = path or self.path_of(conversation)
            if target.parent == self.directory.path:
                self.directory.ensure()
            return NewFilePlace(
                self._ledger(target),
                self.directory.scratch(target.name, target.parent),
                None if path is None else partial(self._make_room, path),
            )

        journal = FileJournal(path or self.directory.path, place)
        for record in conversation.records:
            journal.put_off(record)
        return journal

    def _ledger(self, path: Path) -> Ledger:
        return Ledger(self.directory.disk, path, since=lambda: stamp(self.clock()))

    def read(self, path: Path, *, model: str = "") -> OpenedConversation:
        """Read it without opening it. Raises NotFound, DiskError."""
        return self._parse(path, read_file(self.directory.disk, path), model)

    def open(self, path: Path, *, model: str = "") -> OpenedConversation:
        """Open it to continue it; a file of a newer version, or one that cannot be written, is
        only read. Raises NotFound, DiskError, Busy."""
        try:
            ledger = self.lock(path)
        except DiskError as error:
            if not _is_unwritable(error.__cause__):
                raise
            return self.read(path, model=model)
        with ExitStack() as undoing:
            undoing.callback(ledger.close)  # even when the user stops it
            with reading(path):
                data = ledger.read()
            opened = self._parse(path, data, model)
            if _is_newer(opened.conversation):
                return opened
            ledger.blobs.tidy(data)
            undoing.pop_all()
        journal = FileJournal(path, lambda: NewFilePlace(ledger, path), ledger)
        return OpenedConversation(opened.conversation, journal, opened.damage)

    def lock(self, path: Path) -> Ledger:
        """Raises Busy, NotFound, DiskError."""
        ledger = self._ledger(path)
        try:
            with reading(path):
                ledger.open(private=path.parent == self.directory.path)
        except Busy as busy:
            raise self._explained(busy, path) from None
        return ledger

    def put_aside(self, path: Path) -> Path | None:
        """Rename what is at a path to `.damaged`. Raises Busy, DiskError."""
        with writing(path):
            return self._put_aside(path)

    def _put_aside(self, path: Path) -> Path | None:
        """Raises Busy, OSError."""
        with suppress(NotFound, DiskError):  # then it is not open elsewhere
            self.lock(path).close()
        return put_aside(self.directory.disk, path)

    def is_open_elsewhere(self, path: Path) -> bool:
        try:
            with suppress(NotFound, DiskError):
                self.lock(path).close()
        except Busy:
            return True
        return False

    def _make_room(self, path: Path, data: bytes) -> None:
        """Make room for a file with this content. A file that holds only the beginning of it
        may be replaced. Anything else is put aside, even a link, a directory or an unreadable
        file. Raises OSError."""
        with suppress(NotFound, DiskError):
            if data.startswith(read_file(self.directory.disk, path)):
                return
        try:
            self._put_aside(path)
        except Busy as error:
            raise OSError(errno.EBUSY, "another process has opened it") from error

    def _parse(self, path: Path, data: bytes, model: str) -> OpenedConversation:
        lost = Header(id_in(path.name), "", model)
        try:
            conversation, damage = read_conversation(
                data, lost=lost, load_blob=BlobDirectory(self.directory.disk, path).load
            )
        except NotConversation as error:
            raise Unreadable(f"{path} is not a conversation: {error}.") from error
        why = f"{path.name} can only be read."
        if _is_newer(conversation):
            why = f"{path.name} was written by a newer streamchat; it can only be read."
        return OpenedConversation(
            conversation, ReadOnlyJournal(str(path), why), _told(path.name, damage)
        )

    def _explained(self, busy: Busy, path: Path) -> Busy:
        """The same error with the title of the conversation and the local time."""
        title = ""
        with suppress(DiskError, NotFound):
            title = self.read(path).conversation.title
        where = "here" if busy.pid == os.getpid() else "in another process"
        if busy.pid and where != "here":
            where = f"in process {busy.pid}"
        ref = id_in(path.name)[:8] if path.parent == self.directory.path else str(path)
        return Busy(
            f'"{title or path.name}" is open {where}{_since(busy.since, self.clock())}.',
            str(path),
            pid=busy.pid,
            since=busy.since,
            advice=f"Close it there first, or print it with --show {ref}.",
        )


def _since(at: str | None, now: float) -> str:
    """ " since 14:05"; "" if it is not known."""
    seconds = parse_time(at)
    moment = "" if seconds is None else format_local(seconds, now=now)
    return f" since {moment}" if moment else ""


def _told(name: str, damage: Sequence[Damage]) -> tuple[str, ...]:
    """A line for each damaged line; if there are many, for the first few, and the number of
    others."""
    lines = [f"{name}, {each}" for each in damage]
    if len(lines) > MOST_DAMAGE + 1:
        more = len(lines) - MOST_DAMAGE
        lines[MOST_DAMAGE:] = [f"{name}: {more:,} more lines are damaged"]
    return tuple(lines)


def _is_unwritable(cause: BaseException | None) -> bool:
    return isinstance(cause, OSError) and cause.errno in (errno.EROFS, errno.EACCES)


def _is_newer(conversation: Conversation) -> bool:
    return conversation.header.version > VERSION
