"""What to write over one row of the screen to turn it into another.

Owns: reading a row back into cells, and finding the few that differ.
Must not know: where the row is, the cursor, the frame.

Rule 1: a column is computed only through characters whose width every terminal agrees
on; a row with any other (emoji, joiners, combining marks) is written whole.
Rule 2: a patch opens and closes its own styling, so patches can be joined freely.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from streamchat.render.cells import cell_len
from streamchat.render.rows import Row

ERASE_REST = "\x1b[K"
_RESET = "\x1b[0m"
_LINK_END = "\x1b]8;;\x1b\\"
_ESCAPE = re.compile(r"\x1b\[[0-9;:]*m|\x1b\]8;[^\x07\x1b]*(?:\x1b\\|\x07)")
_CERTAIN = re.compile(
    "[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1fff"  # letters
    "\u2010-\u2027\u2030-\u205e\u2070-\u20cf\u2190-\u21ff\u2200-\u22ff"  # signs
    "\u2500-\u25ff\u2713\u2717\u2718\u273b\u276f\u2800-\u28ff"  # frames, marks, spinner
    "\u3000-\u3029\u3041-\u3096\u30a0-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\uff01-\uff60]*"  # wide ones
)


@dataclass(frozen=True, slots=True)
class Patch:
    """Write `text` at `column`; the cursor is then at column `end`."""

    column: int
    text: str
    end: int


@dataclass(frozen=True, slots=True)
class _Cell:
    char: str
    style: str  # every SGR since the last reset, one after the other
    link: str


def plain_text(row: Row) -> str:
    """The row without its styling."""
    return _ESCAPE.sub("", row.text)


def patch(old: Row, new: Row, *, at_end: bool = False) -> Patch:
    """The cheapest safe way from `old` to `new`; `at_end` says that the cursor rests
    just behind `old`, where a suffix needs no column."""
    if at_end and _grows(old.text, new.text):
        return Patch(old.width, new.text[len(old.text) :], new.width)
    before, after = _cells(old.text), _cells(new.text)
    if before is None or after is None:
        return Patch(0, ERASE_REST + new.text, new.width)
    return _patch_cells(before, after, old.width, new.width)


def _grows(old: str, new: str) -> bool:
    rest = new[len(old) :]
    # A joiner or a combining mark would have to reach back into the last cell.
    return new.startswith(old) and (
        rest[:1] == "\x1b" or _CERTAIN.fullmatch(rest[:1]) is not None
    )


def _patch_cells(
    before: tuple[_Cell, ...], after: tuple[_Cell, ...], old_width: int, new_width: int
) -> Patch:
    start = _common(before, after)
    stop = len(after)
    if old_width == new_width:
        stop -= _common(before[start:][::-1], after[start:][::-1])
    column = _width(after[:start])
    middle = after[start:stop]
    erase = ERASE_REST if new_width < old_width else ""
    return Patch(column, _styled(middle) + erase, column + _width(middle))


def _common(one: tuple[_Cell, ...], other: tuple[_Cell, ...]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _width(cells: tuple[_Cell, ...]) -> int:
    return cell_len("".join(cell.char for cell in cells))


def _styled(cells: tuple[_Cell, ...]) -> str:
    out = []
    for (style, link), run in groupby(cells, key=lambda cell: (cell.style, cell.link)):
        text = "".join(cell.char for cell in run)
        out.append(
            link + style + text + (_RESET if style else "") + (_LINK_END if link else "")
        )
    return "".join(out)


@lru_cache(maxsize=512)  # a screenful or two: each row is met as new, then as old
def _cells(text: str) -> tuple[_Cell, ...] | None:
    cells: list[_Cell] = []
    style = link = ""
    position = 0
    for escape in (*_ESCAPE.finditer(text), None):
        piece = text[position : escape.start() if escape else len(text)]
        if not _CERTAIN.fullmatch(piece):
            return None
        cells.extend(_Cell(char, style, link) for char in piece)
        if escape is not None:
            style, link = _after(escape[0], style, link)
            position = escape.end()
    return tuple(cells)


def _after(escape: str, style: str, link: str) -> tuple[str, str]:
    if escape.endswith("m") and escape[1] == "[":
        return ("" if escape in (_RESET, "\x1b[m") else style + escape), link
    is_end = re.fullmatch(r"\x1b\]8;[^;]*;(?:\x1b\\|\x07)", escape)
    return style, "" if is_end else escape
