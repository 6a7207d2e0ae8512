"""How many cells a text takes, and where its rows may break.

Owns width and line breaking. Must not know styles or Markdown.
Rules: a break is never inside a grapheme; only blanks at a break are dropped; a word
longer than the row is folded; the work is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from streamchat.core.sanitize import SOFT_HYPHEN, ZERO_WIDTH_SPACE

# Characters that always take one cell each; a text of these alone is
# measured by len(), and no library has to be loaded.
_NARROW_CLASS = (
    "\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff"  # letters
    "\u2010-\u2027\u2030-\u203b\u203d-\u2048\u2070-\u20cf\u2100-\u22ff"  # signs, arrows
    "\u2500-\u25fc\u25ff\u2611\u2713\u2717\u2718\u276f\u2800-\u28ff"  # frames, marks, spinner
)
_NARROW = re.compile(f"[{_NARROW_CLASS}]*")
# Ideographs, kana and Hangul syllables with their punctuation: two cells each, unless a mark
# follows.
_WIDE_CLASS = (
    "\u3000-\u3029\u3031-\u303c\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uff01-\uff60"
)
_WIDE = re.compile(f"[{_WIDE_CLASS}]+")
_PLAINLY_WIDE = re.compile(f"[{_NARROW_CLASS}{_WIDE_CLASS}]*")
LONG_TEXT = 16_384

# Not at the start of a row, not at the end of one (the most common of JIS X 4051).
_NOT_FIRST = frozenset(
    "、。，．・：；？！）］｝」』】〕〉》”’ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…"
)
_NOT_LAST = frozenset("（［｛「『【〔〈《“‘")
_BEFORE_ITS_CONSONANT = frozenset("เแโใไເແໂໃໄ")  # vowels of Thai and Lao
_AFTER_BLANK = tuple("!?;:»")

TAB_CELLS = 4


class Piece(NamedTuple):
    """A row's share of a text: text[start:end], `cells` wide."""

    start: int
    end: int
    cells: int


def is_narrow(text: str) -> bool:
    return text.isascii() or _NARROW.fullmatch(text) is not None


def graphemes(text: str) -> Iterator[tuple[str, int]]:
    """What a terminal draws as one sign (flags, ZWJ emoji, VS16, marks), each with its
    width."""
    if _PLAINLY_WIDE.fullmatch(text):
        for character in text:
            yield character, 1 if character < "\u3000" else 2
        return
    import wcwidth  # 23 ms, and only text that is not narrow needs it

    for grapheme in wcwidth.iter_graphemes(text):
        is_hint = grapheme in (ZERO_WIDTH_SPACE, SOFT_HYPHEN)
        yield grapheme, 0 if is_hint else max(0, wcwidth.wcswidth(grapheme))


def cell_len(text: str) -> int:
    return len(text) if is_narrow(text) else _wide_len(text)


@lru_cache(1024)  # a row is measured again whenever something beside it changes
def _wide_len(text: str) -> int:
    if _PLAINLY_WIDE.fullmatch(text):
        return len(text) + sum(map(len, _WIDE.findall(text)))
    if len(text) > LONG_TEXT:
        return len(text)  # too long for any row, and graphemes of a megabyte take a second
    return sum(cells for _, cells in graphemes(text))


def longest_word(text: str) -> int:
    """The cells of the longest run that `wrap` does not break."""
    if is_narrow(text):
        return max(map(len, text.split(" ")))
    return max((unit.cells + _hyphen(text, unit) for unit in _units(text)), default=0)


def wrap(text: str, width: int) -> list[Piece]:
    """Break between words; always at least one piece."""
    if is_narrow(text):
        return _wrap_narrow(text, width)
    return _wrap_graphemes(text, width)


def fold(text: str, width: int) -> list[Piece]:
    """Break wherever the row is full, as code must; always at least one piece."""
    if is_narrow(text):
        size = len(text)
        starts = range(0, size or 1, width)
        return [Piece(at, min(at + width, size), min(width, size - at)) for at in starts]
    pieces: list[Piece] = []
    start = end = cells = 0
    vowel = 0  # the cells of a vowel that was the last grapheme
    for grapheme, size in graphemes(text):
        if cells + size > width and end > start:
            kept = vowel if end - start > 1 else 0
            pieces.append(Piece(start, end - bool(kept), cells - kept))
            start, cells = end - bool(kept), kept
        end += len(grapheme)
        cells += size
        vowel = size if grapheme in _BEFORE_ITS_CONSONANT else 0
    pieces.append(Piece(start, end, cells))
    return pieces


def whole(text: str, _width: int) -> list[Piece]:
    """One piece of any width, for a line that fits in the way this terminal draws it."""
    return [Piece(0, len(text), 0)]


def wrap_keeping_indent(text: str, width: int) -> list[Piece]:
    """Break between words; leading blanks stay if there is room for them."""
    indent = _past_blanks(text, 0)
    if not 0 < indent < width:
        return wrap(text, width)
    first, *others = wrap(text[indent:], width - indent)
    pieces = [Piece(0, indent + first.end, indent + first.cells)]
    if others:
        start = indent + first.end
        pieces += [
            Piece(start + p.start, start + p.end, p.cells) for p in wrap(text[start:], width)
        ]
    return pieces


def _wrap_narrow(text: str, width: int) -> list[Piece]:
    pieces: list[Piece] = []
    start, size = _past_blanks(text, 0), len(text)
    while size - start > width:
        cut = _last_break(text, start, start + width + 1)
        end = _without_blanks(text, start, cut)
        if end <= start:  # one word fills the row
            pieces.append(Piece(start, start + width, width))
            start += width
            continue
        pieces.append(Piece(start, end, end - start))
        start = _past_blanks(text, cut)
    end = _without_blanks(text, start, size)
    if end > start or not pieces:
        pieces.append(Piece(start, end, end - start))
    return pieces


def _last_break(text: str, start: int, stop: int) -> int:
    """The last blank at which a row may end; -1 if there is none. It must not separate what
    French puts after a blank: `!`, `?`, `;`, `:` and the text in quotation marks."""
    last = cut = text.rfind(" ", start, stop)
    while cut > start and (text[cut + 1 : cut + 2] in _AFTER_BLANK or text[cut - 1] == "«"):
        cut = text.rfind(" ", start, cut)
    return cut if cut > start else last


def _without_blanks(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] == " ":
        end -= 1
    return end


def _past_blanks(text: str, start: int) -> int:
    while start < len(text) and text[start] == " ":
        start += 1
    return start


def _wrap_graphemes(text: str, width: int) -> list[Piece]:
    pieces: list[Piece] = []
    start = end = _past_blanks(text, 0)
    cells = 0
    for unit in _units(text):
        unit_start, unit_end, unit_cells = unit
        gap = unit_start - end
        if end > start and cells + gap + unit_cells + _hyphen(text, unit) > width:
            pieces.append(Piece(start, end, cells))
            start, cells, gap = unit_start, 0, 0
        if unit_cells > width:
            *full, last = fold(text[unit_start:unit_end], width)
            pieces += [Piece(unit_start + p.start, unit_start + p.end, p.cells) for p in full]
            start, cells, gap, unit_cells = unit_start + last.start, 0, 0, last.cells
        end = unit_end
        cells += gap + unit_cells
    if end > start or not pieces:
        pieces.append(Piece(start, end, cells))
    return pieces


def _hyphen(text: str, unit: Piece) -> int:
    """The cells of the hyphen that appears if a row ends after the unit."""
    return int(text[unit.end - 1] == SOFT_HYPHEN)


def _units(text: str) -> Iterator[Piece]:
    """Runs of graphemes that no row may break, without the blanks between them."""
    start = end = cells = 0
    previous = " "
    for grapheme, size in graphemes(text):
        if grapheme == " " or (previous != " " and _may_part(previous, grapheme)):
            if end > start:
                yield Piece(start, end, cells)
            start, cells = end, 0
        end += len(grapheme)
        cells += size
        if grapheme == " ":
            start, cells = end, 0
        previous = grapheme
    if end > start:
        yield Piece(start, end, cells)


def _may_part(left: str, right: str) -> bool:
    """Whether a row may end between the two: after a zero-width space or a soft hyphen, and
    beside an ideograph or similar, unless punctuation belongs to its neighbour."""
    if left in (ZERO_WIDTH_SPACE, SOFT_HYPHEN):
        return True
    if right in (ZERO_WIDTH_SPACE, SOFT_HYPHEN):
        return False
    if not (_is_wide(left) or _is_wide(right)):
        return False
    return right[0] not in _NOT_FIRST and left[-1] not in _NOT_LAST


def _is_wide(grapheme: str) -> bool:
    """Whether a row may end beside it. Hangul does not count, because its words have
    blanks."""
    return "\u2e80" <= grapheme[0] < "\uac00" or "\uf900" <= grapheme[0] <= "\uffef"
