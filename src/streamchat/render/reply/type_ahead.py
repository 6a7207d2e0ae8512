"""What is typed while a reply arrives, as the last rows of the live region.

Owns what fits into a row of it. The text is hostile (it may be pasted) and is cleaned here.
Rule: the cursor is always in sight, in the last row; the work is bounded by the width.
"""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.core.ports import TypeAhead
from streamchat.core.sanitize import clean_line
from streamchat.render.cells import cell_len, fold, graphemes, is_narrow
from streamchat.render.literal import build_part_style, one_row
from streamchat.render.reply.asides import choose_marks
from streamchat.render.rows import Row
from streamchat.render.spans import Span, build_row
from streamchat.render.style import Style

_CHARS_PER_CELL = 8  # more than any text but a hostile one needs


@dataclass(frozen=True, slots=True)
class TypeAheadRows:
    """`caret` is the part of the row `typed` before the cursor."""

    queued: Row | None
    typed: Row
    caret: Row


def type_ahead_rows(shown: TypeAhead, *, width: int, look: Style) -> TypeAheadRows:
    """The newest queued message with the number of them, and the row being typed."""
    marks = choose_marks(look)
    sign = marks.normal_prompt if shown.is_normal else marks.prompt
    if cell_len(sign) + 2 > width:
        sign = ""
    room = max(0, width - cell_len(sign) - 1)  # the cursor takes a cell after the text
    most = _CHARS_PER_CELL * width
    at = shown.cursor
    before = _end_of(clean_line(shown.text[max(0, at - most) : at]), room, unicode=look.unicode)
    after = clean_line(shown.text[at : at + most])
    after = after[: fold(after, max(1, width - cell_len(sign + before)))[0].end]
    bold = look.sgr("bold")
    styled_sign = build_row([Span(sign.rstrip(), bold)]).text + " " * bool(sign)
    return TypeAheadRows(
        queued=_queued_row(shown.queued, width=width, look=look),
        typed=build_row([Span(sign, bold), Span(before + after)]),
        caret=Row(styled_sign + before, cell_len(sign + before)),
    )


def _queued_row(queued: tuple[str, ...], *, width: int, look: Style) -> Row | None:
    if not queued:
        return None
    newest = queued[-1][: _CHARS_PER_CELL * width]
    return one_row(
        f"queued ({len(queued)}): {newest}", width, style=build_part_style(look, "status")
    )


def _end_of(text: str, room: int, *, unicode: bool) -> str:
    """As much of the end as fits, after a sign that the beginning is cut off."""
    if cell_len(text) <= room:
        return text
    more = ("…" if unicode else "~")[:room]
    room -= len(more)
    if is_narrow(text):
        return more + text[len(text) - room :]
    kept: list[str] = []
    for grapheme, cells in reversed(list(graphemes(text))):
        room -= cells
        if room < 0:
            break
        kept.append(grapheme)
    return more + "".join(reversed(kept))
