"""The note beside a file that says who has it open.

Rule: the note only informs. The lock itself is the system's and ends with its process, so a
stale note means nothing, and a damaged one does no harm.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from streamchat.core.json_text import read_json
from streamchat.store.disk import Disk, close_quietly, open_regular, write_all

_MOST_BYTES = 1000


def lock_note(path: Path) -> Path:
    """Where the note of that file is."""
    return path.with_name(f"{path.name}.lock")


def write_lock_note(disk: Disk, note: Path, since: str) -> None:
    """Raises OSError."""
    fd = open_regular(disk, note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        text = json.dumps({"pid": os.getpid(), "since": since})
        write_all(disk, fd, text.encode("ascii"))
    finally:
        close_quietly(disk, fd)


def read_lock_note(disk: Disk, note: Path) -> tuple[int | None, str | None]:
    """The process that has the file open, and since when; None for what is unknown."""
    try:
        fd = open_regular(disk, note, os.O_RDONLY)
        try:
            data = read_json(disk.read(fd, _MOST_BYTES, 0))
        finally:
            close_quietly(disk, fd)
    except (OSError, ValueError):
        return None, None
    pid = data.get("pid") if isinstance(data, dict) else None
    since = data.get("since") if isinstance(data, dict) else None
    return (
        pid if isinstance(pid, int) and 0 < pid < 1 << 31 else None,
        since if isinstance(since, str) else None,
    )
