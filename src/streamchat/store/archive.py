"""The archive: conversations opened, saved, found, imported, deleted (ports.Archive)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from streamchat.core.conversation import IMPORTED, Conversation
from streamchat.core.conversation_index import ConversationSummary, Hit, IndexProgress
from streamchat.core.errors import DiskError, NotFound, UsageError
from streamchat.core.formatting import format_path
from streamchat.core.messages import without_empty_text
from streamchat.core.ports import Archive, ImportResult, Index, Journal, OpenedConversation
from streamchat.core.records import Header
from streamchat.core.times import stamp
from streamchat.posix.files import follow_own_link
from streamchat.store.conversation_list import ConversationList
from streamchat.store.directory import ConversationDirectory
from streamchat.store.disk import Disk, read_file, writing
from streamchat.store.files import ConversationFiles
from streamchat.store.finding import (
    build_not_found,
    expanded,
    looks_like_path,
    names_file,
    with_id,
    with_id_inside,
    with_title,
)
from streamchat.store.foreign_files import HEAD_BYTES, detect_foreign_format
from streamchat.store.journal import FileJournal, ReadOnlyJournal
from streamchat.store.no_save_archive import NoSaveArchive


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
        saves: bool = True,
        directory_now: str | None = None,
        only_here: bool = False,
        mask: Callable[[str], str] = str,
    ) -> None:
        """New conversations belong to the directory `directory_now`; with `only_here`, only
        conversations of that directory are listed and found. `open_index` is called by the
        first list or search; it returns None if there is no index. Without `saves`, nothing is
        written. `mask` hides secrets in what is listed and found."""
        self.saves = saves
        self._directory = ConversationDirectory(disk, follow_own_link(directory))
        self._files = ConversationFiles(self._directory, clock)
        self._directory_now = directory_now
        self._here = directory_now if only_here else None
        self._mask = mask
        self.conversation_list = ConversationList(
            self._directory, open_index, tidies=saves, here=self._here, mask=mask
        )
        self._disk = disk
        self._clock = clock
        self._new_id = new_id

    # What is written

    def not_saving(self) -> Archive:
        reader = Store(
            self._directory.path,
            disk=self._disk,
            clock=self._clock,
            new_id=self._new_id,
            open_index=self.conversation_list.open_unwritten_index,
            saves=False,
            directory_now=self._directory_now,
            only_here=self._here is not None,
            mask=self._mask,
        )
        return NoSaveArchive(reader, self)

    def saving(self) -> Archive:
        return self

    # Begin

    def start(self, model: str, system: str | None) -> tuple[Conversation, FileJournal]:
        """An empty conversation; its file appears with its first turn."""
        conversation = Conversation.new(
            id=self._new_id(),
            created=stamp(self._clock()),
            model=model,
            system=system,
            directory=self._directory_now,
        )
        return conversation, self._files.journal(conversation)

    def keep(self, conversation: Conversation) -> FileJournal:
        """Save the conversation to a file, which is on disk when this returns, unless the
        conversation has no turn yet."""
        journal = self._files.journal(conversation)
        if conversation.turn_count:
            journal.flush()
        return journal

    def fork(self, source: Conversation) -> tuple[Conversation, FileJournal]:
        """See ports.Archive."""
        copy = self.copy(source)
        return copy, self._files.journal(copy)

    def copy(self, source: Conversation) -> Conversation:
        """The same turns under an id of its own, not yet on disk."""
        old = source.header
        extra = {**old.extra, "forked_from": old.id}
        copy = Conversation(
            Header(
                self._new_id(),
                stamp(self._clock()),
                old.model,
                old.system,
                directory=old.directory,
                extra=extra,
            )
        )
        for record in source.records:
            if not isinstance(record, Header):
                copy.apply(record)
        if source.title:
            copy.rename(f"{source.title} (fork)")
        return copy

    def take_in(self, made: Iterable[Conversation]) -> Iterator[ImportResult]:
        """See ports.Archive."""
        from streamchat.store.importing import take_in  # only an import needs it

        return take_in(self._files, made)

    def renew(
        self, conversation: Conversation, journal: Journal
    ) -> tuple[Conversation, Journal]:
        """See ports.Archive."""
        journal.close()
        path = Path(journal.name)
        is_read_only = isinstance(journal, ReadOnlyJournal)
        if is_read_only or (
            path != self._directory.path and self._files.is_open_elsewhere(path)
        ):
            conversation = self.copy(conversation)
            return conversation, self._files.journal(conversation)
        is_at_home = path == self._directory.path or not path.parent.is_dir()
        place = self._files.path_of(conversation) if is_at_home else path
        return conversation, self._files.journal(conversation, place)

    # Open

    def open(self, ref: str, *, model: str) -> OpenedConversation:
        """See ports.Archive. Raises NotFound, Ambiguous, Busy, DiskError."""
        path = self.find(ref)
        listed = self._messages(path, model)
        if listed is not None:
            return OpenedConversation(listed, self._files.journal(listed))
        return self._files.open(path, model=model)

    def open_newest(self) -> OpenedConversation:
        """Raises NotFound when there is none."""
        return self._files.open(self.newest())

    def read(self, ref: str, *, model: str = "") -> OpenedConversation:
        """See ports.Archive."""
        path = self.find(ref)
        listed = self._messages(path, model)
        if listed is not None:
            return OpenedConversation(
                listed, ReadOnlyJournal(str(path), f"{path} is a list of messages.")
            )
        return self._files.read(path, model=model)

    def _messages(self, path: Path, model: str) -> Conversation | None:
        """The conversation in a plain list of messages, which is not changed; None for a file
        of ours. Raises NotFound, which says how to import a file of another program."""
        kind = detect_foreign_format(read_file(self._disk, path, HEAD_BYTES))
        if kind is None:
            return None
        from streamchat.core.message_list import (
            load_json,
            parse_message_list,
        )  # 1 ms; few need it

        name = format_path(str(path))
        if kind.name:
            raise NotFound(f"{name} is {kind.name}; streamchat --import {name} imports it.")
        try:
            found = parse_message_list(load_json(read_file(self._disk, path)))
        except ValueError as error:
            raise NotFound(f"{name} is not a conversation: {error}.") from error
        conversation, _ = self.start(model, found.system)
        for message in found.messages:
            if without_empty_text(message.content):
                id, at = self._new_id(), stamp(self._clock())
                conversation.append(message, id, at, extra={IMPORTED: True})
        return conversation

    # Find

    def newest(self) -> Path:
        """The conversation that was written last. Raises NotFound if there is none."""
        if self._here is not None:
            return self._newest_here()
        for file in self.conversation_list.files():
            if self.conversation_list.read(file).conversation is not None:
                return Path(file.path)
        raise NotFound("No saved conversations yet.")

    def _newest_here(self) -> Path:
        for summary in self.summaries():
            return Path(summary.path)
        raise NotFound("No saved conversation began in this directory.")

    def _findable(self) -> list[Path]:
        if self._here is not None:
            return [Path(summary.path) for summary in self.summaries()]
        return [Path(file.path) for file in self.conversation_list.files()]

    def find(self, ref: str) -> Path:
        """The file that `ref` names. Raises NotFound, which lists the nearest, or
        Ambiguous, which lists all."""
        if looks_like_path(ref):
            return self._located(ref)
        if found := with_id(self._findable(), ref):
            return found
        summaries = self.summaries()
        if found := with_id_inside(summaries, ref) or with_title(summaries, ref):
            return found
        if names_file(ref):
            return Path(ref)
        raise build_not_found(summaries, ref)

    def _located(self, ref: str) -> Path:
        """The path. A bare file name, as in messages about problems, may be one of ours."""
        path, ours = expanded(ref), self._directory.path / Path(ref).name
        is_bare = path == Path(path.name) and not os.path.lexists(path)
        return ours if is_bare and names_file(str(ours)) else path

    def summaries(self) -> list[ConversationSummary]:
        """See ports.Archive."""
        return self.conversation_list.summaries()

    def problems(self) -> list[str]:
        """See ports.Archive."""
        return self.conversation_list.problems()

    def catch_up(self) -> Iterator[IndexProgress]:
        """See ports.Archive."""
        return self.conversation_list.catch_up()

    def search(self, text: str, *, most: int) -> list[Hit]:
        """See ports.Archive."""
        return self.conversation_list.search(text, most=most)

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """See ports.Archive."""
        return self.conversation_list.browse(text, most=most)

    # Delete

    def delete(self, ref: str) -> None:
        """See ports.Archive."""
        path = self._deletable(ref)
        ledger = self._files.lock(path)
        with suppress(DiskError):  # first: a kill must not leave words of a deleted file
            self.conversation_list.forget(path)
        with writing(path):
            try:
                ledger.delete(self._directory.beside(path.name))
            finally:
                ledger.close()
        self.conversation_list.forget(path)  # another process may have added it meanwhile

    def require_deletable(self, ref: str) -> None:
        """See ports.Archive."""
        self._files.lock(self._deletable(ref)).close()

    def _deletable(self, ref: str) -> Path:
        path = self.find(ref)
        if path.parent != self._directory.path:
            raise UsageError(f"{path} is not one of the saved conversations.")
        return path
