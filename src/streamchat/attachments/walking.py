"""The files of a directory, and those that a glob matches.

Rules: files that .gitignore names are left out, and so are hidden files (.env holds keys)
unless the glob names them. Links are not followed: one in a repository may lead to a private
file. The walk is bounded. A directory that cannot be read is among the files, so that whoever
reads them says why.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path

from streamchat.attachments.ignored import rules_for
from streamchat.core.errors import InvalidRequest
from streamchat.core.formatting import format_path

MOST_ENTRIES = 20_000  # files and directories that are looked at
_MAGIC = frozenset("*?[")
_ANY_DEPTH = "**"


def is_glob(text: str) -> bool:
    return not _MAGIC.isdisjoint(text)


def files_under(root: Path) -> list[Path]:
    """All files of a directory, sorted. Raises InvalidRequest if it is too large."""
    return sorted(_walk(root, (_ANY_DEPTH, "*")))


def files_matching(pattern: str, cwd: Path) -> list[Path]:
    """The files that a glob matches, sorted. Raises InvalidRequest."""
    path = Path(pattern).expanduser()
    base = Path(path.anchor) if path.is_absolute() else cwd
    parts = path.parts[1:] if path.is_absolute() else path.parts
    first = next(at for at, part in enumerate(parts) if is_glob(part))
    root = base.joinpath(*parts[:first])
    if ".." in root.parts:
        root = root.resolve()
    return sorted(_walk(root, parts[first:])) if is_directory(root) else []


def is_directory(path: Path) -> bool:
    """Whether it is a directory; not what cannot be looked at, or cannot be a name."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _walk(root: Path, parts: Sequence[str]) -> Iterator[Path]:
    seen = count(1)
    waiting = [(root, rules_for(root).inside(root), _open_at({0}, parts))]
    while waiting:
        directory, rules, places = waiting.pop()
        try:
            entries = _entries(directory)
        except OSError:
            yield directory
            continue
        for entry in entries:
            if next(seen) > MOST_ENTRIES:
                raise InvalidRequest(
                    f"{format_path(str(root))} holds more than {MOST_ENTRIES:,} files and"
                    " directories: name a smaller one."
                )
            is_directory = entry.is_dir(follow_symlinks=False)
            after = _step(entry.name, places, parts)
            if not after or not (is_directory or entry.is_file(follow_symlinks=False)):
                continue
            path = directory / entry.name
            if entry.name == ".git" or rules.ignores(path, is_directory=is_directory):
                continue
            if is_directory and min(after) < len(parts):
                waiting.append((path, rules.inside(path), after))
            elif not is_directory and len(parts) in after:
                yield path


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    """Raises OSError."""
    with os.scandir(directory) as entries:
        return list(entries)


def _open_at(places: set[int], parts: Sequence[str]) -> frozenset[int]:
    """The positions in the pattern that may match next: `**` may match nothing."""
    for at in sorted(places):
        while at < len(parts) and parts[at] == _ANY_DEPTH:
            at += 1
            places.add(at)
    return frozenset(places)


def _step(name: str, places: frozenset[int], parts: Sequence[str]) -> frozenset[int]:
    """The positions after this name; none if it does not match."""
    after: set[int] = set()
    for at in places:
        if at == len(parts):
            continue
        if parts[at] == _ANY_DEPTH:
            after |= set() if name.startswith(".") else {at}
        elif fnmatchcase(name, parts[at]) and _may_be_hidden(name, parts[at]):
            after.add(at + 1)
    return _open_at(after, parts)


def _may_be_hidden(name: str, part: str) -> bool:
    return part.startswith(".") or not name.startswith(".")
