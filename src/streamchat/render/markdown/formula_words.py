"""Where a row may end within a formula: not in a short one, nor in `f(x, y)`, `sin x`, `5 kg`.

Must not know TeX: a formula is its text in a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from streamchat.core.markdown.maths import FormulaPiece
from streamchat.render.spans import NO_BREAK, Line, Span

_LONGEST = 16  # characters that are held together; a narrow window holds them, too
_PAIRS = {")": "(", "]": "[", "}": "{", "⟩": "⟨"}
_before_operand = re.compile(
    r"((?<![^\W_])[a-z]{2,6}|[∑∏∐∫∬∭∮∯⋃⋂⋁⋀⨁⨂][^ ]{0,8}) (?=[\w(|√])|([0-9]) (?=[^\W\d_])"
)


def held_together(text: str) -> str:
    """The text with no-break spaces for blanks at which no row may end; its length is the
    same."""
    if len(text) <= _LONGEST:
        return text.replace(" ", NO_BREAK)
    text = _before_operand.sub(rf"\1\2{NO_BREAK}", text)
    held = list(text)
    opened: list[int] = []
    for at, character in enumerate(text):
        if character in _PAIRS.values():
            opened.append(at)
        elif character in _PAIRS and opened:
            start = opened.pop()
            if at - start < _LONGEST:
                held[start:at] = text[start:at].replace(" ", NO_BREAK)
    return "".join(held)


def formula_spans(pieces: Sequence[FormulaPiece], style: str, bold: str) -> Line:
    return [Span(piece.text, bold if piece.bold else style) for piece in pieces]


def held_in_words(pieces: Sequence[FormulaPiece], style: str, bold: str) -> Line:
    """The same, as it is wrapped."""
    text = held_together("".join(piece.text for piece in pieces))
    line = []
    start = 0
    for span in formula_spans(pieces, style, bold):
        end = start + len(span.text)
        line.append(span._replace(text=text[start:end]))
        start = end
    return line
