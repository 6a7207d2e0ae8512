"""Inline Markdown of an open table, where only the last cells change from frame to frame.

Must not be used for anything that settles.
"""

from __future__ import annotations

from collections.abc import Mapping

from streamchat.core.markdown.inline import Reference
from streamchat.render.markdown.inline import Inline
from streamchat.render.spans import Line
from streamchat.render.style import Palette

_CELLS_MAX = 500


class LiveInline(Inline):
    def __init__(self, palette: Palette) -> None:
        super().__init__(palette)
        self._cells: dict[tuple[str, str, int], list[Line]] = {}

    def lines(
        self,
        source: str,
        references: Mapping[str, Reference],
        style: str = "",
        *,
        in_cell: bool = False,
    ) -> list[Line]:
        if not in_cell:
            return super().lines(source, references, style)
        key = source, style, len(references)
        lines = self._cells.get(key)
        if lines is None:
            if len(self._cells) == _CELLS_MAX:
                self._cells.clear()
            lines = self._cells[key] = super().lines(source, references, style, in_cell=True)
        return lines
