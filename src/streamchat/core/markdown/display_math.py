"""What encloses display math: `$$ … $$`, `\\[ … \\]`, `\\begin{…} … \\end{…}`.

It starts at a line's beginning and is held as a paragraph, because it is one if no closer ends
a line. Where Markdown removed the backslashes, `[` and `]` on lines of their own enclose it
too, if there is TeX between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from streamchat.core.markdown.maths import ENVIRONMENTS


@dataclass(frozen=True, slots=True)
class Delimiters:
    opener: str
    closer: re.Pattern[str]


_begin = re.compile(r"\\begin\{([A-Za-z]+\*?)\}")
# A delimiter after an odd number of backslashes is TeX's or Markdown's own character.
_MATH = (
    Delimiters("$$", re.compile(r"(?<!\\)(?:\\\\)*\$\$")),
    Delimiters("\\[", re.compile(r"(?<!\\)(?:\\\\)*\\\]")),
)

BARE_BRACKETS = Delimiters("[", re.compile(r"\A\]"))
MACRO = re.compile(r"\\[A-Za-z]")


def opened_by(text: str) -> Delimiters | None:
    for math in _MATH:
        if text.startswith(math.opener):
            return math
    if text.rstrip(" \t") == "[":
        return BARE_BRACKETS
    begins = _begin.match(text)
    if begins is None or begins[1].removesuffix("*") not in ENVIRONMENTS:
        return None
    return Delimiters(begins[0], re.compile(re.escape(f"\\end{{{begins[1]}}}")))
