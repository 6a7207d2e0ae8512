"""The .gitignore rules that apply in a directory tree.

Rules: the deepest file that names a path decides, as in git. A directory that the user
named is read although a file above it ignores it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from streamchat.posix.files import read_file

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_MOST_BYTES = 1 << 20  # of one .gitignore


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules of a directory and of those above it, the deepest last."""

    levels: tuple[tuple[Path, GitIgnoreSpec], ...] = ()

    def inside(self, directory: Path) -> IgnoreRules:
        """The rules, with those of that directory's own file, if it has one."""
        own = _read_rules(directory / ".gitignore")
        return IgnoreRules((*self.levels, (directory, own))) if own else self

    def ignores(self, path: Path, *, is_directory: bool) -> bool:
        for directory, spec in reversed(self.levels):
            name = path.relative_to(directory).as_posix() + ("/" if is_directory else "")
            if (decided := spec.check_file(name).include) is not None:
                return decided
        return False


def rules_for(directory: Path) -> IgnoreRules:
    """The rules for what is in that directory; `inside` adds its own file."""
    above = []
    for parent in directory.parents if not _is_top(directory) else ():
        above.append(parent)
        if _is_top(parent):
            break
    else:  # not in a repository
        above = []
    rules = IgnoreRules()
    for parent in reversed(above):
        rules = rules.inside(parent)
    return IgnoreRules() if rules.ignores(directory, is_directory=True) else rules


def _is_top(directory: Path) -> bool:
    return os.path.lexists(directory / ".git")  # False also where nobody may look


def _read_rules(path: Path) -> GitIgnoreSpec | None:
    try:
        data = read_file(path, most_bytes=_MOST_BYTES)
    except OSError:
        return None
    from pathspec import GitIgnoreSpec  # 35 ms, only for directories and globs

    return GitIgnoreSpec.from_lines(data.decode("utf-8", "replace").splitlines())
