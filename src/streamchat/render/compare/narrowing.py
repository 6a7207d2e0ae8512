"""Answers side by side until the window becomes too narrow for columns, then one after the
other.

Rule: it does not go back to columns, because what has settled since then is in full width.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from streamchat.render.compare.columns import ColumnRows, are_readable
from streamchat.render.compare.in_turn import InTurnRows
from streamchat.render.compare.pane import Pane
from streamchat.render.rows import Row
from streamchat.render.style import Style


class NarrowingRows:
    """Implements `Arriving`."""

    def __init__(self, panes: Sequence[Pane], *, look: Style, width: int) -> None:
        self._look, self._count = look, len(panes)
        self._rows: ColumnRows | InTurnRows = ColumnRows(panes, look=look, width=width)

    @property
    def ends_blank(self) -> bool:
        return self._rows.ends_blank

    @property
    def is_behind(self) -> bool:
        return self._rows.is_behind

    def settle(self, *, budget_s: float = inf) -> list[Row]:
        return self._rows.settle(budget_s=budget_s)

    def tail(self, height: int, pushed: int = 0) -> list[Row]:
        return self._rows.tail(height, pushed)

    def close(self) -> list[Row]:
        return self._rows.close()

    def end(self) -> None:
        self._rows.end()

    def abandon(self) -> None:
        self._rows.abandon()

    def resize(self, width: int) -> None:
        rows = self._rows
        if isinstance(rows, InTurnRows) or are_readable(width, self._count):
            rows.resize(width)
            return
        panes = rows.part(width)
        self._rows = InTurnRows(panes, look=self._look, width=width, follows=rows.has_begun)
