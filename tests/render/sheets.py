"""Rows as text that a test can state: styles in braces, links in angles.

{1;35 Title}   SGR 1;35 round "Title"
<http://x|label>   OSC 8 round "label"
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from streamchat.core.theme import THEMES, Colour, Theme, theme_named
from streamchat.render.markdown.markdown_rows import MarkdownRows, render
from streamchat.render.rows import Row
from streamchat.render.style import Depth, Style

# Every colour as one of the 16, so that a test can state it.
SIXTEEN = Theme(
    "sixteen",
    THEMES["auto"].parts,
    {**THEMES["auto"].tokens, "Literal.Number": "red"},
    {name: Colour(name, 0) for name in ("red", "green", "yellow", "blue", "magenta", "cyan")},
)
LOOK = Style(theme_named("mono"), Depth.ATTRIBUTES)
LINKED = Style(theme_named("mono"), Depth.ATTRIBUTES, hyperlinks=True)

_SGR = re.compile(r"\x1b\[([0-9;]+)m([^\x1b]*)\x1b\[0m")
_OSC_8 = re.compile(r"\x1b\]8;id=[0-9a-f]{8};([^\x1b]+)\x1b\\(.*?)\x1b\]8;;\x1b\\")
_SEQUENCE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")


def marked(row: Row) -> str:
    return _OSC_8.sub(r"<\1|\2>", _SGR.sub(r"{\1 \2}", row.text))


def bare(row: Row) -> str:
    return _SEQUENCE.sub("", row.text)


def sheet(source: str, width: int = 40, look: Style = LOOK) -> list[str]:
    """The source rendered at once, each row marked."""
    return [marked(row) for row in render(source, width=width, look=look)]


def text_of(source: str, width: int = 40, look: Style = LOOK) -> list[str]:
    return [bare(row) for row in render(source, width=width, look=look)]


def streamed(
    pieces: Iterable[str], width: int, look: Style, *, tail_height: int | None = None
) -> list[Row]:
    """Fed piece by piece, with a live view after each if a height is given."""
    fold = MarkdownRows(width=width, look=look)
    rows: list[Row] = []
    for piece in pieces:
        rows += fold.feed(piece)
        if tail_height is not None:
            tail = fold.tail(tail_height)
            assert len(tail) <= tail_height
    return rows + fold.close()


def rule(label: str = "", cells: int = 40) -> str:
    """The row above code in that language, or (without one) below code."""
    text = f"── {label} " if label else ""
    return f"{{2 {text.ljust(cells, '─')}}}"
