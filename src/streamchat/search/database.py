"""Opens the index: a SQLite file that only its owner can read, or a database in memory.

Rules: no link is followed and no file of another user is opened. The tables of another version
are dropped in one transaction, so that two versions of the program cost each other only time.
The rollback journal is used: a write-ahead log cannot be read without write permission, and
would keep deleted words.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from streamchat.posix.files import NOT_A_LINK, open_regular
from streamchat.search.query_words import PREFIXES, TOKENIZER

VERSION = 4
_DELETES_AT_ONCE = (3, 42)  # of SQLite, from the full-text index too
BUSY_S = 0.7  # others write for 0.1 s at a time; a start that waits takes 1 s
_CACHE_KIB = 65536  # a batch must fit, or others could not read while it is written
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})

_TABLES = f"""
DROP TABLE IF EXISTS files;
DROP TABLE IF EXISTS turns;
DROP TABLE IF EXISTS words;
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    written_ns INTEGER NOT NULL,
    searchable INTEGER NOT NULL,
    conversation TEXT NOT NULL,
    title TEXT NOT NULL,
    turns INTEGER NOT NULL,
    model TEXT NOT NULL,
    models TEXT NOT NULL,
    cost_usd REAL,
    directory BLOB,
    problem TEXT NOT NULL
);
CREATE INDEX files_by_time ON files (written_ns);
CREATE TABLE turns (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    turn TEXT NOT NULL,
    role TEXT NOT NULL,
    at TEXT NOT NULL,
    settled INTEGER NOT NULL
);
CREATE INDEX turns_by_file ON turns (file, id);
CREATE VIRTUAL TABLE words USING fts5 (
    title, text, prefix = '{PREFIXES}', tokenize = "{TOKENIZER}"
);
PRAGMA user_version = {VERSION};
"""


def open_file(path: Path, *, writes: bool, waits: bool = True) -> sqlite3.Connection:
    """Open the index on disk. With `waits`, wait while another process uses it. Raises
    sqlite3.Error, OSError."""
    if writes:
        with suppress(PermissionError):  # it may still be readable
            _prepare(path)
    _require_ours(path)
    mode = "rw" if writes else "ro"
    # Autocommit: transactions are where the code says. A lock guards the threads.
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_S if waits else 0,
        isolation_level=None,
        check_same_thread=False,
    )
    return _with_tables(connection)


def open_memory(copied_from: Path | None) -> sqlite3.Connection:
    """Open an index in memory, as a copy of the one on disk if that is given."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        if copied_from is not None:
            # We have waited long enough, and backup() would wait forever for a reader's lock.
            with closing(open_file(copied_from, writes=False, waits=False)) as disk:
                disk.execute("BEGIN")
                _version(disk)
                disk.backup(connection)
    except (sqlite3.Error, OSError):
        connection.close()
        raise
    return _with_tables(connection)


def _with_tables(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if _version(connection) != VERSION:
            _make_tables(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    if _version(connection) == VERSION:  # another process was faster
        connection.execute("ROLLBACK")
        return
    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(statement)
    if sqlite3.sqlite_version_info >= _DELETES_AT_ONCE:
        connection.execute("INSERT INTO words (words, rank) VALUES ('secure-delete', 1)")
    connection.execute("COMMIT")


def is_damage(error: Exception) -> bool:
    """Whether the file is damaged, so that it must be built again."""
    if isinstance(error, OSError):
        return False
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF in _DAMAGE


def is_busy(error: Exception) -> bool:
    """Whether another process holds the index."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def discard(path: Path) -> None:
    """Delete the index. Raises OSError."""
    for suffix in ("-journal", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _prepare(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory = path.parent.lstat()
    if stat.S_IMODE(directory.st_mode) & 0o077 and directory.st_uid == os.geteuid():
        path.parent.chmod(0o700)
    os.close(open_regular(path, os.O_RDWR | os.O_CREAT | NOT_A_LINK))


def _require_ours(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        raise OSError(errno.EPERM, "not a file of ours")
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o600)
