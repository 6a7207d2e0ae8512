"""Tables: cells to rows.

Owns column widths and alignment. Must not know inline Markdown: cells are lines of spans.
Rules: no letter is lost; a cell wider than its column is wrapped, never cut with "…"; a
window too narrow for columns shows each cell on rows of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from streamchat.core.markdown.leaves import Alignment
from streamchat.render.spans import Line, Span, broken, measure_width
from streamchat.render.style import Palette

Cell: TypeAlias = list[Line]

_COLUMN_MIN = 3  # cells; an ideograph needs two


def table_lines(
    header: Sequence[Cell],
    rows: Sequence[Sequence[Cell]],
    alignments: Sequence[Alignment],
    *,
    begun: Sequence[Sequence[Cell]] | None = None,
    width: int,
    palette: Palette,
) -> list[Line]:
    """`begun` are the rows of the table's first part, when `rows` are those of a later one."""
    gap = len(palette.glyphs.vertical)
    room = width - gap * (len(header) - 1)
    if room < _COLUMN_MIN * len(header):
        return _stacked(header, rows, width, palette)
    widths = _column_widths([header, *(rows if begun is None else begun)], room)
    lines: list[Line] = []
    if begun is None:
        lines += _beside(header, widths, alignments, palette)
        lines.append(_header_rule(widths, palette))
    for row in rows:
        lines += _beside(row, widths, alignments, palette)
    return lines


def _column_widths(rows: Sequence[Sequence[Cell]], room: int) -> list[int]:
    """What each needs; if that is too much, the widest share what the others leave."""
    needed = [1] * len(rows[0])
    for row in rows:
        for column, cell in enumerate(row):
            needed[column] = max(needed[column], *map(measure_width, cell))
    if sum(needed) <= room:
        return needed
    widths = needed.copy()
    left = len(needed)
    for column in sorted(range(len(needed)), key=needed.__getitem__):
        widths[column] = min(needed[column], room // left)
        room -= widths[column]
        left -= 1
    return widths


def _beside(
    row: Sequence[Cell],
    widths: Sequence[int],
    alignments: Sequence[Alignment],
    palette: Palette,
) -> Iterator[Line]:
    """One table row as screen rows: its cells wrapped, side by side."""
    columns = [
        [part for line in cell for part in broken(line, width)]
        for cell, width in zip(row, widths, strict=True)
    ]
    divider = Span(palette.glyphs.vertical, palette.parts["table-line"])
    for index in range(max(map(len, columns))):
        line: Line = []
        for column, parts in enumerate(columns):
            if column:
                line.append(divider)
            part = parts[index] if index < len(parts) else []
            line += _aligned(part, widths[column], alignments[column])
        yield line


def _aligned(part: Line, width: int, alignment: Alignment) -> Line:
    spare = width - measure_width(part)
    match alignment:
        case "right":
            return [Span(" " * spare), *part]
        case "center":
            return [Span(" " * (spare // 2)), *part, Span(" " * (spare - spare // 2))]
        case _:
            return [*part, Span(" " * spare)]


def _header_rule(widths: Sequence[int], palette: Palette) -> Line:
    strokes = (palette.glyphs.horizontal * width for width in widths)
    return [Span(palette.glyphs.crossing.join(strokes), palette.parts["table-line"])]


def _stacked(
    header: Sequence[Cell], rows: Sequence[Sequence[Cell]], width: int, palette: Palette
) -> list[Line]:
    lines: list[Line] = []
    for row in (header, *rows):
        if lines:
            rule = palette.glyphs.horizontal * width
            lines.append([Span(rule, palette.parts["table-line"])])
        lines += [part for cell in row for line in cell for part in broken(line, width)]
    return lines
