"""Large pastes: in the line, one character stands for each; the text is kept elsewhere.

The character is a lone surrogate, which no input can hold (`entry.normalised`), so it
cannot be edited in half or be mistaken for text. It is shown as "[pasted 12,345 lines]".
"""

from __future__ import annotations

import re
from bisect import bisect_right

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments

from streamchat.core.input_line import VERBATIM
from streamchat.core.mentions import QUOTED_AT, quote_mentions
from streamchat.core.sanitize import clean_typed

# A paste is shown in full while that is useful and cheap: no window has room for 200 lines,
# and 20,000 characters in one line cost 27 ms for each key (2,500 lines 4 ms).
MAX_LINES = 200
MAX_CHARACTERS = 20_000
TAB_WIDTH = 4

_FIRST = 0xD800
_MAX_PASTES = 0x400
_STAND_INS = re.compile("[\ud800-\udbff]")


def is_stand_in(character: str) -> bool:
    return _STAND_INS.match(character) is not None


class Pastes:
    """The texts of all stand-ins, kept until the program ends, because history and undo may
    bring a stand-in back."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._stand_ins: dict[str, str] = {}

    def folded(self, text: str) -> str:
        """A stand-in for a large text, the same for the same text; a small text as it is."""
        large = len(text) > MAX_CHARACTERS or text.count("\n") >= MAX_LINES
        if large and text not in self._stand_ins and len(self._texts) < _MAX_PASTES:
            self._stand_ins[text] = chr(_FIRST + len(self._texts))
            self._texts.append(text)
        return self._stand_ins[text] if large and text in self._stand_ins else text

    def expanded(self, text: str) -> str:
        """The text with every stand-in replaced by what it stands for, which names no file."""
        return _STAND_INS.sub(
            lambda found: quote_mentions(self._texts[ord(found[0]) - _FIRST]), text
        )

    def label(self, character: str) -> str | None:
        """How a stand-in or the mark of a message is shown; None for other characters."""
        if character == VERBATIM:
            return "[text] "
        if not _STAND_INS.match(character):
            return None
        text = self._texts[ord(character) - _FIRST]
        lines = text.count("\n") + 1
        return (
            f"[pasted {lines:,} lines]" if lines > 1 else f"[pasted {len(text):,} characters]"
        )


class Shown(Processor):
    """How a line of the text is drawn: stand-ins by their label, tabs as blanks, and
    nothing that could control the terminal."""

    def __init__(self, pastes: Pastes) -> None:
        self._pastes = pastes

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        return self._transformation(transformation_input.fragments)

    def fragments(self, line: str) -> StyleAndTextTuples:
        """The line as it is drawn."""
        return self._transformation([("", line)]).fragments

    def text(self, text: str, cursor: int) -> tuple[str, int]:
        """The text as it is drawn, and the place of the cursor in it."""
        shown: list[str] = []
        left, at = cursor, 0
        for line in text.split("\n"):
            drawn = self._transformation([("", line)])
            if 0 <= left <= len(line):
                at = sum(map(len, shown)) + len(shown) + drawn.source_to_display(left)
            left -= len(line) + 1
            shown.append(fragment_list_to_text(drawn.fragments))
        return "\n".join(shown), at

    def _transformation(self, fragments: StyleAndTextTuples) -> Transformation:
        line = fragment_list_to_text(fragments)
        if line.isascii() and line.isprintable():
            return Transformation(fragments)
        return self._transformed(fragments, clean_typed(line))

    def _transformed(self, fragments: StyleAndTextTuples, cleaned: str) -> Transformation:
        shown: StyleAndTextTuples = []
        starts = [0]
        for fragment, safe in zip(explode_text_fragments(fragments), cleaned, strict=True):
            style, text = self._drawn(fragment[0], fragment[1], safe, column=starts[-1])
            shown.append((style, text))
            starts.append(starts[-1] + len(text))
        return Transformation(
            shown,
            source_to_display=lambda index: starts[min(index, len(starts) - 1)],
            display_to_source=lambda index: max(0, bisect_right(starts, index) - 1),
        )

    def _drawn(self, style: str, character: str, safe: str, *, column: int) -> tuple[str, str]:
        if character == QUOTED_AT:
            return style, "@"
        if character == "\t":
            return style, " " * (TAB_WIDTH - column % TAB_WIDTH)
        if label := self._pastes.label(character):
            return f"{style} class:pasted", label
        return (style, character) if safe == character else (f"{style} class:unsafe", safe)
