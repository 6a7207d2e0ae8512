"""Conversations on disk with an index beside them; every question is asked by a new one,
as each start of the program does."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from disks import QuickDisk
from streamchat.core.conversation import Conversation
from streamchat.core.conversation_index import Hit
from streamchat.core.messages import Message, text_block, user_message
from streamchat.core.times import stamp
from streamchat.search import SqliteIndex
from streamchat.store import Disk, Store
from streamchat.store.journal import FileJournal

BEGAN_S = 1_790_000_000
MODEL = "claude-test"


class CountingDisk(QuickDisk):
    """Says which conversation files were opened."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        self.opened.append(Path(path).name)
        return super().open(path, flags, mode)


class IndexedConversations:
    """Its time goes on by a minute with each turn."""

    def __init__(self, home: Path) -> None:
        self.directory = home / "conversations"
        self.path = home / "cache/streamchat/search.sqlite3"
        self.writes = True
        self._minutes = itertools.count(1)
        self._ids = itertools.count(1)

    def store(self, disk: Disk | None = None) -> Store:
        return Store(
            self.directory,
            disk=disk or QuickDisk(),
            clock=lambda: BEGAN_S,
            new_id=lambda: f"{next(self._ids):08x}",
            open_index=self.index,
        )

    def index(self) -> SqliteIndex:
        return SqliteIndex(self.path, writes=self.writes)

    def converse(self, *texts: str, title: str = "") -> Path:
        """A closed conversation; questions and replies take turns."""
        conversation, journal = self.store().start(MODEL, None)
        if title:
            journal.append(conversation.rename(title))
        return self._say(conversation, journal, texts)

    def go_on(self, path: Path, *texts: str) -> Path:
        opened = self.store().open(str(path), model=MODEL)
        assert isinstance(opened.journal, FileJournal)
        return self._say(opened.conversation, opened.journal, texts)

    def _say(
        self, conversation: Conversation, journal: FileJournal, texts: Iterable[str]
    ) -> Path:
        moment = BEGAN_S
        for text in texts:
            moment = BEGAN_S + 60 * next(self._minutes)
            number = conversation.turn_count
            reply = Message("assistant", (text_block(text),), MODEL, "end_turn", cost_usd=0.25)
            message = reply if number % 2 else user_message(text)
            id = f"{conversation.id}-{number}"
            journal.append(conversation.append(message, id, stamp(moment)))
        journal.close()
        os.utime(journal.name, (moment, moment))
        return Path(journal.name)

    def change(self, path: Path, act: Callable[[Conversation, FileJournal], None]) -> None:
        """Open, act, close, at a time of its own."""
        opened = self.store().open(str(path), model=MODEL)
        assert isinstance(opened.journal, FileJournal)
        act(opened.conversation, opened.journal)
        opened.journal.close()
        moment = BEGAN_S + 60 * next(self._minutes)
        os.utime(path, (moment, moment))

    def catch_up(self) -> None:
        for _ in self.store().catch_up():
            pass

    def hits(self, text: str, most: int = 100) -> list[Hit]:
        store = self.store()
        for _ in store.catch_up():
            pass
        return store.search(text, most=most)

    def found(self, text: str) -> list[str]:
        """The excerpts, the newest first."""
        return [hit.text for hit in self.hits(text)]

    def titles(self, text: str) -> list[str]:
        """Of the conversations on the picker's list."""
        store = self.store()
        for _ in store.catch_up():
            pass
        return [hit.summary.title for hit in store.browse(text, most=100)]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Of the index on disk."""
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(query).fetchall()

    def alter(self, statement: str) -> None:
        """The index on disk."""
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute(statement)
