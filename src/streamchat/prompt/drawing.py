"""The rows of the picker: values in, styled text of a known width out.

Rule: whatever is shown was cleaned, is on one line, and is cut to the width in cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from prompt_toolkit.data_structures import Size
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from streamchat.core.conversation_index import Excerpt, Hit
from streamchat.core.sanitize import clean_line, clean_title
from streamchat.core.times import parse_time
from streamchat.prompt.appearance import PromptLook

_HIGHEST = 18  # rows, all together
_LOW, _VERY_LOW = 12, 8
_HERE = " [here]"
_AGE_WIDTH = 6  # "59 min"
_SPEAKERS = {"user": "you", "assistant": "answer", "system": "system", "title": "title"}


@dataclass(frozen=True, slots=True)
class Heights:
    """How many rows each part has: the list, the preview below its heading, the keys."""

    hits: int
    preview: int
    keys: int

    @classmethod
    def within(cls, size: Size) -> Heights:
        """The heights that fit below the row of the words; one row above the picker stays
        free."""
        rows = max(2, min(size.rows - 1, _HIGHEST))
        keys = 1 if rows >= _VERY_LOW else 0
        preview = 3 if rows >= _LOW else 2 if rows >= _VERY_LOW else 0
        heading = 1 if preview else 0
        return cls(rows - 1 - heading - preview - keys, preview, keys)


@dataclass(frozen=True, slots=True)
class Drawing:
    """`age` says how long ago a time was, given in seconds since the epoch."""

    look: PromptLook
    age: Callable[[float], str]

    def hits(
        self, hits: Sequence[Hit], chosen: int, *, rows: int, width: int
    ) -> StyleAndTextTuples:
        """As many hits as there are rows, including the chosen one."""
        first = max(0, min(chosen - rows // 2, len(hits) - rows))
        shown: StyleAndTextTuples = []
        for place, hit in enumerate(hits[first : first + rows], first):
            sign = self.look.sign if place == chosen else "  "
            style = "class:chosen" if place == chosen else ""
            shown += [(style, self._hit(sign, hit, width)), ("", "\n")]
        return shown[:-1]

    def _hit(self, sign: str, hit: Hit, width: int) -> str:
        summary = hit.summary
        age = self.age(summary.updated).rjust(_AGE_WIDTH)
        row = f"{sign}{age}  {clean_title(summary.title) or 'untitled'}"
        mark = _HERE if self.look.here and summary.directory == self.look.here else ""
        cut = self.look.cut(row, max(0, width - get_cwidth(mark))) + mark
        return cut + " " * (width - get_cwidth(cut))

    def heading(self, hit: Hit | None, width: int) -> StyleAndTextTuples:
        """The row above the preview: who said it, when, and how long the conversation is."""
        line = "─" if self.look.unicode else "-"
        dot = " · " if self.look.unicode else ", "
        said = f"{line * 2} {dot.join(self._about(hit))} " if hit else ""
        return [("class:remark", self.look.cut(said.ljust(width, line), width))]

    def _about(self, hit: Hit) -> Iterator[str]:
        if who := _SPEAKERS.get(hit.role):
            yield f"{who}, {self._age_of(hit)}"
        yield f"{hit.summary.turns} turns"
        if model := clean_line(hit.summary.model):
            yield model
        if directory := clean_line(hit.summary.directory or ""):
            yield directory

    def _age_of(self, hit: Hit) -> str:
        seconds = parse_time(hit.at)
        return self.age(hit.summary.updated if seconds is None else seconds)

    def preview(self, excerpt: Excerpt, *, rows: int, width: int) -> StyleAndTextTuples:
        """The text with what was found in it, broken between words where there are any."""
        characters = [
            ("class:hit" if found else "", character)
            for text, found in excerpt
            for character in clean_title(text)
        ]
        shown: StyleAndTextTuples = []
        for _, row in zip(range(rows), _rows(characters, width), strict=False):
            shown += [*row, ("", "\n")]
        return shown[:-1]


_Character = tuple[str, str]  # its style and itself


def _rows(characters: Sequence[_Character], width: int) -> Iterator[list[_Character]]:
    row: list[_Character] = []
    taken = 0
    for word in _words(characters):
        length = _cells(word)
        if row and taken + length > width:
            yield row
            row, taken = [], 0
        for character in word:
            cells = get_cwidth(character[1])
            if taken + cells > width:  # a word that is longer than the row
                yield row
                row, taken = [], 0
            if row or character[1] != " ":
                row.append(character)
                taken += cells
    if row:
        yield row


def _words(characters: Iterable[_Character]) -> Iterator[list[_Character]]:
    """Each with the blank that ends it."""
    word: list[_Character] = []
    for character in characters:
        word.append(character)
        if character[1] == " ":
            yield word
            word = []
    if word:
        yield word


def _cells(word: Iterable[_Character]) -> int:
    return sum(get_cwidth(text) for _, text in word if text != " ")
