"""Where the live rows are after the size of the window has changed.

This is a guess, since terminals do not tell: those that re-wrap rows are known by name, and
in all others the rows stay where they were. It never reaches above the live region: at worst
a stale live row stays, and no settled row is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from streamchat.render.rows import Row
from streamchat.render.screen.window import Size


@dataclass(frozen=True, slots=True)
class Resized:
    """Where the live rows are now."""

    rows_up: int  # from the cursor to the first of them
    is_whole: bool  # all of them are on the screen, with a row above
    gone: Sequence[Row] = ()  # pushed out at the top, into the scrollback
    saved: Sequence[Row] = ()  # still on the screen, but without room there from now on


def resized(
    shown: Sequence[Row], cursor_column: int, *, old: Size, new: Size, reflows: bool
) -> Resized:
    """The cursor is in the last of the rows that are `shown`."""
    rewraps = reflows and new.width < old.width
    heights = [_height_in(new.width, row) if rewraps else 1 for row in shown]
    past_wrap = cursor_column // new.width if rewraps else 0
    rows_up = sum(heights[:-1]) + past_wrap
    above = sum(heights) - new.height
    if above < 0:
        return Resized(rows_up, is_whole=True)
    if new.width < old.width and not reflows:  # rows that left the window were cut
        return Resized(rows_up, is_whole=False)
    gone = sum(1 for end in accumulate(heights) if end <= above)
    kept_from = max(gone + 1, len(shown) - max(1, new.height - 1))
    saved = shown[gone : min(kept_from, len(shown) - 1)]
    return Resized(rows_up, is_whole=False, gone=shown[:gone], saved=saved)


def cut_below(found: Resized, count: int, *, old: Size, new: Size) -> Resized:
    """The same for terminals where a lower window may have cut off some of the `count` rows at
    the bottom instead. Only rows that are surely live are erased, and no row counts as
    printed. Not used when all rows fit, because it would then leave stale rows in most
    windows."""
    if found.is_whole or new.height >= old.height:
        return found
    surely_live = new.height - (old.height - count)
    return Resized(min(found.rows_up, max(0, surely_live - 1)), is_whole=False)


def _height_in(width: int, row: Row) -> int:
    return max(1, -(-row.width // width))
