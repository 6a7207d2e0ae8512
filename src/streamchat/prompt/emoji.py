"""Emoji and signs of several characters, as wide in the prompt as the terminal draws them.

prompt_toolkit adds up the widths of characters; terminals differ on which of them make one.
A unit that comes out at another width is shown as a stand-in, one character of its width,
and the output writes what it stands for (`StandIns.written`). The text is never changed.

The widths were measured in the terminals themselves, by where their cursor was.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.utils import get_cwidth

from streamchat.core.terminal import Joins

_JOINER, _TEXT_SELECTOR, _EMOJI_SELECTOR = "\u200d", "\ufe0e", "\ufe0f"
_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
# Marks that take a cell of their own in Indic and South-East Asian scripts stand in these.
_SPACING_MARKS = "\u0900-\u0dff\u0f00-\u109f\u1700-\u1cff\ua800-\uabff"
_SUSPICIOUS = re.compile(
    f"[{_JOINER}{_TEXT_SELECTOR}{_EMOJI_SELECTOR}{_FLAG_LETTERS}{_SKIN_TONES}{_SPACING_MARKS}]"
)
_IS_FLAG_LETTER = re.compile(f"[{_FLAG_LETTERS}]").match
_BY_SELECTORS = re.compile(
    f"[{_FLAG_LETTERS}]{{2}}|.[{_TEXT_SELECTOR}{_EMOJI_SELECTOR}{_SKIN_TONES}]*", re.DOTALL
)
_BY_JOINER = re.compile(f".(?:[{_EMOJI_SELECTOR}]?{_JOINER}.)*", re.DOTALL)

# Unassigned characters that prompt_toolkit finds one cell and two cells wide.
_FIRST_OF_WIDTH = {1: 0x10F000, 2: 0x3E000}
_MOST_OF_WIDTH = 0x800


class StandIns:
    """Which character stands for which unit, for as long as the program runs."""

    def __init__(self) -> None:
        self._characters: dict[str, str] = {}
        self._units: dict[int, str] = {}
        self._count = dict.fromkeys(_FIRST_OF_WIDTH, 0)

    def character_for(self, unit: str, width: int) -> str:
        """A stand-in of that width; the unit itself where there is none."""
        if unit in self._characters or self._count.get(width, _MOST_OF_WIDTH) == _MOST_OF_WIDTH:
            return self._characters.get(unit, unit)
        code = _FIRST_OF_WIDTH[width] + self._count[width]
        self._count[width] += 1
        self._units[code] = unit
        self._characters[unit] = chr(code)
        return chr(code)

    def written(self, text: str) -> str:
        """The text with what its stand-ins stand for."""
        return text.translate(self._units) if self._units and not text.isascii() else text


class EmojiWidths(Processor):
    """Shows each unit at the width that a terminal gives it which `joins` so."""

    def __init__(self, joins: Joins, stand_ins: StandIns) -> None:
        self.joins = joins
        self._stand_ins = stand_ins

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        fragments = transformation_input.fragments
        line = fragment_list_to_text(fragments)
        if line.isascii() or not _SUSPICIOUS.search(line):
            return Transformation(fragments)
        return self._transformed(explode_text_fragments(fragments), line)

    def _transformed(self, fragments: StyleAndTextTuples, line: str) -> Transformation:
        shown: StyleAndTextTuples = []
        places: list[int] = []  # of each character of the line, in what is shown
        for unit in units(line, self.joins):
            style = fragments[len(places)][0]
            width = unit_width(unit, self.joins)
            if width != get_cwidth(unit):
                places += [len(shown)] * len(unit)
                shown.append((style, self._stand_ins.character_for(unit, width)))
                continue
            for character in unit:
                places.append(len(shown))
                shown.append((style, character))
        places.append(len(shown))
        return Transformation(
            shown,
            source_to_display=lambda index: places[min(index, len(places) - 1)],
            display_to_source=lambda index: max(0, bisect_right(places, index) - 1),
        )


def units(line: str, joins: Joins) -> Iterator[str]:
    """What the terminal draws as one."""
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
    return get_cwidth(first)


def _drawn_width(unit: str) -> int:
    if unit[-1] == _TEXT_SELECTOR:
        return 1
    import wcwidth  # 23 ms

    return min(2, max(0, wcwidth.wcswidth(unit)))


def _takes_a_cell(character: str) -> bool:
    """Whether it is a mark that does not stand above or below another character."""
    import unicodedata

    return unicodedata.category(character) == "Mc"
