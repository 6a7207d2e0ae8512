"""The conversations on disk: one JSONL file each, in one directory.

The only package that touches conversation files. Rules: a file is created with its first turn;
an append is on disk when it returns; nothing is ever rewritten; one process at a time writes
a file (see `ledger`). Every failure is raised as one of our errors.

`archive` joins the parts: `conversation_list` lists and searches, `finding` resolves what a
person typed, `file_reader` reads a file, `journal` and `ledger` write it, `directory` and
`disk` make the system calls safe.

Must not know: the terminal, the server, the settings.
"""

from streamchat.store.archive import Store
from streamchat.store.disk import Disk
from streamchat.store.spending_log import FileSpendingLog

__all__ = [
    "Disk",
    "FileSpendingLog",
    "Store",
]
