"""Markdown source in pieces to rows, each final when returned.

Owns the chain: allow-list, blocks, rows. Must not know the screen except its size.
Rules: how the source was cut does not matter; the rows of all `feed`s and `close` are
those of `render`, in text and style; `tail` changes nothing and its cost is bounded by
the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from streamchat.core.markdown import Blocks
from streamchat.core.markdown.leaves import Heading, Leaf, Paragraph, Table, leaf_size
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
_TAIL_CHARS_MAX = 5_000  # of a leaf; a frame takes no longer where the window is huge


class MarkdownRows:
    def __init__(self, *, width: int, look: Style) -> None:
        self._sanitizer = Sanitizer(keeps_hints=True)
        self._blocks = Blocks(settles_early=True)
        palette = Palette(look)
        self._rows = LeafRows(palette, max(1, width))
        self._width = max(1, width)
        self._gap = build_row([Span(palette.glyphs.gap, palette.parts["table-line"])])

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
        if leaves:
            leaves[-1:] = _mended(leaves[-1])
        branch = self._rows.branch()
        rows = [row for leaf in leaves for row in branch.feed(leaf)] + branch.close()
        is_table = bool(leaves) and isinstance(leaves[-1].block, Table)
        if len(rows) <= most or height < _LOW or not is_table:
            return rows[-height:]
        last = height // 2 - 3  # a window of half the height pushes out no row below the gap
        return [*rows[: most - last - 1], self._gap, *rows[-last:]]

    def resize(self, width: int) -> None:
        """Applies to rows made from now on; rows already returned stay as they are."""
        self._width = max(1, width)
        self._rows.resize(self._width)

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
