"""What to write over one row of the screen to turn it into another.

Owns: reading a row back into cells, and finding the few that differ.
Must not know: where the row is, the cursor, the frame.

Rule 1: a column is computed only through characters whose width every terminal agrees
on; a row with any other (emoji, joiners, combining marks) is written whole, unless the
cursor rests at its end and the change is within such characters from there.
Rule 2: a patch opens and closes its own styling, so patches can be joined freely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    """Write `text` at `column` (None: where the cursor rests, behind the row); the cursor
    is then at column `end`."""

    column: int | None
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


def is_certain(row: Row) -> bool:
    """Whether every terminal finds the row as wide as we do."""
    return _cells(row.text) is not None


def patch(old: Row, new: Row, *, at_end: bool = False) -> Patch:
    """The cheapest safe way from `old` to `new`; `at_end` says that the cursor rests
    just behind `old`."""
    from_the_end = _from_the_end(old, new) if at_end else None
    if from_the_end is not None and new.text.startswith(old.text):
        return from_the_end  # text that goes on, as most frames are
    changes = [from_the_end]
    before, after = _cells(old.text), _cells(new.text)
    if before is not None and after is not None:
        changes.append(_patch_cells(before, after, old.width, new.width))
    safe = [change for change in changes if change is not None]
    whole = Patch(0, ERASE_REST + new.text, new.width)
    return min(safe, key=lambda change: len(change.text)) if safe else whole


def _from_the_end(old: Row, new: Row) -> Patch | None:
    """Back over what goes, if anything, then what comes; None when that is not safe."""
    goes_on = new.text.startswith(old.text)
    kept = len(old.text) if goes_on else _common(old.text, new.text)
    goes, comes = old.text[kept:], new.text[kept:]
    # A joiner or a combining mark would reach back into the last cell.
    starts_afresh = comes[:1] == "\x1b" or _CERTAIN.fullmatch(comes[:1])
    if not (starts_afresh and _CERTAIN.fullmatch(goes)) or _ends_in_escape(old.text, kept):
        return None
    back = cell_len(goes)
    move = f"\x1b[{back}D" if back > 1 else "\b" * back
    return Patch(None, move + comes + (ERASE_REST if new.width < old.width else ""), new.width)


def _ends_in_escape(text: str, cut: int) -> bool:
    start = text.rfind("\x1b", 0, cut)
    if start < 0:
        return False
    escape = _ESCAPE.match(text, start)
    return escape is None or escape.end() > cut


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


def _common(one: Sequence[object], other: Sequence[object]) -> int:
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
