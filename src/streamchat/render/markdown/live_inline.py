"""Inline Markdown of the open leaf: at every frame only its end is parsed again.

Must not be used for anything that settles. A growing text is parsed in stretches between
*quiet* blanks, at which no markup is open: what stands before the last of them was parsed
by an earlier frame and is kept. A stretch may look different as part of the whole (a label
defined later, a stray mark that finds its partner). The settled rows are right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from streamchat.core.markdown.inline import Reference
from streamchat.render.markdown.inline import Inline
from streamchat.render.spans import Line, merged
from streamchat.render.style import Palette

_CELLS_MAX = 500
_MARK = re.compile(r"(?<=[^\s\\]) (?=\S)|\\.|`+|\*+|_+|~~|\]\(|[\[\]]|<[^<>]*>|[<$]", re.DOTALL)


@dataclass(slots=True)
class _Begun:
    """A text's quiet beginning, already parsed."""

    key: tuple[str, int] = ("", 0)
    source: str = ""
    lines: list[Line] = field(default_factory=lambda: [[]])
    missed: frozenset[str] = frozenset()


class LiveInline(Inline):
    def __init__(self, palette: Palette) -> None:
        super().__init__(palette)
        self._begun = _Begun()
        self._cells: dict[tuple[str, str, int], list[Line]] = {}

    def lines(
        self,
        source: str,
        references: Mapping[str, Reference],
        style: str = "",
        *,
        in_cell: bool = False,
    ) -> list[Line]:
        if in_cell:
            return self._cell(source, references, style)
        key = style, len(references)
        if self._begun.key != key or not source.startswith(self._begun.source):
            self._begun = _Begun(key)
        begun = self._begun
        start = len(begun.source)
        cut = quiet_cut(source, start)
        if cut > start:
            lines = super().lines(source[start:cut], references, style)
            begun.lines = _chained(begun.lines, lines)
            begun.lines[-1] = merged(begun.lines[-1])
            begun.missed |= self.missed
            begun.source = source[:cut]
        rest = super().lines(source[cut:], references, style)
        self.missed |= begun.missed
        return _chained(begun.lines, rest)

    def _cell(self, source: str, references: Mapping[str, Reference], style: str) -> list[Line]:
        """Of an open table only the last cells change."""
        key = source, style, len(references)
        lines = self._cells.get(key)
        if lines is None:
            if len(self._cells) == _CELLS_MAX:
                self._cells.clear()
            lines = self._cells[key] = super().lines(source, references, style, in_cell=True)
        return lines


def _chained(lines: list[Line], more: list[Line]) -> list[Line]:
    """Text continues the line where it stopped. Neither argument is changed."""
    return [*lines[:-1], [*lines[-1], *more[0]], *more[1:]]


def quiet_cut(text: str, start: int = 0) -> int:
    """The last blank behind `start` at which no markup is open, or `start`."""
    cut = at = start
    open_marks: list[str] = []
    while match := _MARK.search(text, at):
        mark, at = match[0], match.end()
        if mark == " ":
            if not open_marks:
                cut = match.start()
        elif mark in ("<", "$", "\\(", "\\["):
            break  # a tag or a formula may have begun
        elif mark[0] == "`":
            end = _end_of_code(text, mark, at)
            if end < 0:
                break
            at = end
        elif mark == "](":
            at = text.find(")", at) + 1
            if at == 0:
                break
            _close(open_marks, "[")
        elif mark == "]":
            _close(open_marks, "[")
        elif mark == "[" or mark[0] in "*_~":
            _toggle(
                open_marks, mark, text[match.start() - 1 : match.start()], text[at : at + 1]
            )
    return cut


def _end_of_code(text: str, fence: str, at: int) -> int:
    closing = re.compile(f"(?<!`){fence}(?!`)").search(text, at)
    return closing.end() if closing else -1


def _toggle(open_marks: list[str], mark: str, before: str, after: str) -> None:
    if mark != "[" and open_marks and open_marks[-1] == mark and not before.isspace():
        open_marks.pop()
    elif mark == "[" or not (after.isspace() or (mark[0] == "_" and before.isalnum())):
        open_marks.append(mark)


def _close(open_marks: list[str], mark: str) -> None:
    if mark in open_marks:
        del open_marks[len(open_marks) - 1 - open_marks[::-1].index(mark) :]
