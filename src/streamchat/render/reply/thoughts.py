"""The last rows of a thinking summary while it streams.

Rule: a piece costs as much as itself and one row, however long the summary is. (Words are
wrapped greedily, so only the last row of a line can change when the line grows. A row is full
after MOST_IN_A_ROW characters too: joined emoji may take two cells for ever.)
"""

from __future__ import annotations

from collections import deque

from streamchat.core.sanitize import Sanitizer, without_hints
from streamchat.render.cells import wrap
from streamchat.render.rows import BLANK, Row
from streamchat.render.spans import Span, build_row

SHOWN_ROWS = 4
MOST_IN_A_ROW = 1_000  # characters
_INDENT = "  "


class Thoughts:
    """`feed` it deltas; `rows` returns what to show now."""

    def __init__(self, *, width: int, style: str) -> None:
        self._sanitizer = Sanitizer(keeps_hints=True)
        self._style = style
        self._done: deque[Row] = deque(maxlen=SHOWN_ROWS)
        self._open = ""
        self.resize(width)

    def resize(self, width: int) -> None:
        """Affects the rows made from now on; the few older ones soon disappear."""
        self._width = max(1, width - len(_INDENT))
        self._done.clear()

    def feed(self, piece: str) -> None:
        text = without_hints(self._sanitizer.feed(piece)).expandtabs(4)
        *lines, last = (self._open + text).split("\n")
        for line in lines:
            self._done.extend(self._wrapped(line))
        self._open = last
        pieces = wrap(last, self._width)
        for piece_ in pieces[:-1]:
            self._done.append(self._row(last[piece_.start : piece_.end]))
        self._open = last[pieces[-1].start :]
        if len(self._open) > MOST_IN_A_ROW:
            self._done.append(self._row(self._open))
            self._open = ""

    def rows(self, height: int) -> list[Row]:
        shown = [*self._done, *(self._wrapped(self._open) if self._open else [])]
        return shown[max(0, len(shown) - min(height, SHOWN_ROWS)) :]

    def _wrapped(self, line: str) -> list[Row]:
        return [self._row(line[p.start : p.end]) for p in wrap(line, self._width)]

    def _row(self, text: str) -> Row:
        return build_row([Span(_INDENT + text, self._style)]) if text else BLANK
