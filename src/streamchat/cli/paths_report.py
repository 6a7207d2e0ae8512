"""--paths: every file and directory of streamchat, and how much is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from streamchat.app.listing import row_line
from streamchat.cli.run import Run
from streamchat.cli.wiring import open_terminal_screen
from streamchat.core.formatting import escape_markdown, format_bytes
from streamchat.core.sanitize import clean_line


def print_paths(run: Run) -> None:
    """A table, tab-separated lines, or a JSON list. A missing file has a dash, or null."""
    found = [(place, _size(place.path)) for place in run.paths.places()]
    out = run.env.stdout
    if run.settings.output_format != "text":
        objects = [
            {"path": str(place.path), "about": place.about, "bytes": size}
            for place, size in found
        ]
        json.dump(objects, out, indent=1)
        out.write("\n")
        return
    rows = [(clean_line(str(place.path)), _cell(size), place.about) for place, size in found]
    if out.isatty():
        head = ["| path | size | what is in it |", "|---|--:|---|"]
        lines = [
            f"| {escape_markdown(path)} | {size} | {about} |" for path, size, about in rows
        ]
        open_terminal_screen(run).markdown("\n".join([*head, *lines]))
    else:
        out.writelines(f"{row_line(row)}\n" for row in rows)


def _cell(size: int | None) -> str:
    return "–" if size is None else format_bytes(size)


def _size(path: Path) -> int | None:
    """The bytes of a file, of all files in a directory, or of all files of a pattern; None
    if there is none."""
    sizes = list(_sizes(path))
    return sum(sizes) if sizes or path.is_dir() else None


def _sizes(path: Path) -> Iterator[int]:
    if "*" in path.name:
        files: Iterator[Path] = path.parent.glob(path.name)
    else:
        files = path.rglob("*") if path.is_dir() else iter((path,))
    for file in files:
        try:
            status = file.lstat()
        except OSError:  # it is not there, or was deleted meanwhile
            continue
        if not file.is_dir():
            yield status.st_size
