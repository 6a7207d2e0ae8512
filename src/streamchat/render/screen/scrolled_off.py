"""Live rows that a smaller window pushed into the scrollback, where nothing can change them.

They are the beginning of a block that is still open. When the block settles, it is printed
only from where it differs from the text in the scrollback. Blanks and the length of a rule do
not count, because a terminal or a new width may have wrapped the text elsewhere, and the
columns of a table get wider while it grows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from streamchat.render.rows import Row
from streamchat.render.screen.row_diff import plain_text
from streamchat.render.style import ASCII, UNICODE

_GAPS = (UNICODE.gap, ASCII.gap)
_rule = re.compile(f"([{UNICODE.horizontal}{ASCII.horizontal}])\\1+")


class ScrolledOff:
    """The text between the last settled row and the live region."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._letters = ""
        self._ends_blank = self._has_gap = False
        self.count = 0  # of the rows

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows that were pushed out. Rows below a gap are not the next text, and are
        printed again."""
        for row in rows:
            letters = _letters_of(row)
            self._has_gap = self._has_gap or letters in _GAPS
            if self._has_gap:
                break
            self._letters += letters
            self._ends_blank = not letters
            self.count += 1

    def without_settled(self, settled: Sequence[Row]) -> list[Row]:
        """What is left to print of rows that became final; asked once for each."""
        for index, row in enumerate(settled):
            letters = _letters_of(row)
            if self._letters and self._letters.startswith(letters):
                self._letters = self._letters[len(letters) :]
                self.count = self.count - 1 if self._letters else 0
            elif self._ends_blank and not letters:
                self._ends_blank = False
            else:
                self._forget()
                return list(settled[index:])
        return []

    def without_live(self, live: Sequence[Row]) -> Sequence[Row]:
        """What is left to show of rows that may still change."""
        letters = self._letters
        for index, row in enumerate(live):
            if not letters:
                return live[index:]
            own = _letters_of(row)
            if not letters.startswith(own):
                break
            letters = letters[len(own) :]
        return live


def _letters_of(row: Row) -> str:
    return _rule.sub(r"\1", "".join(plain_text(row).split()))
