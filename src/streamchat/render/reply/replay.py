"""Old turns to rows, as they were when they arrived.

Owns what stands between turns and how much of a long conversation is shown. A user's text
is literal, an answer goes through the same fold as when it streamed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from streamchat.core.events import BlockStarted, BlockStopped, TextDelta
from streamchat.core.messages import INTERRUPTED, THINKING_TYPES, Block, Message
from streamchat.core.ports import Ending
from streamchat.render.literal import build_part_style, literal_rows
from streamchat.render.reply.answer import AnswerRows, NewFold
from streamchat.render.reply.asides import choose_marks, ending_line
from streamchat.render.rows import BLANK, Row
from streamchat.render.style import Style


def recent_rows(
    messages: Sequence[Message],
    *,
    look: Style,
    width: int,
    enough_rows: int,
    new_fold: NewFold,
) -> list[Row]:
    """The last exchange, whole, and those before it that it takes for `enough_rows`, as
    long as that is not twice as much. A note stands for the rest."""
    most_rows = 2 * enough_rows
    shown: list[Row] = []
    left = len(messages)
    for start, end in reversed(_exchanges(messages)):
        rows = [
            row
            for message in messages[start:end]
            for row in message_rows(message, look=look, width=width, new_fold=new_fold)
        ]
        if shown and len(shown) + len(rows) > most_rows:
            break
        shown, left = rows + shown, start
        if len(shown) >= enough_rows:
            break
    return _omitted(left, look=look, width=width) + shown


def _exchanges(messages: Sequence[Message]) -> list[tuple[int, int]]:
    """Where each begins and ends; a question begins one."""
    begins = [at for at, message in enumerate(messages) if message.role == "user"]
    if messages and begins[:1] != [0]:
        begins.insert(0, 0)
    return list(pairwise([*begins, len(messages)]))


def message_rows(message: Message, *, look: Style, width: int, new_fold: NewFold) -> list[Row]:
    """One message and the blank row below it."""
    if message.role == "user":
        rows = _question_rows(message, look=look, width=width)
    else:
        rows = _answer_rows(message, look=look, width=width, new_fold=new_fold)
    return rows if rows and rows[-1] == BLANK else [*rows, BLANK]


def _question_rows(message: Message, *, look: Style, width: int) -> list[Row]:
    mark = choose_marks(unicode=look.unicode).prompt
    others = [_format_kind(block) for block in message.content if block.get("type") != "text"]
    texts = [str(b.get("text", "")) for b in message.content if b.get("type") == "text"]
    dim = build_part_style(look, "notice")
    rows = (
        literal_rows("\n".join(texts), width, first=mark, rest=" " * len(mark)) if texts else []
    )
    for other in others:
        rows += literal_rows(f"[{other}]", width, style=dim, first=" " * len(mark))
    return rows


def _format_kind(block: Block) -> str:
    title = block.get("title")
    kind = str(block.get("type"))
    return f"{kind}: {title}" if isinstance(title, str) and title else kind


def _answer_rows(message: Message, *, look: Style, width: int, new_fold: NewFold) -> list[Row]:
    """The same way as it came, but for the thoughts, whose time is not on record."""
    answer = AnswerRows(look=look, width=width, new_fold=new_fold, clock=lambda: 0.0)
    for index, block in enumerate(message.content):
        kind = str(block.get("type"))
        if kind not in THINKING_TYPES:
            answer.feed(BlockStarted(index, kind))
            if kind == "text":
                answer.feed(TextDelta(str(block.get("text", ""))))
            answer.feed(BlockStopped(index, block))
    rows = answer.close()
    if message.stop_reason == INTERRUPTED:
        line = choose_marks(unicode=look.unicode).ended + ending_line(Ending.INTERRUPTED)
        rows += [BLANK] if rows and rows[-1] != BLANK else []
        rows += literal_rows(line, width, style=build_part_style(look, "status"))
    return rows


def _omitted(count: int, *, look: Style, width: int) -> list[Row]:
    if count <= 0:
        return []
    turns = "1 earlier turn is" if count == 1 else f"{count:,} earlier turns are"
    text = f"{turns} not shown; /show prints all of them."
    return [*literal_rows(text, width, style=build_part_style(look, "notice")), BLANK]
