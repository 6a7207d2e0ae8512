"""The names in a directory that begin with what was typed: `src/ma`, `~/no`, `/etc/ho`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

MOST_READ = 10_000  # names in one directory


def names_below(typed: str, cwd: Path) -> list[str]:
    """The paths as they would be typed, directories with a slash at the end. Hidden ones only
    if a dot was typed."""
    head, _, begun = typed.rpartition("/")
    written = f"{head}/" if "/" in typed else ""
    try:
        directory = cwd / Path(written or ".").expanduser()
        with os.scandir(directory) as entries:
            names = list(_names(islice(entries, MOST_READ)))
    except (OSError, RuntimeError, ValueError):  # ~nobody, a NUL
        return []
    shown = [name for name in names if begun.startswith(".") or not name.startswith(".")]
    near = [name for name in shown if name.startswith(begun)] or [
        name for name in shown if begun.lower() in name.lower()
    ]
    return [written + name for name in sorted(near, key=str.lower)]


def _names(entries: Iterator[os.DirEntry[str]]) -> Iterator[str]:
    for entry in entries:
        if not entry.name.isprintable():
            continue
        try:
            yield entry.name + "/" * entry.is_dir()
        except OSError:
            yield entry.name
