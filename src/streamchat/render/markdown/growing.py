"""The rows of a line that grows at its end: in every frame only its last row is cut again.

Must not be used for anything that settles. Rows are filled from the left, so that text behind
the beginning of a row cannot change the rows above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamchat.render.cells import wrap
from streamchat.render.rows import Row
from streamchat.render.spans import Breaker, Line, Span, build_row, dealt, text_of


@dataclass(slots=True)
class _Known:
    """What an earlier frame learned of a line: the spans and the rows above its last row."""

    layout: tuple[Sequence[Span], Sequence[Span], int, int, Breaker]
    whole: list[Span]  # spans that end above the last row
    part: Span  # what the span that goes on in the last row has above it
    rows: list[Row]

    def is_beginning_of(self, line: Sequence[Span]) -> bool:
        at = len(self.whole)
        if len(line) <= at or line[:at] != self.whole:
            return False
        text, *look = line[at]
        return look == list(self.part[1:]) and text.startswith(self.part.text)

    def rest_of(self, line: Line) -> Line:
        """What begins at the last row."""
        at, above = len(self.whole), len(self.part.text)
        return [span._replace(text=span.text[above:]) for span in line[at : at + 1]] + line[
            at + 1 :
        ]


class GrowingLine:
    def __init__(self) -> None:
        self._known: _Known | None = None

    def rows(
        self,
        line: Line,
        first: Sequence[Span],
        rest: Sequence[Span],
        breaker: Breaker,
        *,
        width: int,
        later_width: int,
    ) -> list[Row]:
        """`first` stands before the first row, which is `width` wide, `rest` before others."""
        layout = first, rest, width, later_width, breaker
        known = self._known
        if known is None or known.layout != layout or not known.is_beginning_of(line):
            known = _Known(layout, [], Span("", *line[0][1:]) if line else Span(""), [])
        goes_on = known.rest_of(line)
        text = text_of(goes_on)
        pieces = wrap(text, later_width) if known.rows else breaker(text, width)
        made = [
            build_row([*(rest if known.rows or number else first), *row])
            for number, row in enumerate(dealt(goes_on, pieces))
        ]
        rows = [*known.rows, *made]
        if len(pieces) > 1:
            self._learn(line, known, goes_on, pieces[-1].start, rows[:-1])
        else:
            self._known = known
        return rows

    def _learn(
        self, line: Line, known: _Known, goes_on: Line, start: int, rows: list[Row]
    ) -> None:
        """Remember all above `start`, where the last row begins in what goes on."""
        at = len(known.whole)
        offset = 0
        for number, span in enumerate(goes_on):
            if offset + len(span.text) > start:
                above = start - offset + (len(known.part.text) if number == 0 else 0)
                whole = line[: at + number]
                part = line[at + number]._replace(text=line[at + number].text[:above])
                self._known = _Known(known.layout, whole, part, rows)
                return
            offset += len(span.text)
        self._known = None
