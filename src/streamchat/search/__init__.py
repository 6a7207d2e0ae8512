"""Full-text search over the conversations: an index that is derived from their files.

The only importer of sqlite3 besides `importers` (7 ms at the first use). Implements
ports.Index. Rules: the index may be deleted, damaged, out of date or locked by another process
at any time, and then only costs time; only its owner can read it; abandoned branches can be
found; deleted conversations leave no word in it.

`query_words` turns texts into words of the index and of queries, `indexing` writes the tables,
`queries` reads them, `database` opens the file safely, `sqlite_index` joins them.

Must not know: the terminal, how a conversation file is read.
"""

from streamchat.search.sqlite_index import SqliteIndex

__all__ = [
    "SqliteIndex",
]
