"""What the prompt has drawn, and how many rows it takes after the terminal has re-wrapped it.

Rule: the width of a drawing is that of prompt_toolkit's windows. The terminal's window may
have another width by the time the drawing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from prompt_toolkit.layout import Window
from prompt_toolkit.layout.screen import Char, Screen


class Drawn:
    """The last drawing. With `keeps_erased`, the terminal re-wraps a row by its longest text
    since the row was erased as a whole, although the end of that text is erased."""

    def __init__(self, *, keeps_erased: bool) -> None:
        self._keeps_erased = keeps_erased
        self._screen: Screen | None = None
        self._columns = 0
        self._lengths: list[int] = []  # of the rows, in cells
        self._is_left = False  # the cursor has moved up from where this drawing left it

    def note(self, screen: Screen | None) -> None:
        """Remember that this screen is on the terminal now."""
        if screen is self._screen:
            return
        columns = _columns(screen) if screen else 0
        rows = [screen.data_buffer[y] for y in range(screen.height)] if screen else []
        lengths = [_length(row) for row in rows]
        if self._keeps_erased and columns == self._columns:
            before = self._lengths[: len(lengths)]
            lengths = [max(pair) for pair in zip_longest(lengths, before, fillvalue=0)]
        self._screen, self._columns, self._lengths = screen, columns, lengths
        self._is_left = False

    def rows_gained(self, above: int, columns: int, window: Window) -> int:
        """How many rows more than `above` are above the cursor of `window`, if the terminal
        has this many columns now. Zero after the first move away from the old rows."""
        screen = self._screen
        is_left, self._is_left = self._is_left, True
        if screen is None or is_left or columns >= self._columns:
            return 0
        cursor = screen.get_cursor_position(window)
        before_cursor = cursor.x + 1
        if self._keeps_erased:  # such a terminal has no cell after the end of a row
            before_cursor = min(before_cursor, self._lengths[cursor.y])
        ends = [*self._lengths[:above], before_cursor]
        rows = screen.data_buffer
        return sum(_rows_taken(rows[y], end, columns) - 1 for y, end in enumerate(ends))


def _columns(screen: Screen) -> int:
    places = screen.visible_windows_to_write_positions.values()
    return max((place.xpos + place.width for place in places), default=0)


def _length(row: Mapping[int, Char]) -> int:
    """The width of a row in cells, without the blanks at its end."""
    return max((x + char.width for x, char in row.items() if char.char.strip()), default=0)


def _rows_taken(row: Mapping[int, Char], end: int, columns: int) -> int:
    """How many rows the cells before `end` take. A wide character is not divided."""
    rows, x, left = 1, 0, columns
    while x < end:
        char = row.get(x)
        cells = max(1, char.width) if char else 1
        if cells > left:
            rows, left = rows + 1, columns
        x, left = x + cells, left - cells
    return rows
