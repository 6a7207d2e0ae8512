"""Answers one after the other, in the order in which they begin.

Owns the order and the headings. Must not know the terminal.

Rule: the first answer with something to show is shown while it arrives, to its end. Then
the next one follows, from its beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from streamchat.render.compare.pane import Pane
from streamchat.render.compare.panes import PaneRows
from streamchat.render.literal import build_part_style, one_row
from streamchat.render.reply.asides import say_plainly
from streamchat.render.rows import BLANK, Row
from streamchat.render.style import Style


class InTurnRows(PaneRows):
    """Implements `Arriving`."""

    def __init__(
        self, panes: Sequence[Pane], *, look: Style, width: int, follows: bool = False
    ) -> None:
        """`follows`: below rows of these answers."""
        super().__init__(panes)
        self._look, self._width = look, width
        self._order: list[Pane] = []  # those that have begun; the first is shown
        self._begun: set[str] = set()
        self._is_headed = False
        self._ends_blank = not follows

    @property
    def ends_blank(self) -> bool:
        return self._ends_blank

    @property
    def is_behind(self) -> bool:
        self._line_up()
        return bool(self._order) and (self._order[0].is_behind or not self._is_headed)

    def settle(self, *, budget_s: float = inf) -> list[Row]:
        rows: list[Row] = []
        self._line_up()
        while self._order:
            pane = self._order[0]
            if not self._is_headed:
                rows += [] if rows or self._ends_blank else [BLANK]
                rows += self._heading(pane)
                self._is_headed = True
            rows += pane.settle(budget_s=budget_s)
            if not pane.is_over:
                break
            if rows[-1:] not in ([], [BLANK]):
                rows.append(BLANK)
            self._order.pop(0)
            self._is_headed = False
        if rows:
            self._ends_blank = rows[-1] == BLANK
        return rows

    def tail(self, height: int, pushed: int = 0) -> list[Row]:
        return self._order[0].tail(height, pushed) if self._order else []

    def resize(self, width: int) -> None:
        self._width = width
        for pane in self._panes:
            pane.resize(width)

    def _line_up(self) -> None:
        """Queue the answers that have begun since the last call, in order."""
        for pane in self._panes:
            if pane.has_begun and pane.label not in self._begun:
                self._begun.add(pane.label)
                self._order.append(pane)

    def _heading(self, pane: Pane) -> list[Row]:
        bold = build_part_style(self._look, "strong")
        label = say_plainly(pane.label, self._look)
        label = f"Answer {label}:" if self._look.speaks else label
        return [one_row(label, self._width, style=bold), BLANK]
