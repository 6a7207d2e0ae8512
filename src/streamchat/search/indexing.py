"""Writes conversations into the rows of the index.

A file has one row; each of its turns one in `turns` and one of the same id in `words`. A row's
id begins with the second of its turn, so the order of ids is the order of time: a page of the
newest hits is read without looking at the others. Turns never change, so a file that grew
costs only its new turns. The title has a row whose turn is "".
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from streamchat.core.conversation import Conversation
from streamchat.core.conversation_index import FileContent
from streamchat.core.records import Turn, UnparsedTurn
from streamchat.core.times import parse_time
from streamchat.search.query_words import encode_directory, indexed, storable

_SECOND_BITS = 20  # a million turns in the same second
_LAST_SECOND = 1 << 40


@dataclass(frozen=True, slots=True)
class _Row:
    file: int
    turn: str
    role: str
    at: str
    second: int
    settled: bool
    title: str = ""
    text: str = ""


def write_contents(
    db: sqlite3.Connection, contents: Sequence[FileContent], *, texts: bool
) -> None:
    """Add what was read from files; with `texts`, also the texts of turns. Skip what another
    process has added meanwhile. Skip files that are gone: the process that deletes a file
    removes its words before or after this transaction."""
    rows: list[_Row] = []
    for content in contents:
        file = content.file
        path = os.fsencode(file.path)
        known = db.execute(_AGREES, (path, file.size, file.written_ns)).fetchone()
        if (known and (known[0] or not texts)) or not Path(file.path).exists():
            continue
        id = _write_file(db, content, searchable=texts)
        if texts:
            rows += _news_of(db, id, content.conversation)
    # FTS5 writes out what it holds whenever an id is lower than the one before.
    for row in sorted(rows, key=lambda row: row.second):
        _insert(db, row)


_AGREES = "SELECT searchable FROM files WHERE path = ? AND size = ? AND written_ns = ?"
_WRITE_FILE = """
INSERT INTO files (
    path, size, written_ns, searchable, problem, conversation, title, turns, model, models,
    cost_usd, directory
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (path) DO UPDATE SET
    size = excluded.size, written_ns = excluded.written_ns, searchable = excluded.searchable,
    problem = excluded.problem, conversation = excluded.conversation,
    title = excluded.title, turns = excluded.turns, model = excluded.model,
    models = excluded.models, cost_usd = excluded.cost_usd, directory = excluded.directory
"""


def _write_file(db: sqlite3.Connection, content: FileContent, *, searchable: bool) -> int:
    file, found = content.file, content.conversation
    path = os.fsencode(file.path)
    about: tuple[object, ...] = ("", "", 0, "", "", None, None)
    if found is not None:
        texts = (found.id, found.title, found.model, "\n".join(found.models))
        id, title, model, models = map(storable, texts)
        directory = encode_directory(found.header.directory)
        about = (id, title, found.turn_count, model, models, found.cost_usd, directory)
    stamp = (path, file.size, file.written_ns)
    db.execute(_WRITE_FILE, (*stamp, searchable, storable(content.problem), *about))
    return int(db.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()[0])


def _news_of(
    db: sqlite3.Connection, file: int, conversation: Conversation | None
) -> Iterator[_Row]:
    """The rows that the index lacks. Rows that are out of date are deleted."""
    query = "SELECT turn, id FROM turns WHERE file = ? AND settled"
    have: dict[str, int] = dict(db.execute(query, (file,)))
    if conversation is None:
        _delete(db, file, keep=())
        return
    turns = _turns_of(conversation)
    kept = have.keys() & turns.keys()
    if _title(db, have.get("")) == indexed(conversation.title):
        kept.add("")
    _delete(db, file, keep=[have[turn] for turn in kept])
    if "" not in kept:
        yield _title_row(file, conversation)
    for turn, settled in turns.items():
        if turn not in kept:
            yield _turn_row(file, conversation.turn(turn), settled=settled)


def _turns_of(conversation: Conversation) -> dict[str, bool]:
    """The id of every turn of every branch, and whether the turn is final; parses none of
    them."""
    records = conversation.records
    settled = {record.id for record in records if isinstance(record, Turn | UnparsedTurn)}
    return {turn: turn in settled for turn, _ in conversation.outline()}


def _title(db: sqlite3.Connection, id: int | None) -> str | None:
    found = db.execute("SELECT title FROM words WHERE rowid = ?", (id,)).fetchone()
    return None if found is None else str(found[0])


def _title_row(file: int, conversation: Conversation) -> _Row:
    title = indexed(conversation.title)
    at = storable(conversation.header.created)
    return _Row(file, "", "title", at, second=0, settled=True, title=title)


def _turn_row(file: int, turn: Turn, *, settled: bool) -> _Row:
    second = max(1, min(_second_of(turn.at), _LAST_SECOND))
    text = indexed(turn.message.text)
    at = storable(turn.at)
    return _Row(file, turn.id, turn.role, at, second=second, settled=settled, text=text)


def _second_of(at: str) -> int:
    """0 if it is not a time."""
    return int(parse_time(at) or 0)


def _insert(db: sqlite3.Connection, row: _Row) -> None:
    first = row.second << _SECOND_BITS
    last = first + (1 << _SECOND_BITS) - 1
    newest = db.execute(_NEWEST_ID, (first, last)).fetchone()[0]
    id = first if newest is None else newest + 1
    db.execute(_INSERT_TURN, (id, row.file, row.turn, row.role, row.at, row.settled))
    db.execute(_INSERT_WORDS, (id, row.title, row.text))


_NEWEST_ID = "SELECT max(id) FROM turns WHERE id BETWEEN ? AND ?"
_INSERT_TURN = "INSERT INTO turns (id, file, turn, role, at, settled) VALUES (?, ?, ?, ?, ?, ?)"
_INSERT_WORDS = "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)"


def _delete(db: sqlite3.Connection, file: int, *, keep: Iterable[int]) -> None:
    rows = {id for (id,) in db.execute("SELECT id FROM turns WHERE file = ?", (file,))}
    gone = [(id,) for id in rows.difference(keep)]
    db.executemany("DELETE FROM words WHERE rowid = ?", gone)
    db.executemany("DELETE FROM turns WHERE id = ?", gone)


def remove(db: sqlite3.Connection, paths: Iterable[str]) -> int:
    """Remove files; returns how many of them were indexed."""
    return sum([_remove(db, path) for path in paths])


def _remove(db: sqlite3.Connection, path: str) -> bool:
    name = os.fsencode(path)
    found = db.execute("SELECT id FROM files WHERE path = ?", (name,)).fetchone()
    if found is not None:
        _delete(db, found[0], keep=())
        db.execute("DELETE FROM files WHERE id = ?", found)
    return found is not None


def erase(db: sqlite3.Connection) -> None:
    """Leave no trace of removed words. SQLite overwrites what it frees (secure_delete). A
    newer SQLite removes the words from the full-text index too; an older one keeps them until
    the index is merged, which takes a second for a large index."""
    secure = "SELECT v FROM words_config WHERE k = 'secure-delete'"
    if db.execute(secure).fetchone() != (1,):
        db.execute("INSERT INTO words (words) VALUES ('optimize')")
