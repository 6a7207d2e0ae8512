"""The archive: conversations opened, saved, found, imported, deleted (ports.Archive)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from streamchat.core.conversation import IMPORTED, Conversation
from streamchat.core.errors import Busy, DiskError, NotFound, UsageError
from streamchat.core.library import Hit, Progress, Summary
from streamchat.core.message_list import load_json, parse_messages
from streamchat.core.messages import without_empty_text
from streamchat.core.ports import Archive, Index, Opened, TakenIn
from streamchat.core.records import VERSION, Header
from streamchat.core.times import format_local, parse_time, stamp
from streamchat.store.disk import Disk, Folder, read_file, reading, writing
from streamchat.store.file_reader import Damage, NotConversation, read_conversation
from streamchat.store.finding import (
    expanded,
    looks_like_path,
    names_file,
    nobody,
    with_id,
    with_title,
)
from streamchat.store.journal import FileJournal, SealedJournal
from streamchat.store.ledger import Ledger
from streamchat.store.library import Library
from streamchat.store.merging import last_said, merge
from streamchat.store.naming import build_file_name, id_in
from streamchat.store.not_saving import NotSaving

MOST_DAMAGE = 5  # lines of one file that are told one by one


class Store:
    """Implements ports.Archive over one directory."""

    def __init__(
        self,
        directory: Path,
        *,
        disk: Disk,
        clock: Callable[[], float],
        new_id: Callable[[], str],
        open_index: Callable[[], Index | None] = lambda: None,
    ) -> None:
        """`open_index` is called when something is to be listed or searched; it returns
        None where there is no index."""
        self._folder = Folder(disk, directory)
        self.library = Library(self._folder, open_index)
        self._disk = disk
        self._clock = clock
        self._new_id = new_id

    # What is written

    saves = True

    def not_saving(self) -> Archive:
        reader = Store(
            self._folder.path,
            disk=self._disk,
            clock=self._clock,
            new_id=self._new_id,
            open_index=self.library.open_unwritten_index,
        )
        return NotSaving(reader, self)

    def saving(self) -> Archive:
        return self

    # Begin

    def start(self, model: str, system: str | None) -> tuple[Conversation, FileJournal]:
        """An empty conversation; its file appears with its first turn."""
        conversation = Conversation.new(
            id=self._new_id(), created=stamp(self._clock()), model=model, system=system
        )
        return conversation, self._journal(conversation)

    def keep(self, conversation: Conversation) -> FileJournal:
        """A file for a conversation that had none; on disk when this returns, unless it
        has no turn yet."""
        journal = self._journal(conversation)
        if conversation.turn_count:
            journal.flush()
        return journal

    def fork(self, source: Conversation) -> tuple[Conversation, FileJournal]:
        """See ports.Archive."""
        copy = self.copy(source)
        return copy, self.keep(copy)

    def copy(self, source: Conversation) -> Conversation:
        """The same turns under an id of its own, not yet on disk."""
        old = source.header
        extra = {**old.extra, "forked_from": old.id}
        copy = Conversation(
            Header(self._new_id(), stamp(self._clock()), old.model, old.system, extra=extra)
        )
        for record in source.records:
            if not isinstance(record, Header):
                copy.apply(record)
        if source.title:
            copy.rename(f"{source.title} (fork)")
        return copy

    def import_messages(self, path: Path, model: str) -> tuple[Conversation, FileJournal]:
        """A conversation from a plain JSON list, which is not touched. It is written with
        the first turn that is added."""
        data = read_file(self._disk, path)
        try:
            messages = parse_messages(load_json(data))
        except ValueError as error:
            raise NotFound(f"{path} is no conversation: {error}.") from error
        conversation, _ = self.start(model, None)
        for message in messages:
            if without_empty_text(message.content):
                id, at = self._new_id(), stamp(self._clock())
                conversation.append(message, id, at, extra={IMPORTED: True})
        return conversation, self._journal(conversation)

    def take_in(self, made: Iterable[Conversation]) -> Iterator[TakenIn]:
        """See ports.Archive."""
        with reading(self._folder.path):
            kept = {
                id_in(Path(file.path).name): Path(file.path) for file in self._folder.files()
            }
        for each in made:
            if each.id in kept:
                yield self._add_to(kept[each.id], each)
            else:
                kept[each.id] = self._take(each)
                count = each.turn_count
                yield TakenIn(each.id, each.title, count, added=count, is_new=True)

    def _take(self, made: Conversation) -> Path:
        """As old as its newest turn, so that the list is in order."""
        journal = self.keep(made)
        journal.close()
        path = Path(journal.name)
        seconds = last_said(made)
        if seconds is not None:
            with writing(path):
                self._disk.set_time(str(path), seconds)
        return path

    def _add_to(self, path: Path, made: Conversation) -> TakenIn:
        try:
            opened = self._open(path, "")
        except (Busy, NotFound) as error:
            count = made.turn_count
            return TakenIn(made.id, made.title, count, 0, is_new=False, problem=error.message)
        kept = opened.conversation
        before = kept.turn_count
        for record in merge(kept, made):
            opened.journal.append(record)
        opened.journal.close()
        count = kept.turn_count
        return TakenIn(kept.id, kept.title, count, count - before, is_new=False)

    def _journal(self, conversation: Conversation) -> FileJournal:
        def place() -> Ledger:
            self._folder.ensure()
            name = build_file_name(
                conversation.header.created, conversation.title, conversation.id
            )
            return self._ledger(self._folder.path / name)

        journal = FileJournal(self._folder.path, place)
        for record in conversation.records:
            journal.put_off(record)
        return journal

    def _ledger(self, path: Path) -> Ledger:
        return Ledger(self._disk, path, since=lambda: stamp(self._clock()))

    # Go on

    def open(self, ref: str, *, model: str) -> Opened:
        """See ports.Archive. Raises NotFound, Ambiguous, Busy, DiskError."""
        path = self.find(ref)
        if read_file(self._disk, path, 64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
            return Opened(*self.import_messages(path, model))
        return self._open(path, model)

    def open_newest(self) -> Opened:
        """Raises NotFound when none is kept."""
        return self._open(self.newest(), "")

    def _open(self, path: Path, model: str) -> Opened:
        ledger = self._locked(path)
        try:
            with reading(path):
                data = ledger.read()
            opened = self._read(path, data, model)
        except (DiskError, NotFound):
            ledger.close()
            raise
        if _is_newer(opened.conversation):
            ledger.close()
            return opened
        journal = FileJournal(path, lambda: ledger, ledger)
        return Opened(opened.conversation, journal, opened.damage)

    def _locked(self, path: Path) -> Ledger:
        """Raises Busy, NotFound, DiskError."""
        ledger = self._ledger(path)
        try:
            with reading(path):
                ledger.open(private=path.parent == self._folder.path)
        except Busy as busy:
            raise self._explained(busy, path) from None
        return ledger

    def _explained(self, busy: Busy, path: Path) -> Busy:
        """The same, by the conversation's title and the clock on the wall."""
        title = ""
        with suppress(DiskError, NotFound):
            title = self.read(str(path)).conversation.title
        where = "here" if busy.pid == os.getpid() else "in another process"
        if busy.pid and where != "here":
            where = f"in process {busy.pid}"
        ref = id_in(path.name)[:8] if path.parent == self._folder.path else str(path)
        return Busy(
            f'"{title or path.name}" is open {where}{_since(busy.since, self._clock())}.',
            str(path),
            pid=busy.pid,
            since=busy.since,
            advice=f"Close it there first; --show {ref} prints it meanwhile.",
        )

    def read(self, ref: str, *, model: str = "") -> Opened:
        """A conversation to look at, also while another process has it open."""
        path = self.find(ref)
        return self._read(path, read_file(self._disk, path), model)

    def _read(self, path: Path, data: bytes, model: str) -> Opened:
        lost = Header(id_in(path.name), "", model)
        try:
            conversation, damage = read_conversation(data, lost=lost)
        except NotConversation as error:
            raise NotFound(f"{path} is no conversation: {error}.") from error
        why = f"{path.name} was opened to be read only."
        if _is_newer(conversation):
            why = f"{path.name} was written by a newer streamchat; it can only be read."
        return Opened(conversation, SealedJournal(str(path), why), _told(path.name, damage))

    # Find

    def newest(self) -> Path:
        """The conversation that was written last. Raises NotFound when none is kept."""
        for file in self.library.files():
            if self.library.read(file).conversation is not None:
                return Path(file.path)
        raise NotFound("There is no saved conversation yet.")

    def find(self, ref: str) -> Path:
        """The file that `ref` names. Raises NotFound, which lists the nearest, or
        Ambiguous, which lists all."""
        if looks_like_path(ref):
            return expanded(ref)
        if found := with_id([Path(file.path) for file in self.library.files()], ref):
            return found
        summaries = self.summaries()
        if found := with_title(summaries, ref):
            return found
        if names_file(ref):
            return Path(ref)
        raise nobody(summaries, ref)

    def summaries(self) -> list[Summary]:
        """See ports.Archive."""
        return self.library.summaries()

    def problems(self) -> list[str]:
        """See ports.Archive."""
        return self.library.problems()

    def catch_up(self) -> Iterator[Progress]:
        """See ports.Archive."""
        return self.library.catch_up()

    def search(self, text: str, *, most: int) -> list[Hit]:
        """See ports.Archive."""
        return self.library.search(text, most=most)

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """See ports.Archive."""
        return self.library.browse(text, most=most)

    # End

    def delete(self, ref: str) -> None:
        """See ports.Archive."""
        path = self._deletable(ref)
        ledger = self._locked(path)
        with writing(path):
            try:
                ledger.delete()
            finally:
                ledger.close()
        self.library.forget(path)

    def require_deletable(self, ref: str) -> None:
        """See ports.Archive."""
        self._locked(self._deletable(ref)).close()

    def _deletable(self, ref: str) -> Path:
        path = self.find(ref)
        if path.parent != self._folder.path:
            raise UsageError(f"{path} is not one of the saved conversations.")
        return path


def _since(at: str | None, now: float) -> str:
    """ " since 14:05"; "" where nobody knows."""
    seconds = parse_time(at)
    moment = "" if seconds is None else format_local(seconds, now=now)
    return f" since {moment}" if moment else ""


def _told(name: str, damage: Sequence[Damage]) -> tuple[str, ...]:
    """A line for each damage, or for the first few and the number of the others."""
    lines = [f"{name}, {each}" for each in damage]
    if len(lines) > MOST_DAMAGE + 1:
        more = len(lines) - MOST_DAMAGE
        lines[MOST_DAMAGE:] = [f"{name}: {more:,} more lines are damaged"]
    return tuple(lines)


def _is_newer(conversation: Conversation) -> bool:
    return conversation.header.version > VERSION
