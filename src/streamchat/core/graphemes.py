"""Graphemes: several characters that a terminal draws as one sign, and how wide they are.

The widths were measured in the terminals themselves, by where their cursor was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from streamchat.core.terminal import Joins

_JOINER, _TEXT_SELECTOR, _EMOJI_SELECTOR = "\u200d", "\ufe0e", "\ufe0f"
_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
# The blocks of Indic and South-East Asian scripts, where some marks take a cell of their own.
_SPACING_MARKS = "\u0900-\u0dff\u0f00-\u109f\u1700-\u1cff\ua800-\uabff"
_SUSPICIOUS = re.compile(
    f"[{_JOINER}{_TEXT_SELECTOR}{_EMOJI_SELECTOR}{_FLAG_LETTERS}{_SKIN_TONES}{_SPACING_MARKS}]"
)
_IS_FLAG_LETTER = re.compile(f"[{_FLAG_LETTERS}]").match
_BY_SELECTORS = re.compile(
    f"[{_FLAG_LETTERS}]{{2}}|.[{_TEXT_SELECTOR}{_EMOJI_SELECTOR}{_SKIN_TONES}]*", re.DOTALL
)
_BY_JOINER = re.compile(f".(?:[{_EMOJI_SELECTOR}]?{_JOINER}.)*", re.DOTALL)


def is_drawn_alike(text: str) -> bool:
    """Whether terminals agree on its width."""
    return text.isascii() or not _SUSPICIOUS.search(text)


def drawn_cells(text: str, joins: Joins) -> int:
    """The width of the text in a terminal with these `joins`."""
    return sum(unit_width(unit, joins) for unit in units(text, joins))


def units(line: str, joins: Joins) -> Iterator[str]:
    """Split the line into what the terminal draws as one sign each."""
    match joins:
        case Joins.GRAPHEMES:
            import wcwidth  # 23 ms

            yield from wcwidth.iter_graphemes(line)
        case Joins.SELECTORS:
            yield from _BY_SELECTORS.findall(line)
        case Joins.JOINER:
            yield from _BY_JOINER.findall(line)
        case Joins.NOTHING:
            yield from line


def unit_width(unit: str, joins: Joins) -> int:
    """In cells."""
    if joins is Joins.GRAPHEMES or (joins is Joins.SELECTORS and len(unit) > 1):
        return _drawn_width(unit)
    first = unit[0]
    if _IS_FLAG_LETTER(first):
        return 1
    if joins is not Joins.SELECTORS and _takes_a_cell(first):
        return 1
    import wcwidth

    return max(0, wcwidth.wcwidth(first))


def _drawn_width(unit: str) -> int:
    if unit[-1] == _TEXT_SELECTOR:
        return 1
    import wcwidth  # 23 ms

    return min(2, max(0, wcwidth.wcswidth(unit)))


def _takes_a_cell(character: str) -> bool:
    """Whether it is a mark that is not above or below another character."""
    import unicodedata

    return unicodedata.category(character) == "Mc"
