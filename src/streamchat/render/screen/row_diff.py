"""Finds the cheapest bytes that turn one row of the screen into another.

Owns the parsing of a row into runs of one style, and the comparison of two rows. Must not
know where the row is, the cursor or the frame.

Rule 1: a column is computed only across characters of certain width, on which all terminals
agree. A row with any other character (emoji, joiners, combining marks) is written whole,
unless the cursor rests at its end and only certain characters change before it.
Rule 2: a patch opens and closes its own styling, so patches can be concatenated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple, TypeAlias

from streamchat.render.cells import cell_len
from streamchat.render.rows import Row

_WIDENING = "\ufe0f"  # turns some signs into emoji of two cells
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
    """Write `text` at `column` (None: where the cursor rests, after the row); the cursor is
    then at column `end`."""

    column: int | None
    text: str
    end: int


class _Run(NamedTuple):
    text: str
    style: str  # every SGR since the last reset, one after the other
    link: str


_Runs: TypeAlias = tuple[_Run, ...]  # neighbours differ in style or link


def plain_text(row: Row) -> str:
    """The row without its styling."""
    return _ESCAPE.sub("", row.text)


def cut_row(row: Row, start: int, stop: int) -> str:
    """The characters from `start` to `stop` of the plain text, with their styling."""
    return _styled(_cut(tuple(_pieces(row.text)), start, stop))


def is_certain(row: Row) -> bool:
    """Whether every terminal agrees with us on the width of the row."""
    return _is_certain(row.text)


@lru_cache(maxsize=512)  # a screenful or two: each row is parsed as new, then as old
def _is_certain(text: str) -> bool:
    return _CERTAIN.fullmatch(_ESCAPE.sub("", text)) is not None


def widest(row: Row) -> int:
    """The most cells that a terminal may give the row."""
    return row.width if is_certain(row) else _widest(plain_text(row))


@lru_cache(maxsize=512)
def _widest(text: str) -> int:
    """Each character counts separately, marks and selectors too: the widest case."""
    import wcwidth  # loaded already: the width of the row was measured

    return sum(max(wcwidth.wcwidth(char), char in _WIDENING or _is_mark(char)) for char in text)


def _is_mark(character: str) -> bool:
    """Whether some terminals draw it in a cell of its own."""
    return unicodedata.category(character) == "Mc"


def patch(old: Row, new: Row, *, at_end: bool = False) -> Patch:
    """The cheapest safe way from `old` to `new`; `at_end` says that the cursor rests just after
    `old`."""
    grows = new.text.startswith(old.text)  # as in most frames
    from_the_end = _from_the_end(old, new) if at_end else None
    if from_the_end is not None and grows:
        return from_the_end
    is_safe = is_certain(old) and is_certain(new)
    if is_safe and grows:
        return Patch(old.width, new.text[len(old.text) :], new.width)
    changes = [from_the_end]
    if is_safe:
        changes.append(_patch_runs(_runs(old.text), _runs(new.text), old.width, new.width))
    safe = [change for change in changes if change is not None]
    whole = Patch(0, ERASE_REST + new.text, new.width)
    return min(safe, key=lambda change: len(change.text)) if safe else whole


def _from_the_end(old: Row, new: Row) -> Patch | None:
    """Move back over removed text, if any, then write the new text. None if that is not
    safe."""
    goes_on = new.text.startswith(old.text)
    kept = len(old.text) if goes_on else _same(old.text, new.text)
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


def _patch_runs(before: _Runs, after: _Runs, old_width: int, new_width: int) -> Patch:
    start = _common(before, after)
    stop = size = _size(after)
    if old_width == new_width:
        most = min(size, _size(before)) - start
        stop -= min(most, _common(before[::-1], after[::-1], from_end=True))
    column = _width(_cut(after, 0, start))
    middle = _cut(after, start, stop)
    erase = ERASE_REST if new_width < old_width else ""
    return Patch(column, _styled(middle) + erase, column + _width(middle))


def _common(one: Iterable[_Run], other: Iterable[_Run], *, from_end: bool = False) -> int:
    """How many characters are the same, up to the first that differs in text or style."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a == b:
            count += len(a.text)
            continue
        if a[1:] == b[1:]:
            texts = (a.text[::-1], b.text[::-1]) if from_end else (a.text, b.text)
            count += _same(*texts)
        break
    return count


def _same(one: str, other: str) -> int:
    """The length of the common prefix, by bisection: comparing slices is fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(runs: _Runs, start: int, stop: int) -> list[_Run]:
    """The characters from `start` to `stop`."""
    cut = []
    for run in runs:
        part = run.text[max(start, 0) : max(stop, 0)]
        if part:
            cut.append(_Run(part, run.style, run.link))
        start -= len(run.text)
        stop -= len(run.text)
    return cut


def _size(runs: _Runs) -> int:
    return sum(len(run.text) for run in runs)


def _width(runs: Iterable[_Run]) -> int:
    return cell_len("".join(run.text for run in runs))


def _styled(runs: Iterable[_Run]) -> str:
    out = []
    for text, style, link in runs:
        out.append(
            link + style + text + (_RESET if style else "") + (_LINK_END if link else "")
        )
    return "".join(out)


@lru_cache(maxsize=512)
def _runs(text: str) -> _Runs:
    runs = [run for run in _pieces(text) if run.text]
    return tuple(
        _Run("".join(run.text for run in equal), *look)
        for look, equal in groupby(runs, key=lambda run: run[1:])
    )


def _pieces(text: str) -> Iterator[_Run]:
    """The text between the escape sequences."""
    style = link = ""
    position = 0
    for escape in _ESCAPE.finditer(text):
        yield _Run(text[position : escape.start()], style, link)
        style, link = _after(escape[0], style, link)
        position = escape.end()
    yield _Run(text[position:], style, link)


def _after(escape: str, style: str, link: str) -> tuple[str, str]:
    if escape.endswith("m") and escape[1] == "[":
        return ("" if escape in (_RESET, "\x1b[m") else style + escape), link
    is_end = re.fullmatch(r"\x1b\]8;[^;]*;(?:\x1b\\|\x07)", escape)
    return style, "" if is_end else escape
