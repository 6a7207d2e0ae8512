"""Answers side by side.

Owns the widths of the columns and the joining of their rows. Must not know the terminal.

Rule 1: a row settles when every answer has passed it or has ended. Until then, rows of faster
answers wait here; the tail shows the newest rows of each, below a note that counts the others.
Rule 2: every row fits its column; nothing is left for the terminal to wrap.
Rule 3: when the width changes, waiting rows are rendered again, from where the printed ones
end. If that place cannot be found, rows that no longer fit are folded. The headings appear
above them again, because the terminal has wrapped the old ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice
from math import inf

from streamchat.render.compare.again import Printed, rest_of
from streamchat.render.compare.folding import fold_row
from streamchat.render.compare.pane import Pane
from streamchat.render.compare.panes import PaneRows
from streamchat.render.literal import build_part_style, one_row
from streamchat.render.rows import BLANK, Row
from streamchat.render.spans import Span, build_row
from streamchat.render.style import ASCII, UNICODE, Style

LEAST_WINDOW = 120  # cells: from here on, answers are side by side
_LEAST_COLUMN = 24
_GAP = 3  # cells between two columns


def fits_columns(width: int, count: int) -> bool:
    """Whether that many answers fit side by side in a window of that width."""
    return width >= max(LEAST_WINDOW, count * (_LEAST_COLUMN + _GAP) - _GAP)


def are_readable(width: int, count: int) -> bool:
    """Whether that many columns can go on in a window of that width."""
    return min(divide(width, count)) >= _LEAST_COLUMN


def divide(width: int, count: int) -> list[int]:
    """The widths of the columns; the first ones get the remaining cells."""
    room = max(count, width - _GAP * (count - 1))
    return [room // count + (number < room % count) for number in range(count)]


class ColumnRows(PaneRows):
    """Implements `Arriving`."""

    ends_blank = False

    def __init__(self, panes: Sequence[Pane], *, look: Style, width: int) -> None:
        super().__init__(panes)
        self._widths = divide(width, len(panes))
        self._waiting: list[deque[Row]] = [deque() for _ in panes]
        self._printed = [Printed() for _ in panes]
        self._look = look
        glyphs = UNICODE if look.unicode else ASCII
        self._glyphs = glyphs
        self._rule = build_part_style(look, "rule")
        self._headed_for: list[int] = []  # the widths under the last heading

    @property
    def is_behind(self) -> bool:
        return any(pane.is_behind for pane in self._panes)

    def settle(self, *, budget_s: float = inf) -> list[Row]:
        share_s = budget_s / len(self._panes)
        for pane, waiting in zip(self._panes, self._waiting, strict=True):
            waiting.extend(pane.settle(budget_s=share_s))
        counts = [len(waiting) for waiting in self._waiting]
        open_counts = [
            count for pane, count in zip(self._panes, counts, strict=True) if not pane.is_over
        ]
        passed = min(open_counts) if open_counts else max(counts)
        heading = []
        if self._headed_for != self._widths and (passed or not self._headed_for):
            heading, self._headed_for = self._heading(), self._widths
        return [*heading, *(self._next_row() for _ in range(passed))]

    def tail(self, height: int, pushed: int = 0) -> list[Row]:
        if height <= 0:
            return []
        columns = [
            self._newest(waiting, pane.tail(height), height, width)
            for pane, waiting, width in zip(
                self._panes, self._waiting, self._widths, strict=True
            )
        ]
        rows = max(map(len, columns))
        return [
            self._join([column[at] if at < len(column) else BLANK for column in columns])
            for at in range(rows)
        ]

    @property
    def has_begun(self) -> bool:
        """Whether a row has settled."""
        return bool(self._headed_for)

    def part(self, width: int) -> list[Pane]:
        """Dissolve the columns: each answer takes back the rows that wait for others, rendered
        for that width. Returns the answers that have more to show."""
        self._use([width] * len(self._panes))
        for pane, waiting in zip(self._panes, self._waiting, strict=True):
            pane.take_back(list(waiting))
        return [pane for pane in self._panes if not pane.is_over]

    def resize(self, width: int) -> None:
        self._use(divide(width, len(self._panes)))

    def _use(self, widths: list[int]) -> None:
        self._widths = widths
        for number, (pane, size) in enumerate(zip(self._panes, self._widths, strict=True)):
            self._waiting[number].extend(pane.settle())
            pane.resize(size)
            if self._waiting[number]:
                self._waiting[number] = deque(self._anew(number, size))

    def _anew(self, number: int, width: int) -> list[Row]:
        """The waiting rows of a column, for another width."""
        rows = self._panes[number].again()
        rest = None if rows is None else rest_of(rows, self._printed[number])
        if rest is None:
            rest = [part for row in self._waiting[number] for part in fold_row(row, width)]
        return rest

    def _heading(self) -> list[Row]:
        bold = build_part_style(self._look, "strong")
        labels = [
            one_row(pane.label, width, style=bold)
            for pane, width in zip(self._panes, self._widths, strict=True)
        ]
        rules = (self._glyphs.horizontal * width for width in self._widths)
        return [
            self._join(labels),
            build_row([Span(self._glyphs.crossing.join(rules), self._rule)]),
        ]

    def _newest(
        self, waiting: deque[Row], tail: list[Row], height: int, width: int
    ) -> list[Row]:
        """The last rows of a column; a note replaces those that do not fit."""
        count = len(waiting) + len(tail)
        if count <= height:
            return [*waiting, *tail]
        room = height - 1
        from_waiting = max(0, room - len(tail))
        newest = [*islice(reversed(waiting), from_waiting)][::-1]
        hidden = count - room
        dim = build_part_style(self._look, "status")
        note = one_row(f"{self._glyphs.gap} {hidden:,} rows above", width, style=dim)
        return [note, *newest, *tail[max(0, len(tail) - room) :]]

    def _next_row(self) -> Row:
        cells = [waiting.popleft() if waiting else BLANK for waiting in self._waiting]
        for printed, cell in zip(self._printed, cells, strict=True):
            printed.add(cell)
        return self._join(cells)

    def _join(self, cells: Sequence[Row]) -> Row:
        """One row of all columns; the last column is not padded."""
        gap = build_row([Span(self._glyphs.vertical.rstrip(), self._rule)]).text + " "
        parts = []
        for cell, width in zip(cells, self._widths, strict=True):
            parts.append(cell.text + " " * max(0, width - cell.width))
        parts[-1] = cells[-1].text
        text, last = gap.join(parts), cells[-1].width
        if not last:
            text = text.removesuffix(" ")
        filled = sum(
            max(cell.width, width)
            for cell, width in zip(cells[:-1], self._widths[:-1], strict=True)
        )
        gaps = _GAP * (len(cells) - 1) - (0 if last else 1)
        return Row(text, filled + gaps + last)
