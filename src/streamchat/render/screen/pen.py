"""The cursor, relative to the first row of the live region.

Owns where the cursor is, whether it is visible, whether the terminal wraps, and the bytes
that are not handed over yet. Must not know what the rows mean.

Rule: every move is relative or to a column; nothing asks the terminal for anything.
"""

from __future__ import annotations

SYNC_ON = "\x1b[?2026h"
SYNC_OFF = "\x1b[?2026l"
WRAP_ON = "\x1b[?7h"
WRAP_OFF = "\x1b[?7l"
CURSOR_ON = "\x1b[?25h"
CURSOR_OFF = "\x1b[?25l"
RESTORE = WRAP_ON + "\x1b[0m" + CURSOR_ON
# Erase the screen from the second column: an ED in its first cell makes tmux move the whole
# screen into the scrollback.
ERASE_BELOW = "\x1b[K\x1b[C\x1b[J\r"

_FEW_ROWS = 4  # as many line feeds are shorter than a move


class Pen:
    """Collects the bytes of a frame and keeps track of the cursor, which is hidden at first.

    `synchronizes` says that the terminal has mode 2026.
    """

    def __init__(self, *, synchronizes: bool = False) -> None:
        self.row = 0
        self.column: int | None = 0  # None: after a full row, where terminals differ
        self.shows_cursor = False
        self._synchronizes = synchronizes
        self._wraps = True
        self._out: list[str] = []
        self._changes = 0
        self._has_left_row = False

    def take(self, *, shows_cursor: bool = False) -> str:
        """The bytes so far. Several changes become a synchronised update; a visible cursor is
        hidden while it leaves its row."""
        text = "".join(self._out)
        if self.shows_cursor and (self._has_left_row or not shows_cursor):
            text = CURSOR_OFF + text
            self.shows_cursor = False
        if shows_cursor and not self.shows_cursor:
            text += CURSOR_ON
            self.shows_cursor = True
        if self._changes > 1 and self._synchronizes:
            text = SYNC_ON + text + SYNC_OFF
        self._out.clear()
        self._changes = 0
        self._has_left_row = False
        return text

    def is_at(self, row: int, column: int) -> bool:
        return (row, column) == (self.row, self.column)

    def move(self, row: int, column: int | None = None) -> None:
        """Go to a row on the screen; to `column` too, unless it does not matter."""
        down = row - self.row
        if 0 < down < _FEW_ROWS and column == 0:
            self.line_feed(down)
        elif down:
            self._out.append(_csi(abs(down), "A" if down < 0 else "B"))
            self.row = row
            self._has_left_row = True
        if column is not None and column != self.column:
            self._out.append("\r" if column == 0 else _csi(column + 1, "G"))
            self.column = column

    def wrap(self, *, on: bool) -> None:
        if on != self._wraps:
            self._out.append(WRAP_ON if on else WRAP_OFF)
            self._wraps = on

    def write(self, text: str, end: int | None) -> None:
        """The cursor is at column `end` afterwards."""
        self._out.append(text)
        self.column = end

    def count_change(self) -> None:
        """Count a change; several make a synchronised update."""
        self._changes += 1

    def line_feed(self, count: int = 1) -> None:
        """Down, scrolling when at the bottom."""
        if count:
            self._out.append("\r" + "\n" * count)
            self.row += count
            self.column = 0
            self._has_left_row = True

    def insert_rows(self, count: int) -> None:
        self._edit_rows(count, "L")

    def delete_rows(self, count: int) -> None:
        self._edit_rows(count, "M")
        self.count_change()

    def erase_below(self) -> None:
        """From the first column of this row."""
        self._out.append(ERASE_BELOW)
        self.count_change()

    def wander(self, rows_up: int) -> None:
        """Go up although the column of the cursor is unknown (the window was resized)."""
        self._out.append("\r" + (_csi(rows_up, "A") if rows_up else ""))
        self.row, self.column = 0, 0
        self._has_left_row = True

    def rebase(self, rows: int) -> None:
        """Count rows from `rows` further down from now on."""
        self.row -= rows

    def _edit_rows(self, count: int, final: str) -> None:
        self._out.append(_csi(count, final))
        # Terminals differ on whether this moves the cursor to the first column.
        self.column = 0 if self.column == 0 else None


def _csi(number: int, final: str) -> str:
    return f"\x1b[{number if number > 1 else ''}{final}"
