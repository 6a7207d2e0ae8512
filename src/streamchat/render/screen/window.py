"""The size of the window, and whether its content has surely scrolled.

Rule: a size that makes no sense is 80 x 24.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple, TextIO

FALLBACK_WIDTH = 80
FALLBACK_HEIGHT = 24


class Size(NamedTuple):
    width: int
    height: int


class WrittenRows:
    """Counts the final rows that were written on a terminal, one below the other."""

    def __init__(self) -> None:
        self._count = 0
        self.have_scrolled = False  # surely: the window had no room for them

    def add(self, count: int) -> None:
        self._count += count

    def compare(self, height: int, *, live: int) -> None:
        """Note whether the rows and `live` rows below them exceed a window of `height`. At
        least one more row is above them: a command or a question."""
        self.have_scrolled |= self._count + live >= height

    def forget(self) -> None:
        """Count from zero: a window that changed its size may have lost rows."""
        self._count = 0


def measure_window(stream: TextIO, environ: Mapping[str, str]) -> Size:
    """The window's size now. COLUMNS and LINES count only if the terminal does not tell,
    because exported values are out of date once the window is resized."""
    try:
        width, height = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):  # not a terminal, not a file, or closed
        width = height = 0
    return Size(
        width or _count(environ.get("COLUMNS")) or FALLBACK_WIDTH,
        height or _count(environ.get("LINES")) or FALLBACK_HEIGHT,
    )


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and text.isascii() else 0
