"""Cuts a finished row into rows of fewer cells, with its styling."""

from __future__ import annotations

from streamchat.render.cells import fold
from streamchat.render.rows import Row
from streamchat.render.screen.row_diff import cut_row, plain_text


def fold_row(row: Row, width: int) -> list[Row]:
    """The row itself if it fits."""
    if row.width <= width:
        return [row]
    return [Row(cut_row(row, p.start, p.end), p.cells) for p in fold(plain_text(row), width)]
