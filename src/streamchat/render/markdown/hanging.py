"""Lines that begin with a marker of their own: lists that are not Markdown lists.

`• text`, `🔹 text`, `a) text`, `(2) text`, `IV. text`: rows after the first are aligned with
the text. Rows of an indented line keep its indentation.
"""

from __future__ import annotations

import re

from streamchat.render.cells import Piece, cell_len, wrap, wrap_keeping_indent

_MOST_CELLS = 12
_SIGNS = "•‣⁃·∙:*+–—\u2190-\u2bff\U0001f000-\U0001faff\\-"  # arrows, shapes, emoji
_SECOND = "\ufe0f\U0001f1e6-\U0001f1ff"  # of an emoji, of a flag
_marker = re.compile(
    rf" *(?:(?:[{_SIGNS}][{_SECOND}]?|\(?(?:[0-9]{{1,3}}|[A-Za-z]|[ivxIVX]{{1,5}})[.)]"
    r"|[0-9]\ufe0f?\u20e3) +)?"
)


def hanging_cells(text: str, width: int) -> int:
    """How far the rows after the first are indented."""
    match = _marker.match(text)
    cells = cell_len(match[0]) if match else 0
    return cells if cells <= min(_MOST_CELLS, width // 2) and cells < cell_len(text) else 0


def wrap_hanging(text: str, width: int) -> list[Piece]:
    """The rows of such a line; those after the first are narrower by `hanging_cells`."""
    hang = hanging_cells(text, width)
    start = len(text) - len(text.lstrip(" "))
    if not hang or start >= width:
        return wrap_keeping_indent(text, width)
    first, *others = wrap(text[start:], width - start)
    pieces = [Piece(0, start + first.end, start + first.cells)]
    if others:
        rest = start + first.end
        narrow = wrap(text[rest:], width - hang)
        pieces += [Piece(rest + p.start, rest + p.end, p.cells) for p in narrow]
    return pieces
