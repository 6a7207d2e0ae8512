"""Blocks as rows, after the prefixes of their containers.

Owns the cutting of lines into rows, and the rules around code. Must not know order or
streaming: a block is rendered by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from streamchat.core.markdown.inline import Reference
from streamchat.core.markdown.leaves import Container, Leaf, Paragraph
from streamchat.core.sanitize import clean_line, marked_hints, without_hints
from streamchat.render.cells import fold, wrap
from streamchat.render.code.fence import CodeBlocks
from streamchat.render.markdown.block_lines import BlockLines
from streamchat.render.markdown.container_prefix import Prefix, build_prefix
from streamchat.render.markdown.inline import Inline
from streamchat.render.markdown.live_inline import LiveInline
from streamchat.render.markdown.prose_rows import Cut, Spans, UnfinishedRow, prose_rows
from streamchat.render.rows import Row
from streamchat.render.spans import Breaker, Line, broken, build_row, measure_width
from streamchat.render.style import Palette

CODE_RULE_CELLS = 40
_LINES_KEPT = 256  # of code and tables at the open end, which most frames show again


class Rendered(NamedTuple):
    rows: list[Row]
    missed: frozenset[str]  # labels that nothing has defined so far
    begun: UnfinishedRow | None = None


def _cut(
    line: Spans, first: Spans, rest: Spans, width: int, breaker: Breaker
) -> tuple[Row, ...]:
    """The line as rows of text at most `width` wide, after `first` and then `rest`."""
    before, *others = broken(line, width, breaker)
    return build_row([*first, *before]), *(build_row([*rest, *part]) for part in others)


class BlockRows:
    def __init__(
        self,
        palette: Palette,
        width: int,
        inline: Inline,
        code: CodeBlocks,
        cut: Cut = _cut,
        *,
        is_live: bool = False,
    ) -> None:
        self.width = width
        self.code = code
        self._palette = palette
        self._inline = inline
        self._lines = BlockLines(palette, inline, table_rows_kept=_LINES_KEPT if is_live else 0)
        self._cut = cut
        self._is_live = is_live
        self._wraps_all = is_live or palette.look.wraps_all
        self._live: BlockRows | None = None
        self._known_prefix: tuple[tuple[Container, ...], int, Prefix] | None = None

    def at_width(self, width: int) -> BlockRows:
        return BlockRows(self._palette, width, self._inline, self.code)

    def live(self) -> BlockRows:
        """The same for the open end of the document; it caches rows between frames."""
        if self._live is None:
            self._live = BlockRows(
                self._palette,
                self.width,
                LiveInline(self._palette),
                self.code,
                lru_cache(_LINES_KEPT)(_cut),
                is_live=True,
            )
        return self._live

    def rows(
        self,
        leaf: Leaf,
        references: Mapping[str, Reference],
        begun: UnfinishedRow | None = None,
    ) -> Rendered:
        """`begun` is the unfinished row of the leaf before it."""
        prefix = self._prefix(leaf)
        drawn = self._lines.drawn(
            leaf,
            references,
            room=max(1, self.width - prefix.cells),
            prose_room=max(1, self._columns(is_prose=True) - prefix.cells),
        )
        if drawn.task:
            prefix = build_prefix(leaf, self._palette, self.width, task=drawn.task)
        if drawn.breaker is not wrap:
            return Rendered(self._behind(prefix, drawn.lines, drawn.breaker), drawn.missed)
        rows, begun = prose_rows(
            drawn.lines,
            prefix,
            max(1, self._columns(is_prose=True) - prefix.cells),
            self._cut,
            lets_wrap=not (prefix.cells or self._wraps_all),
            begun=None if leaf.cropped else begun,
            goes_on=isinstance(leaf.block, Paragraph) and leaf.block.goes_on,
        )
        return Rendered(rows, drawn.missed, begun)

    def _prefix(self, leaf: Leaf) -> Prefix:
        """The prefix of the leaf; that of the leaf before, if they are in the same containers,
        of which there may be a thousand."""
        known = self._known_prefix
        if known is None or known[0] is not leaf.path or known[1] != leaf.opens:
            prefix = build_prefix(leaf, self._palette, self.width)
            self._known_prefix = known = (leaf.path, leaf.opens, prefix)
        return known[2]

    def code_start_rows(self, leaf: Leaf, info: str | None) -> list[Row]:
        """A rule with the language in it, or words that say so."""
        prefix = self._prefix(leaf)
        label = clean_line(without_hints(info or ""))
        spoken = f"Code, {label}:" if label.strip() else "Code:"
        return self._behind(prefix, [self._code_rule(prefix, label, spoken)], fold)

    def code_end_rows(self, leaf: Leaf) -> list[Row]:
        prefix = self._prefix(leaf)
        prefix = prefix._replace(first=prefix.rest)
        return self._behind(prefix, [self._code_rule(prefix, "", "End of the code.")], fold)

    def _code_rule(self, prefix: Prefix, label: str, spoken: str) -> Line:
        if self._palette.look.speaks:
            return [self._lines.span(spoken, "language")]
        stroke = self._palette.glyphs.horizontal
        line = [self._lines.span(stroke * 2, "rule")]
        if label := label.strip():
            line.append(self._lines.span(f" {label} ", "language"))
        left = min(CODE_RULE_CELLS, self.width - prefix.cells) - measure_width(line)
        return [*line, self._lines.span(stroke * left, "rule")]

    def code_rows(self, leaf: Leaf, lines: list[Line]) -> list[Row]:
        if not lines:
            return []
        lines = [self._with_marks(line) for line in lines]
        if not (leaf.path or self._wraps_all):
            # The terminal wraps the line itself, so that it is copied as one line.
            return [build_row(line) for line in lines]
        prefix = self._prefix(leaf)
        return self._behind(prefix._replace(first=prefix.rest), lines, fold)

    def _with_marks(self, line: Line) -> Line:
        """Invisible characters of code become visible marks."""
        if all(span.text.isascii() for span in line):
            return line
        mark = self._palette.parts["tag"]
        return [
            span._replace(text=text, style=mark if is_hint else span.style)
            for span in line
            for text, is_hint in marked_hints(span.text)
        ]

    def _behind(self, prefix: Prefix, lines: list[Line], breaker: Breaker) -> list[Row]:
        width = max(1, self.width - prefix.cells)
        first, rest = tuple(prefix.first), tuple(prefix.rest)
        rows: list[Row] = []
        for line in lines:
            rows += self._cut(tuple(line), rest if rows else first, rest, width, breaker)
        return rows

    def _columns(self, *, is_prose: bool) -> int:
        """The width for text; prose does not use all of a wide window."""
        return min(self.width, self._palette.look.prose_width) if is_prose else self.width
