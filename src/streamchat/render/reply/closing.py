"""The dim rows that end a reply: how it ended, and its tokens, time and cost."""

from __future__ import annotations

from streamchat.core.messages import Message
from streamchat.core.ports import Ending
from streamchat.core.sanitize import clean_line
from streamchat.render.literal import build_part_style, literal_rows
from streamchat.render.reply.asides import choose_marks, ending_line, say_plainly
from streamchat.render.reply.figures import SEPARATOR, format_usage
from streamchat.render.rows import BLANK, Row
from streamchat.render.style import Style

END_OF_ANSWER = "End of the answer."


def closing_rows(
    ending: Ending,
    message: Message | None,
    seconds: float,
    *,
    look: Style,
    width: int,
    after_blank: bool,
    label: str = "",
) -> list[Row]:
    """A blank row separates them from the answer above and from the prompt below. `label` is
    shown after the figures."""
    lines = []
    if said := ending_line(ending):
        lines.append(choose_marks(look).ended + said)
    if message is not None:
        figures = format_usage(message, seconds)
        said = SEPARATOR.join(filter(None, [figures, clean_line(label)]))
        end = f"{END_OF_ANSWER} " if look.speaks else ""
        lines.append(end + say_plainly(said, look))
    style = build_part_style(look, "status")
    rows = [row for line in lines for row in literal_rows(line, width, style=style)]
    return [*([] if after_blank else [BLANK]), *rows, *([BLANK] if rows else [])]
