"""Leaves out the beginning of an open leaf that is taller than any screen.

Rule 1: the cut stays at one place for many frames and then moves a long way. If it moved with
every character, every frame would wrap the text differently.
Rule 2: at least the last `max_chars` are kept, and at most three times as many.
The place is marked by a character that no cleaned text contains; the leaf is cut there
when it is complete.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from streamchat.core.markdown.leaves import (
    CodeLine,
    CodeStart,
    Definition,
    Heading,
    HtmlLine,
    Leaf,
    LeafBlock,
    MathBlock,
    Paragraph,
    Table,
)

CUT = "\0"
NO_LIMIT = sys.maxsize


def crop_start(length: int, max_chars: int) -> int:
    """How much of the beginning of a text that has grown to `length` to leave out."""
    step = 2 * max(1, max_chars)
    return max(0, length - max_chars) // step * step


def ends(pieces: Sequence[str], length: int, max_chars: int) -> str:
    """The line in `pieces`. A huge line is reduced to its beginning, which decides its block,
    and its end."""
    start = crop_start(length, max_chars)
    if start <= max_chars:
        return "".join(pieces)
    return _first(pieces, max_chars) + CUT + _last(pieces, length - start)


def _first(pieces: Sequence[str], count: int) -> str:
    kept = []
    for piece in pieces:
        if count <= 0:
            break
        kept.append(piece[:count])
        count -= len(piece)
    return "".join(kept)


def _last(pieces: Sequence[str], count: int) -> str:
    kept = []
    for piece in reversed(pieces):
        if count <= 0:
            break
        kept.append(piece[-count:])
        count -= len(piece)
    return "".join(reversed(kept))


def cropped(leaf: Leaf) -> Leaf:
    """The leaf without what comes before the cut, if there is one in it."""
    block: LeafBlock = leaf.block
    match block:
        case Paragraph() | Heading() | CodeLine() | HtmlLine() if CUT in block.text:
            block = replace(block, text=_after_cut(block.text))
        case MathBlock() | Definition() if CUT in block.source:
            block = replace(block, source=_after_cut(block.source))
        case CodeStart(info=str(info)) if CUT in info:
            block = CodeStart(_after_cut(info))
        case Table() if any(CUT in cell for row in block.rows for cell in row):
            rows = tuple(tuple(map(_after_cut, row)) for row in block.rows)
            block = replace(block, rows=rows)
    return leaf if block is leaf.block else replace(leaf, block=block, cropped=True)


def _after_cut(text: str) -> str:
    return text.rpartition(CUT)[2].lstrip("\n")
