"""Emoji and signs of several characters, as wide in the prompt as the terminal draws them.

prompt_toolkit adds up the widths of characters, but terminals draw some of them as one. Where
that unit has another width, it is shown as a stand-in, one character of the right width, and
the output writes what it stands for (`StandIns.written`). The text is never changed.
"""

from __future__ import annotations

from bisect import bisect_right

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.utils import get_cwidth

from streamchat.core.graphemes import is_drawn_alike, unit_width, units
from streamchat.core.terminal import Joins

# Unassigned characters that prompt_toolkit takes for one cell and for two cells wide.
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
    """Shows each unit at the width that a terminal with these `joins` gives it."""

    def __init__(self, joins: Joins, stand_ins: StandIns) -> None:
        self.joins = joins
        self._stand_ins = stand_ins

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        fragments = transformation_input.fragments
        line = fragment_list_to_text(fragments)
        if is_drawn_alike(line):
            return Transformation(fragments)
        return self._transformed(explode_text_fragments(fragments), line)

    def _transformed(self, fragments: StyleAndTextTuples, line: str) -> Transformation:
        shown: StyleAndTextTuples = []
        places: list[int] = []  # of each character of the line, in the shown text
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
