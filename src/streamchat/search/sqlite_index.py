"""The index in a SQLite file, or in memory where the file cannot be used (ports.Index).

Rules: every change is one short transaction, so that several processes and threads may index at
once. An index file that is damaged is built again; after any other failure the work continues
in memory, starting from a copy of the file if there is one.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import TypeVar

from streamchat.core.conversation_index import (
    EVERYWHERE,
    ConversationFilter,
    ConversationSummary,
    FileContent,
    Hit,
    SavedFile,
)
from streamchat.core.errors import DiskError
from streamchat.search import indexing, queries
from streamchat.search.database import discard, is_busy, is_damage, open_file, open_memory
from streamchat.search.queries import Stamp
from streamchat.search.query_words import build_query

_T = TypeVar("_T")
_BUSY = "Another process is using the search index; the files were read instead."
_BUSY_WORDS = (
    "Another process is using the search index, which may still hold the words of this"
    " conversation. The next --list or --search removes them."
)


class _Place(Enum):
    """Where the tables are. When one place fails, the next one is used."""

    FILE = "on disk"
    COPY = "in memory, starting from what is on disk"
    EMPTY = "in memory"


class SqliteIndex:
    """The index in the file `path`; nothing is written there unless it `writes`."""

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self._path = path
        self._writes = writes
        self._place = _Place.FILE
        self._losses = 0
        self._trouble = ""
        self._memory: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    @property
    def losses(self) -> int:
        return self._losses

    @property
    def trouble(self) -> str:
        return self._trouble

    def unwritten(self) -> SqliteIndex:
        return SqliteIndex(self._path, writes=False)

    def close(self) -> None:
        """Drop what is in memory. The file is opened again for each call (1 ms)."""
        with self._lock:
            if self._memory is not None:
                self._memory.close()
            self._memory = None

    # Asked

    def summaries(self) -> dict[str, ConversationSummary]:
        return self._run(queries.summaries)

    def problems(self) -> dict[str, str]:
        return self._run(queries.problems)

    def search(
        self, text: str, *, most: int, within: ConversationFilter = EVERYWHERE
    ) -> list[Hit]:
        if not text.strip() and within != EVERYWHERE:
            return self._run(lambda db: queries.newest(db, most, within))
        query = build_query(text)
        return self._run(lambda db: queries.hits(db, query, most, within)) if query else []

    def browse(
        self, text: str, *, most: int, within: ConversationFilter = EVERYWHERE
    ) -> list[Hit]:
        if not text.strip():
            return self._run(lambda db: queries.newest(db, most, within))
        query = build_query(text)
        return self._run(lambda db: queries.pages(db, query, most, within)) if query else []

    # Kept up to date

    def stale(self, files: Sequence[SavedFile], *, texts: bool) -> list[SavedFile]:
        known = self._run(queries.stamps)
        self._remove(known.keys() - {file.path for file in files})
        return [file for file in files if not _is_fresh(file, known, texts=texts)]

    def _remove(self, paths: set[str]) -> None:
        if paths:
            self._run(lambda db: _erase(db, paths))

    def add(self, contents: Sequence[FileContent], *, texts: bool) -> None:
        def write(db: sqlite3.Connection) -> None:
            with _transaction(db):
                indexing.write_contents(db, contents, texts=texts)

        self._run(write)

    def forget(self, path: str) -> None:
        with self._lock:
            if self._memory is not None:
                _erase(self._memory, {path})
            if not self._path.exists():
                return
            try:
                with closing(open_file(self._path, writes=True)) as db:
                    _erase(db, {path})
            except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
                if is_busy(error):
                    raise DiskError(_BUSY_WORDS) from error
                self._discard(path)

    def _discard(self, path: str) -> None:
        try:
            discard(self._path)
        except OSError as error:
            raise DiskError(
                f"{self._path} may still hold words of {path}: {error.strerror}."
            ) from error

    # On disk or in memory

    def _run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Run it on disk, or else in memory. Raises DiskError."""
        with self._lock:
            while True:
                try:
                    return self._do(work)
                except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
                    raise  # a bug of ours, not a damaged index
                except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
                    self.close()  # the last is sqlite3's, from a message about damage
                    if not self._another_way(error):
                        raise DiskError(f"The search index does not work: {error}.") from error

    def _do(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        if self._place is _Place.FILE:
            with closing(open_file(self._path, writes=self._writes)) as db:
                return work(db)
        if self._memory is None:
            self._memory = open_memory(self._path if self._place is _Place.COPY else None)
            # Closed when it is no longer used: Python 3.13 warns about an open connection.
            weakref.finalize(self, self._memory.close)
        return work(self._memory)

    def _another_way(self, error: Exception) -> bool:
        """Choose the next place to try; False if there is none."""
        self._losses += 1
        if is_busy(error):
            self._trouble = _BUSY
        may_be_made_anew = self._place is _Place.FILE and self._writes and self._losses == 1
        if may_be_made_anew and is_damage(error):
            with suppress(OSError):
                discard(self._path)
            return True
        match self._place:
            case _Place.FILE:
                self._place = _Place.COPY
            case _Place.COPY:
                self._place = _Place.EMPTY
            case _Place.EMPTY:
                return False
        return True


def _is_fresh(file: SavedFile, known: Mapping[str, Stamp], *, texts: bool) -> bool:
    found = known.get(file.path)
    return found is not None and found.is_of(file) and (found.searchable or not texts)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # after some failures, SQLite has done it
            db.execute("ROLLBACK")
        raise


def _erase(db: sqlite3.Connection, paths: set[str]) -> None:
    """Remove all words of these files."""
    with _transaction(db):
        if indexing.remove(db, paths):
            indexing.erase(db)
