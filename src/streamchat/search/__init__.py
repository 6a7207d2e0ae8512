"""Full-text search over the conversations: an index that is derived from their files.

The only importer of sqlite3 (7 ms, when it is first used). Implements ports.Catalogue.
Rules: the files are the truth, the index may be deleted, damaged, out of date or locked by
another process at any time, and then only costs time; it is for its owner only; what was
edited away stays findable; what was deleted leaves no word in it.

`words` turns texts into what is indexed and asked for, `rows` writes and reads the tables,
`database` opens the file safely, `index` joins them.

Must not know: the terminal, the directory of the conversations (it asks ports.Files).
"""

from streamchat.search.index import Index

__all__ = [
    "Index",
]
