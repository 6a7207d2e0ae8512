"""The index as the rest of the program sees it (ports.Catalogue).

Rules: what the files hold now is asked of the files; the index only spares reading them
again. Work is done in steps of some megabytes, each a transaction, so that several
processes and threads may index at once. When the file of the index fails it is made anew
if it was damaged; otherwise the work goes on in memory, from a copy if there is one.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import TypeVar

from streamchat.core.errors import DiskError
from streamchat.core.library import Files, Hit, Kept, Progress, Summary
from streamchat.search import indexing, queries
from streamchat.search.database import discard, is_damage, open_file, open_memory
from streamchat.search.indexing import Entry
from streamchat.search.queries import Stamp
from streamchat.search.query_words import build_query

STEP_BYTES = 2_000_000  # of files: a tenth of a second or two
STEP_FILES = 500

_T = TypeVar("_T")


class _Place(Enum):
    """Where the tables are; each is where to go when the one before it fails."""

    FILE = "on disk"
    COPY = "in memory, begun with what is on disk"
    EMPTY = "in memory"


class Index:
    """The index in the file `path`; nothing is written there unless it `writes`."""

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self._path = path
        self._writes = writes
        self._place = _Place.FILE
        self._files: Files | None = None  # that were caught up with
        self._losses = 0  # how often the tables had to be left
        self._memory: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    def unwritten(self) -> Index:
        return Index(self._path, writes=False)

    def close(self) -> None:
        """Let go of what is in memory; the file is opened for each work anew (1 ms)."""
        with self._lock:
            if self._memory is not None:
                self._memory.close()
            self._memory = None

    # Asked

    def summaries(self, files: Files) -> list[Summary]:
        kept = files.kept()
        while stale := _stale(kept, self._run(queries.stamps), texts=False):
            losses = self._losses
            for batch in _batches(stale):
                self._take_in(files, batch, texts=False)
            if losses == self._losses:
                break
        known = self._run(queries.summaries)
        found = (known[each.path] for each in kept if each.path in known)
        return [summary for summary in found if summary.turns]

    def search(self, text: str, *, most: int) -> list[Hit]:
        query = build_query(text)
        return self._ask(lambda db: queries.hits(db, query, most)) if query else []

    def browse(self, text: str, *, most: int) -> list[Hit]:
        if not text.strip():
            return self._ask(lambda db: queries.newest(db, most))
        query = build_query(text)
        return self._ask(lambda db: queries.pages(db, query, most)) if query else []

    def _ask(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """What was lost while it was asked is read again first."""
        losses = self._losses
        found = self._run(work)
        if losses == self._losses or self._files is None:
            return found
        for _ in self.catch_up(self._files):
            pass
        return self._run(work)

    # Kept up to date

    def catch_up(self, files: Files) -> Iterator[Progress]:
        self._files = files
        losses = -1
        while losses != self._losses:  # once, and again when the index was lost meanwhile
            losses = self._losses
            kept = files.kept()
            known = self._run(queries.stamps)
            self._remove(known.keys() - {each.path for each in kept})
            stale = _stale(kept, known, texts=True)
            done = 0
            for batch in _batches(stale):
                self._take_in(files, batch, texts=True)
                done += len(batch)
                yield Progress(done, len(stale))

    def forget(self, path: str) -> None:
        self._run(lambda db: _erase(db, path))
        if self._writes and self._place is _Place.FILE:
            return
        try:
            if self._path.exists():
                with closing(open_file(self._path, writes=True)) as db:
                    _erase(db, path)
        except (sqlite3.Error, OSError):
            self._discard(path)

    def _discard(self, path: str) -> None:
        try:
            discard(self._path)
        except OSError as error:
            raise DiskError(
                f"{self._path} may still hold words of {path}: {error.strerror}."
            ) from error

    def _remove(self, paths: Iterable[str]) -> None:
        def remove(db: sqlite3.Connection) -> None:
            with _transaction(db):
                for path in paths:
                    indexing.remove(db, path)

        if paths:
            self._run(remove)

    def _take_in(self, files: Files, batch: Sequence[Kept], *, texts: bool) -> None:
        entries = [Entry(kept, files.look_into(kept)) for kept in batch]

        def write(db: sqlite3.Connection) -> None:
            with _transaction(db):
                indexing.write_conversation(db, entries, texts=texts)

        self._run(write)

    # Wherever it works

    def _run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do it on disk, or where it can be done. Raises DiskError."""
        with self._lock:
            while True:
                try:
                    return self._do(work)
                except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
                    self.close()  # the last is sqlite3's, of a message about damage
                    if not self._another_way(error):
                        raise DiskError(f"The search index does not work: {error}.") from error

    def _do(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        if self._place is _Place.FILE:
            with closing(open_file(self._path, writes=self._writes)) as db:
                return work(db)
        if self._memory is None:
            self._memory = open_memory(self._path if self._place is _Place.COPY else None)
            # Who needs it no more drops it; from 3.13 on Python warns of one left open.
            weakref.finalize(self, self._memory.close)
        return work(self._memory)

    def _another_way(self, error: Exception) -> bool:
        """Whether to try again, and where."""
        self._losses += 1
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


def _stale(kept: Iterable[Kept], known: Mapping[str, Stamp], *, texts: bool) -> list[Kept]:
    """What changed since it was read, or was not read so far."""

    def is_fresh(each: Kept) -> bool:
        found = known.get(each.path)
        return found is not None and found.is_of(each) and (found.searchable or not texts)

    return [each for each in kept if not is_fresh(each)]


def _batches(kept: Iterable[Kept]) -> Iterator[list[Kept]]:
    batch: list[Kept] = []
    size = 0
    for each in kept:
        batch.append(each)
        size += each.size
        if size >= STEP_BYTES or len(batch) == STEP_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite has done it for some failures
            db.execute("ROLLBACK")
        raise


def _erase(db: sqlite3.Connection, path: str) -> None:
    with _transaction(db):
        indexing.remove(db, path)
        indexing.erase(db)
