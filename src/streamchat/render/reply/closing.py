"""The dim rows that end a reply: how it ended, and its tokens, time and cost."""

from __future__ import annotations

from streamchat.core.messages import Message
from streamchat.core.ports import Ending
from streamchat.render.literal import build_part_style, literal_rows
from streamchat.render.reply.asides import choose_marks, ending_line
from streamchat.render.reply.figures import format_usage
from streamchat.render.rows import BLANK, Row
from streamchat.render.style import Style


def closing_rows(
    ending: Ending,
    message: Message | None,
    seconds: float,
    *,
    look: Style,
    width: int,
    after_blank: bool,
) -> list[Row]:
    """A blank row separates them from the answer above and from the prompt below."""
    lines = []
    if said := ending_line(ending):
        lines.append(choose_marks(unicode=look.unicode).ended + said)
    if message is not None:
        lines.append(format_usage(message, seconds))
    style = build_part_style(look, "status")
    rows = [row for line in lines for row in literal_rows(line, width, style=style)]
    return [*([] if after_blank else [BLANK]), *rows, *([BLANK] if rows else [])]
