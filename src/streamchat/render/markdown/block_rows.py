"""Blocks as rows, behind the prefixes of their containers.

Owns the cutting of lines into rows, and the rules around code. Must not know order or
streaming: a block is rendered by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

from streamchat.core.markdown.inline import Reference
from streamchat.core.markdown.leaves import (
    Leaf,
)
from streamchat.core.sanitize import clean_line, marked_hints, without_hints
from streamchat.render.cells import fold, wrap, wrap_keeping_indent
from streamchat.render.code.fence import CodeBlocks
from streamchat.render.markdown.block_lines import BlockLines
from streamchat.render.markdown.container_prefix import Prefix, build_prefix
from streamchat.render.markdown.growing import GrowingLine
from streamchat.render.markdown.hanging import hanging_cells, wrap_hanging
from streamchat.render.markdown.inline import Inline
from streamchat.render.markdown.links import addresses_apart, is_long_address
from streamchat.render.markdown.live_inline import LiveInline
from streamchat.render.rows import Row
from streamchat.render.spans import (
    Breaker,
    Line,
    Span,
    broken,
    build_row,
    measure_width,
    text_of,
)
from streamchat.render.style import Palette

CODE_RULE_CELLS = 40
_LINES_KEPT = 256  # of code and tables at the open end, which most frames show again


_Spans: TypeAlias = tuple[Span, ...]
_Cut: TypeAlias = Callable[[_Spans, _Spans, _Spans, int, Breaker], tuple[Row, ...]]


def _cut(
    line: _Spans, first: _Spans, rest: _Spans, width: int, breaker: Breaker
) -> tuple[Row, ...]:
    """The line as rows of text at most `width` wide, behind `first` and then `rest`."""
    before, *others = broken(line, width, breaker)
    return build_row([*first, *before]), *(build_row([*rest, *part]) for part in others)


class BlockRows:
    def __init__(
        self,
        palette: Palette,
        width: int,
        inline: Inline,
        code: CodeBlocks,
        cut: _Cut = _cut,
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
        self._growing = GrowingLine()

    def at_width(self, width: int) -> BlockRows:
        return BlockRows(self._palette, width, self._inline, self.code)

    def live(self) -> BlockRows:
        """The same for the open end of the document, which remembers rows from frame to
        frame."""
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
        self, leaf: Leaf, references: Mapping[str, Reference]
    ) -> tuple[list[Row], frozenset[str]]:
        """The rows, and the labels that nothing has defined so far."""
        prefix = build_prefix(leaf, self._palette, self.width)
        drawn = self._lines.drawn(
            leaf,
            references,
            room=max(1, self.width - prefix.cells),
            prose_room=max(1, self._columns(is_prose=True) - prefix.cells),
        )
        if drawn.task:
            prefix = build_prefix(leaf, self._palette, self.width, task=drawn.task)
        rows = self._behind(prefix, drawn.lines, drawn.breaker, hangs=drawn.hangs)
        return rows, drawn.missed

    def code_start_rows(self, leaf: Leaf, info: str | None) -> list[Row]:
        """A rule with the language in it."""
        prefix = build_prefix(leaf, self._palette, self.width)
        label = clean_line(without_hints(info or ""))
        return self._behind(prefix, [self._code_rule(prefix, label)], fold)

    def code_end_rows(self, leaf: Leaf) -> list[Row]:
        prefix = build_prefix(leaf, self._palette, self.width)
        prefix = prefix._replace(first=prefix.rest)
        return self._behind(prefix, [self._code_rule(prefix, "")], fold)

    def _code_rule(self, prefix: Prefix, label: str) -> Line:
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
        prefix = build_prefix(leaf, self._palette, self.width)
        return self._behind(prefix._replace(first=prefix.rest), lines, fold)

    def _with_marks(self, line: Line) -> Line:
        """Characters of code that nobody would see, as marks."""
        if all(span.text.isascii() for span in line):
            return line
        mark = self._palette.parts["tag"]
        return [
            span._replace(text=text, style=mark if is_hint else span.style)
            for span in line
            for text, is_hint in marked_hints(span.text)
        ]

    def _behind(
        self, prefix: Prefix, lines: list[Line], breaker: Breaker, *, hangs: bool = False
    ) -> list[Row]:
        """`hangs`: rows after the first of each line stand below its text."""
        is_prose = breaker is wrap
        if is_prose:
            breaker = wrap_hanging if hangs else wrap_keeping_indent
        width = max(1, self._columns(is_prose=is_prose) - prefix.cells)
        first, rest = tuple(prefix.first), tuple(prefix.rest)
        lets_wrap = is_prose and not (prefix.cells or self._wraps_all)
        rows: list[Row] = []
        for number, line in enumerate(lines, start=1):
            parts = addresses_apart(line, width) if lets_wrap else [line]
            for part in parts:
                if lets_wrap and is_long_address(part, width):
                    rows.append(build_row(part))  # the terminal wraps it: see `code_rows`
                    continue
                hang = hanging_cells(text_of(part), width) if hangs else 0
                before = rest if rows else first
                after = (*rest, Span(" " * hang)) if hang else rest
                if is_prose and self._is_live and number == len(lines):
                    rows += self._growing.rows(
                        part, before, after, breaker, width=width, later_width=width - hang
                    )
                else:
                    rows += self._cut(tuple(part), before, after, width, breaker)
        return rows

    def _columns(self, *, is_prose: bool) -> int:
        """Prose is not as wide as a wide window."""
        return min(self.width, self._palette.look.prose_width) if is_prose else self.width
