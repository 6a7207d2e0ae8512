"""Text that is too long for one leaf, cut into pieces.

What a leaf costs to show grows with its characters and, more, with its lines and its marks;
keys and signals are served between leaves. A piece ends at the end of a line, or else between
words, or else between characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from streamchat.core.markdown.leaves import Heading, Paragraph

PIECE_CHARACTERS = 8_192
PIECE_LINES = 512
PIECE_MARKS = 2_048  # of inline markup; prose has a tenth of that
_MARKS = "[]*_`~<$&\\:"
_most_marks = re.compile(
    "(?:[^{0}]*+[{0}]){{{1}}}".format(re.escape(_MARKS), PIECE_MARKS), re.DOTALL
)
_JOINERS = "\u200d\ufe0e\ufe0f"


def pieces(text: str) -> Iterator[str]:
    """At least one; none is longer than PIECE_CHARACTERS, PIECE_LINES, PIECE_MARKS."""
    start = 0
    while (end := _cut(text, start)) < len(text):
        yield text[start:end].rstrip(" \n")
        start = end + (text[end] in " \n")
    yield text[start:]


def heading_pieces(heading: Heading) -> Iterator[Heading | Paragraph]:
    """A heading. The part that is too long follows as text."""
    first, *others = pieces(heading.text)
    yield Heading(heading.level, first)
    for other in others:
        yield Paragraph(other, continues=True)


def _cut(text: str, start: int) -> int:
    """Where the piece that begins at `start` ends."""
    most = start + PIECE_CHARACTERS
    if text.count("\n", start, most) >= PIECE_LINES:
        most = _end_of_lines(text, start)
    if _count_marks(text, start, most) > PIECE_MARKS:
        most = _end_of_marks(text, start)
    elif most >= len(text):
        return len(text)
    least = (start + most) // 2
    for blank in "\n ":
        found = text.rfind(blank, least, most + 1)
        if found >= 0:
            return found
    end = most
    while end > least and _belongs_to_the_left(text[end - 1], text[end]):
        end -= 1
    return end


def _end_of_lines(text: str, start: int) -> int:
    end = start - 1
    for _ in range(PIECE_LINES):
        end = text.index("\n", end + 1)
    return end


def _count_marks(text: str, start: int, end: int) -> int:
    return sum(text.count(mark, start, end) for mark in _MARKS)


def _end_of_marks(text: str, start: int) -> int:
    found = _most_marks.match(text, start)
    return found.end() if found else len(text)


def _belongs_to_the_left(left: str, right: str) -> bool:
    return left == "\u200d" or right in _JOINERS or unicodedata.combining(right) > 0
