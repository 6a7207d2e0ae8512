"""GFM tables: the delimiter row, cells, and the table that is still open.

A row is padded to the header's count; excess cells are kept, joined into the last one
(GFM drops them, but nothing of an answer may vanish). A pipe in code separates cells unless
escaped, as GFM says, but not where a row would have more cells than the header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from streamchat.core.markdown.cropping import crop_start
from streamchat.core.markdown.leaves import Alignment, Table
from streamchat.core.markdown.pieces import PIECE_CHARACTERS, PIECE_LINES

# A wide header and many short rows would grow quadratically; markdown-it's limit.
MAX_PADDED_CELLS = 0x10000

_delimiter_row = re.compile(r"(?:[|:]|-(?![ \t]))[|: \t-]+\Z")
_delimiter_cell = re.compile(r"(:?)-+(:?)\Z")
_separator = re.compile(r"(?<!\\)\|")
_code_or_formula = re.compile(
    r"(?<!`)`[^`]+`(?!`)|\$(?![\s\d$])[^$]*[^\s$\\]\$(?!\d)|\\\((?:(?!\\[()]).)*\\\)"
)

_ALIGNMENTS: dict[tuple[str, str], Alignment] = {
    ("", ""): None,
    (":", ""): "left",
    ("", ":"): "right",
    (":", ":"): "center",
}


def alignments(row: str) -> tuple[Alignment, ...] | None:
    """Read a delimiter row such as `|:--|--:|`."""
    if not _delimiter_row.match(row):
        return None
    columns = [column.strip(" \t") for column in row.split("|")]
    # Only the outermost may be empty: ` |---| `, not `---||---`.
    inner = columns[bool(not columns[0]) : len(columns) - (not columns[-1])]
    matches = [_delimiter_cell.match(column) for column in inner]
    if not matches or not all(matches):
        return None
    return tuple(_ALIGNMENTS[match[1], match[2]] for match in matches if match)


def cells(row: str) -> list[str]:
    """Split a row at its unescaped pipes."""
    parts = _separator.split(row.strip(" \t"))
    if parts and not parts[0]:
        del parts[0]
    if parts and not parts[-1]:
        del parts[-1]
    return [part.replace("\\|", "|").strip(" \t") for part in parts]


def cells_for(row: str, columns: int) -> list[str]:
    """The cells of a row of a table with that many columns."""
    parts = cells(row)
    if len(parts) <= columns:
        return parts
    joined = cells(_code_or_formula.sub(lambda match: _separator.sub(r"\|", match[0]), row))
    return joined if len(joined) >= columns else parts


class OpenTable:
    def __init__(self, columns: Sequence[Alignment], header: Sequence[str]) -> None:
        self.alignments = tuple(columns)
        self.header = tuple(header)
        self.rows: list[tuple[str, ...]] = []
        self.cropped = False
        self._begun: tuple[tuple[str, ...], ...] | None = None
        self._gap: int | None = None
        self._padded_cells = 0
        self._chars = 0  # of the rows

    def add(self, row: str) -> bool:
        """Add a row, unless the row or the table has grown absurd and the table ends here."""
        if len(row) > PIECE_CHARACTERS:
            return False
        width = len(self.header)
        parts = cells_for(row, width)
        self._padded_cells += max(0, width - len(parts))
        if self._padded_cells > MAX_PADDED_CELLS:
            return False
        if len(parts) > width:
            parts[width - 1 :] = [" | ".join(parts[width - 1 :])]
        self.rows.append((*parts, *[""] * (width - len(parts))))
        self._chars += _chars(self.rows[-1])
        return True

    def taken(self) -> list[Table]:
        """The rows so far, once they are enough for a leaf. The first part decides the column
        widths."""
        if self._chars <= PIECE_CHARACTERS and len(self.rows) < PIECE_LINES:
            return []
        part = self._part()
        self._begun = part.rows if self._begun is None else self._begun
        self.rows, self._chars = [], 0
        return [part]

    def close(self) -> list[Table]:
        return [self._part()]

    def _part(self) -> Table:
        return Table(self.alignments, self.header, tuple(self.rows), self._begun, self._gap)

    def copy(self, max_chars: int, max_rows: int) -> OpenTable:
        """For a tail: the header, and as many of the first and of the last rows as are enough
        for `max_chars` or `max_rows`."""
        header = _within(self.header[:max_chars], max_chars)
        start = crop_start(self._chars, max_chars)
        first = crop_start(len(self.rows), max_rows)
        kept = self._chars
        last_rows: list[tuple[str, ...]] = []
        for row in reversed(self.rows[first:]):
            kept -= _chars(row)
            if last_rows and kept < start:
                break
            last_rows.append(_within(row[: len(header)], max_chars))
        copy = OpenTable(self.alignments[: len(header)], header)
        copy._begun = self._begun
        left = len(self.rows) - len(last_rows)
        first_rows = self._first_rows(min(left, max_rows), max_chars, len(header))
        copy.rows = [*first_rows, *reversed(last_rows)]
        if len(first_rows) < left:
            copy._gap = len(first_rows)
        copy.cropped = header != self.header or copy.rows != self.rows
        return copy

    def _first_rows(self, most: int, max_chars: int, columns: int) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for row in self.rows[:most]:
            max_chars -= _chars(row)
            if max_chars < 0:
                break
            rows.append(row[:columns])
        return rows


def _chars(row: tuple[str, ...]) -> int:
    return sum(map(len, row)) + len(row)


def _within(row: tuple[str, ...], max_chars: int) -> tuple[str, ...]:
    """The row with at most the last `max_chars` of its text."""
    if sum(map(len, row)) <= max_chars:
        return row
    kept = []
    for cell in reversed(row):
        kept.append(cell[-max_chars:] if max_chars else "")
        max_chars -= len(kept[-1])
    return tuple(reversed(kept))
