"""The look of every block but code, as lines that are not yet cut to rows.

Owns headings, rules, check boxes, alerts, footnotes, formulas, tables, HTML and definition
lines. Must not know order or streaming: each block is drawn on its own, for the room it has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

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
from streamchat.core.sanitize import clean_line, without_hints
from streamchat.core.theme import Part
from streamchat.render.cells import TAB_CELLS, fold, whole, wrap, wrap_keeping_indent
from streamchat.render.markdown.formula_words import held_in_words
from streamchat.render.markdown.inline import Inline
from streamchat.render.markdown.table_rows import (
    Cell,
    ColumnNeeds,
    KnownRows,
    measure_table,
    table_lines,
)
from streamchat.render.spans import Breaker, Line, Span
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
_address = re.compile(r"(https?://\S+)")  # the terminal wraps a long one
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DrawnBlock:
    """A block's lines, not yet cut to rows."""

    lines: list[Line]
    breaker: Breaker = wrap
    task: str = ""  # the check box that replaces the bullet
    missed: frozenset[str] = _NONE  # labels without a definition


class BlockLines:
    def __init__(self, palette: Palette, inline: Inline, *, table_rows_kept: int = 0) -> None:
        self._palette = palette
        self._inline = inline
        self._known_rows = KnownRows(table_rows_kept)
        # Of the table whose parts come one by one.
        self._measured: tuple[tuple[tuple[str, ...], ...], ColumnNeeds] | None = None

    def drawn(
        self, leaf: Leaf, references: Mapping[str, Reference], *, room: int, prose_room: int
    ) -> DrawnBlock:
        """`room` is in cells, after the prefix; prose may have less."""
        match leaf.block:
            case Paragraph():
                return self._paragraph(leaf, leaf.block, references)
            case Heading(level=level, text=text):
                return self._heading(leaf, level, text, references)
            case Table():
                return self._table(leaf, leaf.block, references, room)
            case Rule():
                stroke = self._palette.glyphs.horizontal
                return DrawnBlock([[self.span(stroke * prose_room, "rule")]])
            case HtmlLine():
                return self._html(leaf.block)
            case MathBlock(source=source):
                return self._formula(source, room)
            case Definition(source=source):
                parts = map(_address.split, source.expandtabs(TAB_CELLS).split("\n"))
                return DrawnBlock(
                    [[self.span(each, "definition") for each in line if each] for line in parts]
                )
            case Empty():
                return DrawnBlock([self._footnote_label(leaf)])
            case CodeStart() | CodeLine() | CodeEnd():
                raise AssertionError("code is rendered line by line")
            case _:
                assert_never(leaf.block)

    def span(self, text: str, part: Part) -> Span:
        return Span(without_hints(text), self._palette.parts[part])

    def _paragraph(
        self, leaf: Leaf, paragraph: Paragraph, references: Mapping[str, Reference]
    ) -> DrawnBlock:
        if alert := read_alert(leaf):
            return self._alert(alert, references)
        box, text = split_task(leaf)
        glyphs = self._palette.glyphs
        task = {"": "", "☐": glyphs.unchecked, "☑": glyphs.checked}[box]
        lines = self._inline.lines(text, references)
        lines[0][:0] = self._footnote_label(leaf)
        return DrawnBlock(lines, task=task, missed=self._inline.missed)

    def _alert(self, alert: Alert, references: Mapping[str, Reference]) -> DrawnBlock:
        style = self._palette.parts[_ALERTS[alert.kind]]
        lines = self._inline.lines(alert.title, references, style)
        missed = self._inline.missed
        if alert.text:
            lines += self._inline.lines(alert.text, references)
            missed |= self._inline.missed
        return DrawnBlock(lines, missed=missed)

    def _html(self, html: HtmlLine) -> DrawnBlock:
        """A summary follows a triangle, text is shown between dim tags, other HTML as it was
        written."""
        seen = read_html_line(html.text)
        if not (seen.is_summary or html.holds_text):
            lines = [[self.span(line.expandtabs(TAB_CELLS), "tag")] for line in seen.lines]
            return DrawnBlock(lines, fold)
        style = self._palette.parts["summary"] if seen.is_summary else ""
        lines = []
        for line in seen.lines:
            lines += self._inline.lines(line.expandtabs(TAB_CELLS), {}, style)
        if lines and seen.is_summary:
            lines[0].insert(0, self.span(self._palette.glyphs.summary, "marker"))
        return DrawnBlock(lines)

    def _heading(
        self, leaf: Leaf, level: int, text: str, references: Mapping[str, Reference]
    ) -> DrawnBlock:
        style = self._palette.parts[_HEADINGS[level - 1]]
        lines = self._inline.lines(text, references, style)
        if self._palette.look.depth is Depth.NOTHING:
            lines[0].insert(0, Span("#" * level + " "))  # nothing else would show the level
        lines[0][:0] = self._footnote_label(leaf)
        return DrawnBlock(lines, missed=self._inline.missed)

    def _table(
        self, leaf: Leaf, table: Table, references: Mapping[str, Reference], room: int
    ) -> DrawnBlock:
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
            measure = measure_table(header, rows, self._palette.look.joins)
        elif self._measured is not None and self._measured[0] is begun:
            measure = self._measured[1]
        else:
            measure = measure_table(
                header, [cells(row) for row in begun], self._palette.look.joins
            )
            self._measured = (begun, measure)
        lines = table_lines(
            header,
            rows,
            table.alignments,
            measure,
            goes_on=begun is not None,
            width=room,
            palette=self._palette,
            known=self._known_rows,
            gap=table.gap,
        )
        if label := self._footnote_label(leaf):
            lines.insert(0, label)
        return DrawnBlock(lines, whole, missed=missed)

    def _formula(self, source: str, room: int) -> DrawnBlock:
        rows = format_block(source, 0 if self._palette.look.speaks else room)
        if rows is None:
            return DrawnBlock(self._literal(source, "math"))
        style = self._palette.parts["math"]
        bold = joined(style, self._palette.strong)
        lines = [held_in_words(row, style, bold) for row in rows]
        return DrawnBlock(lines, wrap_keeping_indent)

    def _literal(self, text: str, part: Part) -> list[Line]:
        lines = text.expandtabs(TAB_CELLS).split("\n")
        return [[self.span(line, part)] for line in lines]

    def _footnote_label(self, leaf: Leaf) -> Line:
        """What precedes the first block of a footnote, like the bullet of an item."""
        if not leaf.opens:
            return []
        labels = (
            f"[^{container.label}]: "
            for container in leaf.path[-leaf.opens :]
            if isinstance(container, Footnote)
        )
        return [self.span(clean_line(without_hints(label)), "footnote") for label in labels]
