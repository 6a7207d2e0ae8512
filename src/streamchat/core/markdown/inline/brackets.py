"""What follows a closing bracket: `(destination "title")` or `[label]`.

Knows the syntax only, not which bracket was opened. A reader that fails stops where every
later one would stop too, so the work is linear however often they are tried.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from markdown_it.common.utils import unescapeAll

LABEL_CHARACTERS = 999  # CommonMark's limit
_PARENTHESES_DEPTH = 8

_blanks = re.compile(r"[ \t]*+(?:\n[ \t]*+)?")
_angled = re.compile(r"<((?:[^<>\n\\]++|\\.)*+)>")
_bare_step = re.compile(
    r"[^\x00-\x20\x7f()\\]++|\\[^\x00-\x20\x7f]|\\(?=[\x00-\x20\x7f]|\Z)|[()]"
)
_letter = re.compile(r"[^\W\d_]")
_title = re.compile(
    r"\"((?:[^\"\\]++|\\.)*+)\"|'((?:[^'\\]++|\\.)*+)'|\(((?:[^()\\]++|\\.)*+)\)", re.DOTALL
)
_label = re.compile(r"\[((?:[^\\\[\]]++|\\.)*+)\]", re.DOTALL)


class Target(NamedTuple):
    """Where a link leads, not yet cleaned; `end` is where its source ends."""

    url: str
    title: str
    end: int


class Label(NamedTuple):
    text: str
    end: int


def read_target(source: str, start: int) -> Target | None:
    """Read `(destination "title")` at `start`."""
    at = _past_blanks(source, start + 1)
    found = _destination(source, at)
    if found is None:
        return None
    url, at = found
    after = _past_blanks(source, at)
    title = ""
    if after > at and (match := _title.match(source, after)):
        title = next(group for group in match.groups() if group is not None)
        after = _past_blanks(source, match.end())
    if source[after : after + 1] != ")":
        return None
    return Target(_decoded(url), _decoded(title), after + 1)


def read_label(source: str, start: int) -> Label | None:
    """Read `[label]` at `start`; the label of `[]` is empty."""
    match = _label.match(source, start, start + LABEL_CHARACTERS + 2)
    return Label(match[1], match.end()) if match else None


def _destination(source: str, at: int) -> tuple[str, int] | None:
    if source[at : at + 1] == "<":
        match = _angled.match(source, at)
        return (match[1], match.end()) if match else None
    start, depth = at, 0
    while match := _bare_step.match(source, at):
        if match[0] == "(":
            depth += 1
            if depth > _PARENTHESES_DEPTH:
                return None
        elif match[0] == ")":
            if depth == 0:
                break
            depth -= 1
        at = match.end()
    return (source[start:at], at) if depth == 0 else None


def _past_blanks(source: str, at: int) -> int:
    match = _blanks.match(source, at)
    assert match is not None
    return match.end()


def _decoded(text: str) -> str:
    """Without escapes and entities; these may have brought in any character."""
    return unescapeAll(text) if "\\" in text or "&" in text else text


def reads_as_link(source: str, start: int, end: int, label: Label) -> bool:
    """`[the book][1]`, but not `known[1][2]` or `grid[x][y]`."""
    text = source[start:end]
    before = source[start - 2 : start - 1] if start > 1 else ""
    if before.isalnum() or before in (")", "]", "_"):
        return False
    if source.startswith("[", label.end) or not _letter.search(text):
        return False
    return label.text.isdigit() or len(text) > 1
