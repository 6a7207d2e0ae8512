"""The archive of --no-save: old conversations can be gone on with, nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamchat.core.conversation import Conversation
from streamchat.core.errors import UsageError
from streamchat.core.library import Summary
from streamchat.core.ports import Archive, Journal, Opened, TakenIn
from streamchat.store.journal import NoJournal
from streamchat.store.shelf import FileShelf

if TYPE_CHECKING:
    from streamchat.store import Store


@dataclass(frozen=True, slots=True)
class Unkept:
    """Implements ports.Archive by only reading what `store` holds."""

    store: Store
    shelf: FileShelf

    def start(self, model: str, system: str | None) -> tuple[Conversation, Journal]:
        conversation, _ = self.store.start(model, system)
        return conversation, NoJournal()

    @property
    def saves(self) -> bool:
        return False

    def not_saving(self) -> Archive:
        return self

    def saving(self) -> Archive:
        return self.store

    def fork(self, conversation: Conversation) -> tuple[Conversation, Journal]:
        return self.store.copy(conversation), NoJournal()

    def open(self, ref: str, *, model: str) -> Opened:
        opened = self.store.read(ref, model=model)
        return Opened(opened.conversation, NoJournal(), opened.damage)

    def open_newest(self) -> Opened:
        return self.open(str(self.store.newest()), model="")

    def read(self, ref: str, *, model: str = "") -> Opened:
        return self.store.read(ref, model=model)

    def summaries(self) -> list[Summary]:
        return self.shelf.summaries()

    def delete(self, ref: str) -> None:
        self.store.delete(ref)

    def take_in(self, made: Iterable[Conversation]) -> Iterator[TakenIn]:
        raise UsageError("An import is saved: it cannot be had with --no-save.")

    def keep(self, conversation: Conversation) -> Journal:
        """The user changed their mind (/save)."""
        return self.store.keep(conversation)
