"""The cursor, relative to the first row of the live region.

Owns: where the cursor is, whether the terminal wraps, the bytes not yet handed over.
Must not know: what the rows mean.

Rule: every move is relative or to a column; nothing asks the terminal for anything.
"""

from __future__ import annotations

SYNC_ON = "\x1b[?2026h"
SYNC_OFF = "\x1b[?2026l"
WRAP_ON = "\x1b[?7h"
WRAP_OFF = "\x1b[?7l"
CURSOR_ON = "\x1b[?25h"
RESTORE = SYNC_OFF + WRAP_ON + "\x1b[0m" + CURSOR_ON
# From the second column on: tmux takes ED at the very first cell for a screen that is left,
# and puts all of it into the scrollback.
ERASE_BELOW = "\x1b[K\x1b[C\x1b[J\r"


class Pen:
    """Collects the bytes of a frame and keeps the books on the cursor."""

    def __init__(self) -> None:
        self.row = 0
        self.column: int | None = 0  # None: behind a full row, where terminals differ
        self.wraps = True
        self._out: list[str] = []
        self._changes = 0

    def take(self) -> str:
        """The bytes so far, as a synchronised update when there was more than one change."""
        text = "".join(self._out)
        if self._changes > 1:
            text = SYNC_ON + text + SYNC_OFF
        self._out.clear()
        self._changes = 0
        return text

    def is_at(self, row: int, column: int) -> bool:
        return (row, column) == (self.row, self.column)

    def move(self, row: int, column: int | None = None) -> None:
        """Go to a row on the screen; to `column` too, unless it does not matter."""
        if row != self.row:
            self._out.append(_csi(abs(row - self.row), "A" if row < self.row else "B"))
            self.row = row
        if column is not None and column != self.column:
            self._out.append("\r" if column == 0 else _csi(column + 1, "G"))
            self.column = column

    def wrap(self, *, on: bool) -> None:
        if on != self.wraps:
            self._out.append(WRAP_ON if on else WRAP_OFF)
            self.wraps = on

    def write(self, text: str, end: int | None) -> None:
        """The cursor is at column `end` afterwards."""
        self._out.append(text)
        self.column = end

    def count_change(self) -> None:
        """More than one makes a synchronised update."""
        self._changes += 1

    def line_feed(self, count: int = 1) -> None:
        """Down, scrolling when at the bottom."""
        if count:
            self._out.append("\r" + "\n" * count)
            self.row += count
            self.column = 0

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
        """Go up although the books are void (the window was resized)."""
        self._out.append("\r" + (_csi(rows_up, "A") if rows_up else ""))
        self.row, self.column = 0, 0

    def rebase(self, rows: int) -> None:
        """Count rows from `rows` further down from now on."""
        self.row -= rows

    def _edit_rows(self, count: int, final: str) -> None:
        self._out.append(_csi(count, final))
        # Terminals differ on whether this moves the cursor to the first column.
        self.column = 0 if self.column == 0 else None


def _csi(number: int, final: str) -> str:
    return f"\x1b[{number if number > 1 else ''}{final}"
