"""Markdown source in pieces to rows, each final when returned.

Owns the chain: allow-list, blocks, rows. Must not know the screen except its size.
Rules: how the source was cut does not matter; the rows of all `feed`s and `close` are
those of `render`, in text and style; `tail` changes nothing and its cost is bounded by
the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from streamchat.core.markdown import Blocks
from streamchat.core.markdown.leaves import (
    CodeLine,
    CodeStart,
    Heading,
    Leaf,
    Paragraph,
    Table,
    leaf_size,
)
from streamchat.core.sanitize import Sanitizer
from streamchat.core.theme import theme_named
from streamchat.render.code.languages import preload_lexers
from streamchat.render.markdown.leaf_rows import LeafRows
from streamchat.render.markdown.repair import half_table, repaired
from streamchat.render.rows import Row
from streamchat.render.spans import Span, build_row
from streamchat.render.style import Palette, Style

_OF_EVERYTHING = "*a* [b](http://x.org) 中 $\\alpha$\n\n```python\npass\n```\n"
_SLICE_CHARS = 2_048  # of source that are parsed in one step
_STEP_WORK = 4_096  # of characters that are rendered in one step
_LEAF_WORK = 30  # that the smallest leaf takes, in characters
_TAIL_CHARS_MIN = 200  # a small window still shows where an emphasis began
_LOW = 8  # rows; a lower tail has no room for two ends
_LEAST_BELOW = 3  # rows of a table below the gap
_TAIL_CHARS_MAX = 5_000  # of a leaf; a frame takes no longer where the window is huge


_BegunTail: TypeAlias = "tuple[list[tuple[Leaf, int]], LeafRows, list[Row]]"


class MarkdownRows:
    def __init__(self, *, width: int, look: Style) -> None:
        self._sanitizer = Sanitizer(keeps_hints=True)
        self._blocks = Blocks(settles_early=True)
        palette = Palette(look)
        self._rows = LeafRows(palette, max(1, width))
        self._width = max(1, width)
        self._gap = build_row([Span(palette.glyphs.gap, palette.parts["table-line"])])
        self._begun_tail: _BegunTail | None = None  # until more settles

    @property
    def leaves_rendered(self) -> int:
        return self._rows.leaves_rendered

    @property
    def characters_lexed(self) -> int:
        return self._rows.characters_lexed

    @property
    def lines_parsed(self) -> int:
        return self._blocks.lines_parsed

    def feed(self, text: str) -> list[Row]:
        return [row for rows in self.feeding(text) for row in rows]

    def close(self) -> list[Row]:
        return [row for rows in self.closing() for row in rows]

    def feeding(self, text: str) -> Iterator[list[Row]]:
        """`feed` in steps of bounded work. Between them only `resize` may be called."""
        for start in range(0, len(text), _SLICE_CHARS):
            piece = self._sanitizer.feed(text[start : start + _SLICE_CHARS])
            yield from self._settling(self._blocks.feed(piece))

    def closing(self) -> Iterator[list[Row]]:
        """`close` in such steps."""
        leaves = self._blocks.feed(self._sanitizer.close()) + self._blocks.close()
        yield from self._settling(leaves)
        yield self._rows.close()

    def tail(self, height: int, pushed: int = 0) -> list[Row]:
        """At most `height` rows: the last of what `close` would add now. A table that is taller
        shows its first rows too, after as many as a lower window has `pushed` out. They are
        there once more, and are to be left out."""
        most = height + pushed
        max_chars = min(self._width * most + _TAIL_CHARS_MIN, _TAIL_CHARS_MAX)
        leaves = self._blocks.tail(max_chars=max_chars, max_rows=most)
        branch, rows = self._tail_before_last(leaves[:-1])
        open_end = _mended(leaves[-1]) if leaves else []
        for leaf in open_end:
            rows += branch.feed(leaf)
        rows += branch.close()
        is_table = bool(open_end) and isinstance(open_end[-1].block, Table)
        if len(rows) <= most or height < _LOW or not is_table:
            return rows[-height:]
        # A window of half the height pushes out no row below the gap.
        below = max(_LEAST_BELOW, height // 2 - 3)
        first = rows[: most - below - 1]
        if self._gap in first:  # rows of the table were left out before
            first = first[: first.index(self._gap)]
        return [*first, self._gap, *rows[len(first) + 1 - most :]]

    def _tail_before_last(self, leaves: list[Leaf]) -> tuple[LeafRows, list[Row]]:
        """The branch that takes the last leaf of the tail, and the rows of the leaves before
        it. They are kept while only the last line grows."""
        if not leaves or isinstance(leaves[0].block, CodeStart | CodeLine):
            branch = self._rows.branch()
            return branch, [row for leaf in leaves for row in branch.feed(leaf)]
        key = [(leaf, leaf.crowded) for leaf in leaves]
        if self._begun_tail is None or self._begun_tail[0] != key:
            branch = self._rows.branch()
            rows = [row for leaf in leaves for row in branch.feed(leaf)]
            self._begun_tail = key, branch, rows
        _, branch, rows = self._begun_tail
        return branch.twin(), rows.copy()

    def resize(self, width: int) -> None:
        """Applies to rows made from now on; rows already returned stay as they are."""
        self._width = max(1, width)
        self._rows.resize(self._width)
        self._begun_tail = None

    def _settling(self, leaves: list[Leaf]) -> Iterator[list[Row]]:
        """The rows of the leaves, those of several small ones together."""
        rows: list[Row] = []
        work = 0
        for leaf in leaves:
            size = _LEAF_WORK + leaf_size(leaf.block)
            if work and work + size > _STEP_WORK:
                yield rows
                rows, work = [], 0
            rows += self._rows.feed(leaf)
            self._begun_tail = None
            work += size
        yield rows


def _mended(leaf: Leaf) -> list[Leaf]:
    """Close the inline markup that is still open, for the live view only."""
    block = leaf.block
    match block:
        case Paragraph(text=text) if found := half_table(text):
            before, table = found
            if not before:
                return [replace(leaf, block=table)]
            return [replace(leaf, block=replace(block, text=before)), Leaf(table, leaf.path)]
        case Paragraph(text=text) | Heading(text=text) if (closed := repaired(text)) != text:
            return [replace(leaf, block=replace(block, text=closed))]
        case _:
            return [leaf]


def render(source: str, *, width: int, look: Style) -> list[Row]:
    """Render a whole source with the same code, so that streaming cannot differ."""
    rows = MarkdownRows(width=width, look=look)
    return rows.feed(source) + rows.close()


def preload_markdown() -> None:
    """Load in idle time what the first frames would have to load: the inline parser's tables,
    widths of wide text, TeX's symbols, the most common lexers."""
    preload_lexers()
    render(_OF_EVERYTHING, width=40, look=Style(theme_named("auto")))
