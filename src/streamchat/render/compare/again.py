"""Finds where the printed rows end after the text was rendered at another width.

Rule: nothing is lost and nothing printed twice. The letters and digits are the same at every
width, except for the headers that a narrow table repeats; the last ones that were printed are
looked for near the place that their number gives. If they are not found, the caller has to do
without.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.render.cells import cell_len
from streamchat.render.rows import Row
from streamchat.render.screen.row_diff import cut_row, plain_text

_LAST = 48  # letters that are looked for
MOST_CHARACTERS = 65_536  # of an answer that is rendered again


class Printed:
    """What was printed of a column: how many letters, and the last ones."""

    def __init__(self) -> None:
        self.count = 0
        self.last = ""
        self.bare = 0  # rows without letters since then

    def add(self, row: Row) -> None:
        letters = _letters(plain_text(row))
        self.count += len(letters)
        self.last = (self.last + letters)[-_LAST:]
        self.bare = 0 if letters else self.bare + 1


def rest_of(rows: Sequence[Row], printed: Printed) -> list[Row] | None:
    """The rows after what was printed; None if the place is not found."""
    letters = [_letters(plain_text(row)) for row in rows]
    end = _nearest("".join(letters), printed)
    if end is None:
        return None
    at = 0
    while end and len(letters[at]) <= end:
        end -= len(letters[at])
        at += 1
    if end:
        return [_cut(rows[at], end), *rows[at + 1 :]]
    bare = next((n for n, each in enumerate(letters[at:]) if each), len(rows) - at)
    return list(rows[at + min(bare, printed.bare) :])


def _nearest(stream: str, printed: Printed) -> int | None:
    """Where the last printed letters end: the match nearest to their number."""
    if not printed.count:
        return 0
    found, best = -1, None
    while (found := stream.find(printed.last, found + 1)) >= 0:
        end = found + len(printed.last)
        if best is None or abs(end - printed.count) < abs(best - printed.count):
            best = end
        if end > printed.count:
            break
    return best


def _cut(row: Row, letters: int) -> Row:
    """The row without its first letters."""
    text = plain_text(row)
    at = _place_behind(text, letters)
    while at < len(text) and text[at] == " ":
        at += 1
    return Row(cut_row(row, at, len(text)), cell_len(text[at:]))


def _place_behind(text: str, letters: int) -> int:
    for at, character in enumerate(text):
        letters -= character.isalnum()
        if not letters:
            return at + 1
    return len(text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
