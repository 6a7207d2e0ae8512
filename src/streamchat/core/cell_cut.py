"""Texts cut to a number of terminal cells, without the 23 ms of a width library.

Rule: the width is never too small; a few rare signs count as wider than they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def cut_to_cells(text: str, cells: int) -> str:
    """The start of one line of text, at most that wide; "…" stands for the rest."""
    kept = ""
    for character, end in zip(text, _ends(text), strict=True):
        if end > cells - 1 and len(kept) + 1 < len(text):
            return f"{kept}…"
        kept += character
    return kept


def cut_start_to_cells(text: str, cells: int) -> str:
    """The end of one line of text, at most that wide."""
    return cut_to_cells(text[::-1], max(cells, 1))[::-1]


def count_cells(text: str) -> int:
    """The width of one line of text."""
    return max(_ends(text), default=0)


def _ends(text: str) -> Iterator[int]:
    """The cell after each character."""
    cells = 0
    for character in text:
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        yield cells
