"""A row of the terminal: immutable text with its styling, of known width.

Rule: a row holds no newline and no control character but our own SGR and OSC 8 sequences, is
not wider than the window it was made for, and ends in no unstyled blank. One exception: a
settled row may hold a long line that the terminal itself wraps, so that it is copied as one
line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`text` is ready to be written (every SGR it opens it closes); `width` in cells."""

    text: str
    width: int


BLANK = Row("", 0)
