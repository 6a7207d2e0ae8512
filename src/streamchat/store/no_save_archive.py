"""The archive of --no-save: saved conversations can be opened, nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamchat.core.conversation import Conversation
from streamchat.core.conversation_index import ConversationSummary, Hit, IndexProgress
from streamchat.core.errors import UsageError
from streamchat.core.ports import Archive, ImportResult, Journal, OpenedConversation
from streamchat.store.journal import NoJournal

if TYPE_CHECKING:
    from streamchat.store.archive import Store


@dataclass(frozen=True, slots=True)
class NoSaveArchive:
    """Implements ports.Archive: `reader` finds and reads; `writer` does what the user
    explicitly asks for: /delete and /save."""

    reader: Store
    writer: Store

    @property
    def saves(self) -> bool:
        return False

    def not_saving(self) -> Archive:
        return self

    def saving(self) -> Archive:
        return self.writer

    def start(self, model: str, system: str | None) -> tuple[Conversation, Journal]:
        conversation, _ = self.reader.start(model, system)
        return conversation, NoJournal()

    def fork(self, conversation: Conversation) -> tuple[Conversation, Journal]:
        return self.reader.copy(conversation), NoJournal()

    def open(self, ref: str, *, model: str) -> OpenedConversation:
        opened = self.reader.read(ref, model=model)
        return OpenedConversation(opened.conversation, NoJournal(), opened.damage)

    def open_newest(self) -> OpenedConversation:
        return self.open(str(self.reader.newest()), model="")

    def read(self, ref: str, *, model: str = "") -> OpenedConversation:
        return self.reader.read(ref, model=model)

    def keep(self, conversation: Conversation) -> Journal:
        return self.writer.keep(conversation)

    def renew(
        self, conversation: Conversation, journal: Journal
    ) -> tuple[Conversation, Journal]:
        return self.writer.renew(conversation, journal)

    def take_in(self, made: Iterable[Conversation]) -> Iterator[ImportResult]:
        raise UsageError("--import cannot be combined with --no-save.")

    def require_deletable(self, ref: str) -> None:
        self.writer.require_deletable(ref)

    def delete(self, ref: str) -> None:
        self.writer.delete(ref)

    def summaries(self) -> list[ConversationSummary]:
        return self.reader.summaries()

    def problems(self) -> list[str]:
        return self.reader.problems()

    def catch_up(self) -> Iterator[IndexProgress]:
        return self.reader.catch_up()

    def search(self, text: str, *, most: int) -> list[Hit]:
        return self.reader.search(text, most=most)

    def browse(self, text: str, *, most: int) -> list[Hit]:
        return self.reader.browse(text, most=most)
