"""Inline Markdown of the open end, of which only the last words change from frame to frame.

It keeps the lines of a text up to a split point (see `inline.split_points`), and the cells of
an open table. Must not be used for anything that settles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from streamchat.core.markdown.inline import Reference
from streamchat.core.markdown.inline.split_points import last_split_point
from streamchat.render.markdown.inline import Inline
from streamchat.render.spans import Line
from streamchat.render.style import Palette

_CELLS_MAX = 500
_LEAST_KEPT = 48  # characters worth keeping


class _Kept(NamedTuple):
    """The lines of the beginning of a text, and how long its rest is when the search for more
    is worth it."""

    source: str
    style: str
    references: int
    lines: list[Line]
    missed: frozenset[str]
    looks_at: int


_NOTHING_KEPT = _Kept("", "", 0, [[]], frozenset(), _LEAST_KEPT)


class LiveInline(Inline):
    def __init__(self, palette: Palette) -> None:
        super().__init__(palette)
        self._cells: dict[tuple[str, str, int], list[Line]] = {}
        self._kept = _NOTHING_KEPT

    def lines(
        self,
        source: str,
        references: Mapping[str, Reference],
        style: str = "",
        *,
        in_cell: bool = False,
    ) -> list[Line]:
        if not in_cell:
            return self._prose(source, references, style)
        key = source, style, len(references)
        lines = self._cells.get(key)
        if lines is None:
            if len(self._cells) == _CELLS_MAX:
                self._cells.clear()
            lines = self._cells[key] = super().lines(source, references, style, in_cell=True)
        return lines

    def _prose(
        self, source: str, references: Mapping[str, Reference], style: str
    ) -> list[Line]:
        kept = self._kept
        if not source.startswith(kept.source) or kept[1:3] != (style, len(references)):
            kept = _NOTHING_KEPT._replace(style=style, references=len(references))
        rest = source[len(kept.source) :]
        if len(rest) >= kept.looks_at:
            final, rest = rest[: (end := last_split_point(rest))], rest[end:]
            lines = _joined(kept.lines, super().lines(final, references, style))
            kept = kept._replace(
                source=kept.source + final,
                lines=lines,
                missed=kept.missed | self.missed,
                looks_at=len(rest) + _LEAST_KEPT,
            )
        self._kept = kept
        lines = _joined(kept.lines, super().lines(rest, references, style))
        self.missed |= kept.missed
        return lines


def _joined(lines: list[Line], others: list[Line]) -> list[Line]:
    """The last of the lines continued by the first of the others."""
    return [*lines[:-1], [*lines[-1], *others[0]], *others[1:]]
