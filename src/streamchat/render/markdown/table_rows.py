"""Tables: cells to rows.

Owns column widths, alignment and the form of a table. Must not know inline Markdown: cells
are lines of spans.

Rule 1: no letter is lost, and no word up to WORD_CELLS is split, unless it is an address. A
window that has no room for the longest word of every column shows each row as a record,
`Header: value`.
Rule 2: where a cell takes more than one row, a rule is between the table's rows.
Rule 3: what a table looks like is decided by its first part (`ColumnNeeds`); the parts after it
follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from typing import TypeAlias

from streamchat.core.graphemes import drawn_cells, is_drawn_alike
from streamchat.core.markdown.leaves import Alignment
from streamchat.core.sanitize import SOFT_HYPHEN, ZERO_WIDTH_SPACE
from streamchat.core.terminal import Joins
from streamchat.render.cells import cell_len, longest_word, whole, wrap
from streamchat.render.spans import Line, Span, broken, cut_off, text_of
from streamchat.render.style import Palette

Cell: TypeAlias = list[Line]

WORD_CELLS = 30
SHORT_CELLS = 8  # a shorter cell stays in one row, if there is room
ADDRESS_CELLS = 16
_VALUE_INDENT = 2
_address = re.compile(r"https?://\S+")
_break = re.compile(f"[ {ZERO_WIDTH_SPACE}{SOFT_HYPHEN}]")


@dataclass(frozen=True, slots=True)
class ColumnNeeds:
    """What the cells of each column need: in cells, their longest word and longest line."""

    words: tuple[int, ...]
    lines: tuple[int, ...]
    has_breaks: bool  # in some cell

    def widths(self, room: int) -> list[int] | None:
        """The width of each column, or None if a word would be split. Each column gets its
        longest word; the rest of the room is shared in proportion to what each still
        lacks."""
        if sum(self.lines) <= room:
            return list(self.lines)
        words = [min(word, WORD_CELLS) for word in self.words]
        if sum(words) > room:
            return None
        wanted = [
            max(0, min(line, SHORT_CELLS) - word)
            for word, line in zip(words, self.lines, strict=True)
        ]
        for column in sorted(range(len(words)), key=wanted.__getitem__):
            words[column] += min(wanted[column], room - sum(words))
        lacking = [line - word for line, word in zip(self.lines, words, strict=True)]
        spare, left = room - sum(words), sum(lacking)
        widths = []
        for word, lack in zip(words, lacking, strict=True):
            share = round(spare * lack / left) if left else 0
            widths.append(word + share)
            spare, left = spare - share, left - lack
        return widths


def measure_table(
    header: Sequence[Cell], rows: Sequence[Sequence[Cell]], joins: Joins
) -> ColumnNeeds:
    words, lines = [1] * len(header), [1] * len(header)
    has_breaks = False
    for row in (header, *rows):
        for column, cell in enumerate(row):
            has_breaks = has_breaks or len(cell) > 1
            for line in cell:
                word, cells = _needs(text_of(line), joins)
                words[column] = max(words[column], word)
                lines[column] = max(lines[column], cells)
    return ColumnNeeds(tuple(words), tuple(lines), has_breaks)


def _drawn_width(text: str, joins: Joins) -> int:
    """The width as this terminal draws it, because the columns of a table must line up."""
    return cell_len(text) if is_drawn_alike(text) else drawn_cells(text, joins)


@lru_cache(1024)  # in each frame, all cells of the open table are measured
def _needs(text: str, joins: Joins) -> tuple[int, int]:
    """The cells of the longest word of a line, and of the line."""
    return _longest_word(text, joins), _drawn_width(text, joins)


def _longest_word(text: str, joins: Joins) -> int:
    """The longest word of a line. Addresses do not count: they may be folded, or they would
    take the room of all other columns. Ideographs may be separated anywhere, but a column of
    single ones cannot be read."""
    text = _address.sub(lambda match: match[0][:ADDRESS_CELLS], text)
    words = _break.split(text)
    longest = max(longest_word(text), min(SHORT_CELLS, max(map(cell_len, words))))
    if is_drawn_alike(text):
        return longest
    return max(longest, *(drawn_cells(word, joins) for word in words))


def table_lines(
    header: Sequence[Cell],
    rows: Sequence[Sequence[Cell]],
    alignments: Sequence[Alignment],
    measure: ColumnNeeds,
    *,
    goes_on: bool,
    width: int,
    palette: Palette,
    known: KnownRows,
    gap: int | None = None,
) -> list[Line]:
    """`goes_on`: these rows follow others of the same table. `gap`: see `Table`."""
    grid = None if palette.look.speaks else _fitting_grid(measure, width, palette)
    if grid is None:
        return list(
            _records(header, rows, goes_on=goes_on, width=width, palette=palette, gap=gap)
        )
    lines: list[Line] = []
    if not goes_on:
        lines += _beside(header, grid, alignments)
        lines.append(_rule(grid))
    is_folded = measure.has_breaks or any(
        line > width for line, width in zip(measure.lines, grid.widths, strict=True)
    )
    for number, row in enumerate(rows):
        if number == gap:
            lines.append(_gap(palette))
        elif is_folded and (number or goes_on):
            lines.append(_rule(grid))
        lines += known.lines(row, grid, alignments)
    return lines


class KnownRows:
    """Remembers how the rows of an open table were laid out in the same grid.

    At most `most` rows are kept: none if no row is shown twice.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: dict[tuple[object, ...], tuple[Sequence[Cell], list[Line]]] = {}

    def lines(
        self, row: Sequence[Cell], grid: _Grid, alignments: Sequence[Alignment]
    ) -> list[Line]:
        if not self._most:
            return list(_beside(row, grid, alignments))
        key = (*map(id, row), *grid.widths, grid.divider, *alignments)
        known = self._lines.get(key)
        if known is None:
            if len(self._lines) == self._most:
                self._lines.clear()
            # The cells are kept too: while they live, no other cell has their identity.
            known = self._lines[key] = list(row), list(_beside(row, grid, alignments))
        return known[1]


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns, and what is between them."""

    widths: Sequence[int]
    divider: Span
    stroke: str
    crossing: str
    joins: Joins  # of the terminal


def _fitting_grid(measure: ColumnNeeds, width: int, palette: Palette) -> _Grid | None:
    """The grid that fits; None if the words do not fit. Dividers have no blanks if that keeps
    all cells unfolded."""
    glyphs, style, joins = palette.glyphs, palette.parts["table-line"], palette.look.joins
    columns = len(measure.words)
    room = width - len(glyphs.vertical) * (columns - 1)
    widths = measure.widths(room) or ([max(1, room)] if columns == 1 else None)
    if widths is not None:
        divider = Span(glyphs.vertical, style)
        return _Grid(widths, divider, glyphs.horizontal, glyphs.crossing, joins)
    divider = Span(glyphs.vertical.strip(), style)
    if sum(measure.lines) > width - len(divider.text) * (columns - 1):
        return None
    crossing = glyphs.crossing.strip(glyphs.horizontal)
    return _Grid(measure.lines, divider, glyphs.horizontal, crossing, joins)


def _beside(
    row: Sequence[Cell], grid: _Grid, alignments: Sequence[Alignment]
) -> Iterator[Line]:
    """One table row as screen rows: its cells wrapped, side by side."""
    columns = [
        [part for line in cell for part in _wrapped(line, width, grid.joins)]
        for cell, width in zip(row, grid.widths, strict=True)
    ]
    empty: Line = []
    for parts in zip_longest(*columns, fillvalue=empty):
        line: Line = []
        for column, part in enumerate(parts):
            if column:
                line.append(grid.divider)
            line += _aligned(part, grid.widths[column], alignments[column], grid.joins)
        yield line


def _wrapped(line: Line, width: int, joins: Joins) -> list[Line]:
    """The rows of a line; one if it fits in the way this terminal draws it."""
    text = text_of(line)
    is_drawn_narrower = not is_drawn_alike(text) and _drawn_width(text, joins) <= width
    return broken(line, width, whole if is_drawn_narrower else wrap)


def _aligned(part: Line, width: int, alignment: Alignment, joins: Joins) -> Line:
    spare = max(0, width - _drawn_width(text_of(part), joins))
    match alignment:
        case "right":
            return [Span(" " * spare), *part]
        case "center":
            return [Span(" " * (spare // 2)), *part, Span(" " * (spare - spare // 2))]
        case _:
            return [*part, Span(" " * spare)]


def _rule(grid: _Grid) -> Line:
    strokes = (grid.stroke * width for width in grid.widths)
    return [Span(grid.crossing.join(strokes), grid.divider.style)]


def _gap(palette: Palette) -> Line:
    return [Span(palette.glyphs.gap, palette.parts["table-line"])]


def _records(
    header: Sequence[Cell],
    rows: Sequence[Sequence[Cell]],
    *,
    goes_on: bool,
    width: int,
    palette: Palette,
    gap: int | None,
) -> Iterator[Line]:
    """Each row as a record; the header if the table has no rows yet."""
    line_style = palette.parts["table-line"]
    if not rows and not goes_on:
        divider = Span(palette.glyphs.vertical, line_style)
        names = chain.from_iterable((divider, *_flat(cell)) for cell in header)
        yield from broken(list(names)[1:], width)  # without the first divider
    for number, row in enumerate(rows):
        if number == gap:
            yield _gap(palette)
        elif number or goes_on:
            yield [Span(palette.glyphs.horizontal * width, line_style)]
        fields = list(zip(header, row, strict=True))
        for name, value in [field for field in fields if any(field[1])] or fields[:1]:
            yield from _field(_flat(name), value, width)


def _field(name: Line, value: Cell, width: int) -> Iterator[Line]:
    """`Name: value`; rows after the first are indented."""
    first, *others = value
    if name:
        colon = Span(": " if first else ":", name[-1].style)
        first = [*name, colon, *first]
    head = broken(first, width)[0]
    yield head
    rest = cut_off(first, sum(len(span.text) for span in head))
    indent = min(_VALUE_INDENT, max(0, width - 2))  # an ideograph takes two cells
    for line in (rest, *others):
        if line is rest and not line:
            continue
        for part in broken(line, width - indent):
            yield [Span(" " * indent), *part]


def _flat(cell: Cell) -> Line:
    """The lines of a cell as one."""
    return list(chain.from_iterable([Span(" "), *line] for line in cell))[1:]
