"""Reads the index as values: files, hits, newest turns."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from streamchat.core.conversation_index import (
    ConversationFilter,
    ConversationSummary,
    Hit,
    SavedFile,
)
from streamchat.search.query_words import (
    HIT_BEGINS,
    HIT_ENDS,
    decode_directory,
    encode_directory,
    format_excerpt,
)

EXCERPT_TOKENS = 24
_MOST_SCANNED = 20_000  # hits, for a page of conversations
_PREVIEW_LENGTH = 300

_SUMMARY = (
    "files.path, files.written_ns, files.conversation, files.title, files.turns, "
    "files.model, files.cost_usd, files.directory"
)
_TURN = "turns.turn, turns.role, turns.at"


class Stamp(NamedTuple):
    """The size and time of a file when it was read."""

    size: int
    written_ns: int
    searchable: bool

    def is_of(self, file: SavedFile) -> bool:
        return (self.size, self.written_ns) == (file.size, file.written_ns)


def stamps(db: sqlite3.Connection) -> dict[str, Stamp]:
    """The stamps of all files that were read, by path."""
    rows = db.execute("SELECT path, size, written_ns, searchable FROM files")
    return {
        os.fsdecode(path): Stamp(size, written_ns, searchable)
        for path, size, written_ns, searchable in rows
    }


def summaries(db: sqlite3.Connection) -> dict[str, ConversationSummary]:
    """The summary of each file, by path."""
    found = map(_summary, db.execute(f"SELECT {_SUMMARY} FROM files"))
    return {summary.path: summary for summary in found}


def problems(db: sqlite3.Connection) -> dict[str, str]:
    """Why files cannot be read, by path."""
    rows = db.execute("SELECT path, problem FROM files WHERE problem != ''")
    return {os.fsdecode(path): str(problem) for path, problem in rows}


def _summary(row: Sequence[object]) -> ConversationSummary:
    match row:
        case (
            bytes(path),
            int(written_ns),
            str(id),
            str(title),
            int(turns),
            str(model),
            float() | None as cost_usd,
            bytes() | None as directory,
        ):
            return ConversationSummary(
                id,
                title,
                written_ns / 1e9,
                turns,
                model,
                cost_usd,
                os.fsdecode(path),
                decode_directory(directory),
            )
    raise sqlite3.DatabaseError("a file's row has another form")


def _hit(row: Sequence[object]) -> Hit:
    match row[-4:]:
        case (
            str() | None as turn,
            str() | None as role,
            str() | None as at,
            str() | None as text,
        ):
            return Hit(
                _summary(row[:-4]), turn or "", role or "", at or "", format_excerpt(text or "")
            )
    raise sqlite3.DatabaseError("a turn's row has another form")


_IN_PLACE = """
(:directory IS NULL OR files.directory = :directory)
AND (:part IS NULL OR instr(files.directory, :part) > 0)
AND (:model IS NULL OR instr(lower(files.models), :model) > 0)
AND (:after_ns IS NULL OR files.written_ns >= :after_ns)
AND (:before_ns IS NULL OR files.written_ns < :before_ns)
AND (NOT :has_code OR EXISTS (
    SELECT 1 FROM turns AS coded JOIN words AS code ON code.rowid = coded.id
    WHERE coded.file = files.id AND (instr(code.text, '```') OR instr(code.text, '~~~'))
))
"""
# Outer joins: words without a turn are damage, which an inner join would hide.
_JOINED = f"""
FROM words
LEFT JOIN turns ON turns.id = words.rowid
LEFT JOIN files ON files.id = turns.file
WHERE words MATCH :query AND {_IN_PLACE}
"""
_TEXT_EXCERPT = f"snippet(words, 1, '{HIT_BEGINS}', '{HIT_ENDS}', '…', {EXCERPT_TOKENS})"
_TITLE_EXCERPT = f"highlight(words, 0, '{HIT_BEGINS}', '{HIT_ENDS}')"
_TEXT_HITS = f"""
SELECT {_SUMMARY}, {_TURN}, {_TEXT_EXCERPT} {_JOINED} ORDER BY words.rowid DESC LIMIT :most
"""
_TITLE_HITS = f"""
SELECT {_SUMMARY}, {_TURN}, {_TITLE_EXCERPT} {_JOINED}
ORDER BY files.written_ns DESC LIMIT :most
"""
# Excerpts are slow to make: only the first hit of each conversation gets one.
_FIRST_HITS = f"""
SELECT CASE WHEN is_first(turns.file) THEN {_TEXT_EXCERPT} END AS excerpt,
    {_SUMMARY}, {_TURN}
{_JOINED} ORDER BY words.rowid DESC LIMIT {_MOST_SCANNED}
"""
_LAST_TURNS = f"""
SELECT {_SUMMARY}, {_TURN}, substr(words.text, 1, {_PREVIEW_LENGTH}) FROM (
    SELECT * FROM files WHERE turns > 0 AND {_IN_PLACE} ORDER BY written_ns DESC LIMIT :most
) AS files
LEFT JOIN turns ON turns.id = (SELECT max(id) FROM turns WHERE file = files.id)
LEFT JOIN words ON words.rowid = turns.id
ORDER BY files.written_ns DESC
"""


def _values(within: ConversationFilter, *, query: str = "", most: int = 0) -> dict[str, object]:
    directory, part = map(encode_directory, (within.directory, within.part))
    return {
        "query": query,
        "most": most,
        "directory": directory,
        "part": part,
        "model": within.model,
        "after_ns": _nanoseconds(within.after_s),
        "before_ns": _nanoseconds(within.before_s),
        "has_code": within.has_code,
    }


def _nanoseconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1e9)


def hits(
    db: sqlite3.Connection, query: str, most: int, within: ConversationFilter
) -> list[Hit]:
    """See ports.Archive.search."""
    values = _values(within, query=f"text : ({query})", most=most)
    texts = [_hit(row) for row in db.execute(_TEXT_HITS, values)]
    found = {hit.summary.path for hit in texts}
    titles = [
        hit for hit in title_hits(db, query, most, within) if hit.summary.path not in found
    ]
    return [*titles, *texts][:most]


def title_hits(
    db: sqlite3.Connection, query: str, most: int, within: ConversationFilter
) -> list[Hit]:
    """The titles that hold the words; the conversation that was written last comes first."""
    values = _values(within, query=f"title : ({query})", most=most)
    return [_hit(row) for row in db.execute(_TITLE_HITS, values)]


def newest(db: sqlite3.Connection, most: int, within: ConversationFilter) -> list[Hit]:
    """The conversations that were written last, each with the beginning of its last turn."""
    return [_hit(row) for row in db.execute(_LAST_TURNS, _values(within, most=most))]


def first_hits(
    db: sqlite3.Connection, query: str, most: int, within: ConversationFilter
) -> list[Hit]:
    """The newest hit of each conversation."""
    seen: set[int] = set()
    found: list[Hit] = []

    def is_first(file: int) -> bool:
        new = file not in seen
        seen.add(file)
        return new

    db.create_function("is_first", 1, is_first)
    values = _values(within, query=f"text : ({query})")
    for excerpt, *row in db.execute(_FIRST_HITS, values):
        if excerpt is not None:
            found.append(_hit([*row, excerpt]))
            if len(found) == most:
                break
    return found


def pages(
    db: sqlite3.Connection, query: str, most: int, within: ConversationFilter
) -> list[Hit]:
    """See ports.Archive.browse."""
    texts = {hit.summary.path: hit for hit in first_hits(db, query, most, within)}
    titles = title_hits(db, query, most, within)
    best = [texts.pop(hit.summary.path, hit) for hit in titles]
    return [*best, *texts.values()][:most]
