"""The dim rows that end a reply: how it ended, and what it took."""

from __future__ import annotations

from streamchat.core.messages import Message
from streamchat.core.ports import Ending
from streamchat.render.literal import literal_rows, style_of
from streamchat.render.look import Look
from streamchat.render.reply.asides import ending_line, marks_of
from streamchat.render.reply.figures import usage_in_words
from streamchat.render.rows import BLANK, Row


def closing_rows(
    ending: Ending,
    message: Message | None,
    seconds: float,
    *,
    look: Look,
    width: int,
    after_blank: bool,
) -> list[Row]:
    """Stands apart from the answer above and from the prompt below."""
    lines = []
    if said := ending_line(ending):
        lines.append(marks_of(unicode=look.unicode).ended + said)
    if message is not None:
        lines.append(usage_in_words(message, seconds))
    style = style_of(look, "status")
    rows = [row for line in lines for row in literal_rows(line, width, style=style)]
    return [*([] if after_blank else [BLANK]), *rows, *([BLANK] if rows else [])]
