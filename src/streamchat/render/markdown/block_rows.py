"""What every block looks like.

Owns headings, rules, check boxes, footnotes, HTML and definition lines, and the cutting
of lines into rows behind their containers' prefixes. Must not know order or streaming: a
block is rendered by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, assert_never

from streamchat.core.markdown.conventions import (
    Alert,
    AlertKind,
    read_alert,
    read_html_line,
    split_task,
)
from streamchat.core.markdown.inline import Reference
from streamchat.core.markdown.leaves import (
    CodeEnd,
    CodeLine,
    CodeStart,
    Definition,
    Empty,
    Footnote,
    Heading,
    HtmlLine,
    Leaf,
    MathBlock,
    Paragraph,
    Rule,
    Table,
)
from streamchat.core.markdown.maths import format_block
from streamchat.core.sanitize import clean_line
from streamchat.core.theme import Part
from streamchat.render.cells import TAB_CELLS, fold, wrap, wrap_keeping_indent
from streamchat.render.code.fence import CodeBlocks
from streamchat.render.markdown.container_prefix import Prefix, build_prefix
from streamchat.render.markdown.inline import Inline
from streamchat.render.markdown.links import addresses_apart, is_long_address
from streamchat.render.markdown.live_inline import LiveInline
from streamchat.render.markdown.table_rows import Cell, Measure, measure_table, table_lines
from streamchat.render.rows import Row
from streamchat.render.spans import Breaker, Line, Span, broken, build_row, measure_width
from streamchat.render.style import Depth, Palette, joined

_HEADINGS: tuple[Part, ...] = (
    "heading1",
    "heading2",
    "heading3",
    "heading4",
    "heading5",
    "heading6",
)
_ALERTS: Mapping[AlertKind, Part] = {
    "note": "alert-note",
    "tip": "alert-tip",
    "important": "alert-important",
    "warning": "alert-warning",
    "caution": "alert-caution",
}
_NONE: frozenset[str] = frozenset()
CODE_RULE_CELLS = 40
_LINES_KEPT = 256  # of code and tables at the open end, which most frames show again


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A block's lines, not yet cut to rows."""

    lines: list[Line]
    breaker: Breaker = wrap
    task: str = ""  # the check box that replaces the bullet
    missed: frozenset[str] = _NONE  # labels that were looked up in vain


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
        self._cut = cut
        self._is_live = is_live
        self._live: BlockRows | None = None
        self._measured: tuple[tuple[tuple[str, ...], ...], Measure] | None = None

    def at_width(self, width: int) -> BlockRows:
        return BlockRows(self._palette, width, self._inline, self.code)

    def live(self) -> BlockRows:
        """The same for the open end of the document, with a memory from frame to frame."""
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
        drawn = self._drawn(leaf, references)
        prefix = build_prefix(leaf, self._palette, self.width, task=drawn.task)
        return self._behind(prefix, drawn.lines, drawn.breaker), drawn.missed

    def code_start_rows(self, leaf: Leaf, info: str | None) -> list[Row]:
        """A rule with the language in it."""
        prefix = build_prefix(leaf, self._palette, self.width)
        return self._behind(prefix, [self._code_rule(prefix, clean_line(info or ""))], fold)

    def code_end_rows(self, leaf: Leaf) -> list[Row]:
        prefix = build_prefix(leaf, self._palette, self.width)
        prefix = prefix._replace(first=prefix.rest)
        return self._behind(prefix, [self._code_rule(prefix, "")], fold)

    def _code_rule(self, prefix: Prefix, label: str) -> Line:
        stroke = self._palette.glyphs.horizontal
        line = [self._span(stroke * 2, "rule")]
        if label := label.strip():
            line.append(self._span(f" {label} ", "language"))
        left = min(CODE_RULE_CELLS, self.width - prefix.cells) - measure_width(line)
        return [*line, self._span(stroke * left, "rule")]

    def code_rows(self, leaf: Leaf, lines: list[Line]) -> list[Row]:
        if not lines:
            return []
        if not leaf.path and not self._is_live:
            # The terminal wraps the line itself: copied, it is the one line that it is.
            return [build_row(line) for line in lines]
        prefix = build_prefix(leaf, self._palette, self.width)
        return self._behind(prefix._replace(first=prefix.rest), lines, fold)

    def _behind(self, prefix: Prefix, lines: list[Line], breaker: Breaker) -> list[Row]:
        width = max(1, self._columns(breaker) - prefix.cells)
        first, rest = tuple(prefix.first), tuple(prefix.rest)
        # A line that is wrapped is prose, which is no more what it was in the last frame.
        cut = _cut if breaker is wrap else self._cut
        lets_wrap = breaker is wrap and not (prefix.cells or self._is_live)
        rows: list[Row] = []
        for line in lines:
            parts = addresses_apart(line, width) if lets_wrap else [line]
            for part in parts:
                if lets_wrap and is_long_address(part, width):
                    rows.append(build_row(part))  # the terminal wraps it: see `code_rows`
                else:
                    rows += cut(tuple(part), rest if rows else first, rest, width, breaker)
        return rows

    def _columns(self, breaker: Breaker) -> int:
        """Prose is not as wide as a wide window."""
        is_prose = breaker is wrap
        return min(self.width, self._palette.look.prose_width) if is_prose else self.width

    def _drawn(self, leaf: Leaf, references: Mapping[str, Reference]) -> _Drawn:
        match leaf.block:
            case Paragraph():
                return self._paragraph(leaf, references)
            case Heading(level=level, text=text):
                return self._heading(leaf, level, text, references)
            case Table():
                return self._table(leaf, leaf.block, references)
            case Rule():
                indent = build_prefix(leaf, self._palette, self.width).cells
                cells = self._columns(wrap) - indent
                return _Drawn([[self._span(self._palette.glyphs.horizontal * cells, "rule")]])
            case HtmlLine(text=text):
                return self._html(text)
            case MathBlock(source=source):
                return self._formula(leaf, source)
            case Definition(source=source):
                return _Drawn(self._literal(source, "definition"))
            case Empty():
                return _Drawn([self._footnote_label(leaf)])
            case CodeStart() | CodeLine() | CodeEnd():
                raise AssertionError("code is rendered line by line")
            case _:
                assert_never(leaf.block)

    def _paragraph(self, leaf: Leaf, references: Mapping[str, Reference]) -> _Drawn:
        if alert := read_alert(leaf):
            return self._alert(alert, references)
        box, text = split_task(leaf)
        glyphs = self._palette.glyphs
        task = {"": "", "☐": glyphs.unchecked, "☑": glyphs.checked}[box]
        lines = self._inline.lines(text, references)
        lines[0][:0] = self._footnote_label(leaf)
        return _Drawn(lines, task=task, missed=self._inline.missed)

    def _alert(self, alert: Alert, references: Mapping[str, Reference]) -> _Drawn:
        style = self._palette.parts[_ALERTS[alert.kind]]
        lines = self._inline.lines(alert.title, references, style)
        missed = self._inline.missed
        if alert.text:
            lines += self._inline.lines(alert.text, references)
            missed |= self._inline.missed
        return _Drawn(lines, missed=missed)

    def _html(self, text: str) -> _Drawn:
        """A summary behind a triangle; other HTML as it was written."""
        seen = read_html_line(text)
        if not seen.is_summary:
            lines = [[self._span(line.expandtabs(TAB_CELLS), "tag")] for line in seen.lines]
            return _Drawn(lines, fold)
        lines = []
        for line in seen.lines:
            lines += self._inline.lines(line, {}, self._palette.parts["summary"])
        if lines:
            lines[0].insert(0, self._span(self._palette.glyphs.summary, "marker"))
        return _Drawn(lines)

    def _heading(
        self, leaf: Leaf, level: int, text: str, references: Mapping[str, Reference]
    ) -> _Drawn:
        style = self._palette.parts[_HEADINGS[level - 1]]
        lines = self._inline.lines(text, references, style)
        if self._palette.look.depth is Depth.NOTHING:
            lines[0].insert(0, Span("#" * level + " "))  # nothing else would show it
        lines[0][:0] = self._footnote_label(leaf)
        return _Drawn(lines, missed=self._inline.missed)

    def _table(self, leaf: Leaf, table: Table, references: Mapping[str, Reference]) -> _Drawn:
        missed: frozenset[str] = _NONE
        style = self._palette.parts["table-header"]

        def cells(sources: tuple[str, ...], style: str = "") -> list[Cell]:
            nonlocal missed
            drawn = []
            for source in sources:
                drawn.append(self._inline.lines(source, references, style, in_cell=True))
                missed |= self._inline.missed
            return drawn

        header = cells(table.header, style)
        rows = [cells(row) for row in table.rows]
        begun = table.begun
        if begun is None:
            measure = measure_table(header, rows)
        elif self._measured is not None and self._measured[0] is begun:
            measure = self._measured[1]
        else:
            measure = measure_table(header, [cells(row) for row in begun])
            self._measured = (begun, measure)
        width = max(1, self.width - build_prefix(leaf, self._palette, self.width).cells)
        lines = table_lines(
            header,
            rows,
            table.alignments,
            measure,
            goes_on=begun is not None,
            width=width,
            palette=self._palette,
        )
        if label := self._footnote_label(leaf):
            lines.insert(0, label)
        return _Drawn(lines, fold, missed=missed)

    def _formula(self, leaf: Leaf, source: str) -> _Drawn:
        room = self.width - build_prefix(leaf, self._palette, self.width).cells
        rows = format_block(source, room)
        if rows is None:
            return _Drawn(self._literal(source, "math"))
        style = self._palette.parts["math"]
        bold = joined(style, self._palette.strong)
        lines = [
            [Span(text, bold if is_bold else style) for text, is_bold in row] for row in rows
        ]
        return _Drawn(lines, wrap_keeping_indent)

    def _literal(self, text: str, part: Part) -> list[Line]:
        lines = text.expandtabs(TAB_CELLS).split("\n")
        return [[self._span(line, part)] for line in lines]

    def _footnote_label(self, leaf: Leaf) -> Line:
        """Before the first block of a footnote, where others have a bullet."""
        if not leaf.opens:
            return []
        labels = (
            f"[^{container.label}]: "
            for container in leaf.path[-leaf.opens :]
            if isinstance(container, Footnote)
        )
        return [self._span(clean_line(label), "footnote") for label in labels]

    def _span(self, text: str, part: Part) -> Span:
        return Span(text, self._palette.parts[part])
