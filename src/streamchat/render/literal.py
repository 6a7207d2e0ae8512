"""Text that is not Markdown to rows: what the user typed, notices, errors, thoughts.

Owns the indent and the wrapping of literal text. The text is hostile and is cleaned here.
"""

from __future__ import annotations

from streamchat.core.sanitize import clean_prose, clean_title
from streamchat.core.theme import Part
from streamchat.render.cells import cell_len, fold, wrap
from streamchat.render.rows import BLANK, Row
from streamchat.render.spans import Span, build_row
from streamchat.render.style import Style

_TAB = 4
_MOST_IN_A_CELL = 20  # characters: joined emoji, and some that are not shown


def build_part_style(look: Style, part: Part) -> str:
    """The SGR parameters of that part of the screen."""
    return look.sgr(look.theme.parts.get(part, ""))


def literal_rows(
    text: str,
    width: int,
    *,
    style: str = "",
    first: str = "",
    rest: str = "",
    lead_style: str | None = None,
) -> list[Row]:
    """`first` precedes the first row and `rest` before all others, in the style of the
    text or in one of their own."""
    before = style if lead_style is None else lead_style
    rows: list[Row] = []
    for line in clean_prose(text).split("\n"):
        for piece in _pieces(line.expandtabs(_TAB), max(1, width - cell_len(first))):
            lead = rest if rows else first
            rows.append(build_row([Span(lead, before), Span(piece, style)]) if piece else BLANK)
    return rows


def one_row(text: str, width: int, *, style: str = "") -> Row:
    """As much as fits in one row; an ellipsis shows that the text is cut."""
    line = clean_title(text[: _MOST_IN_A_CELL * width])
    if cell_len(line) > width:
        ending = "…" if width > 1 else ""
        first = fold(line, max(1, width - len(ending)))[0]
        line = line[: first.end] + ending
    return build_row([Span(line, style)])


def _pieces(line: str, width: int) -> list[str]:
    """The line's own indentation is kept, on each of its rows, while there is room."""
    body = line.lstrip(" ")
    indent = line[: min(len(line) - len(body), width // 2)]
    return [indent + body[piece.start : piece.end] for piece in wrap(body, width - len(indent))]
