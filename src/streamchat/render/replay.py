"""Old turns to rows, as they were when they arrived.

Owns what stands between turns and how much of a long conversation is shown. A user's text
is literal, an answer goes through the same fold as when it streamed.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.events import BlockStarted, BlockStopped, TextDelta
from streamchat.messages import INTERRUPTED, THINKING_TYPES, Block, Message
from streamchat.ports import Ending
from streamchat.render.answer import Answer, NewFold
from streamchat.render.asides import ending_line, marks_of
from streamchat.render.literal import literal_rows, style_of
from streamchat.render.look import Look
from streamchat.render.rows import BLANK, Row


def recent_rows(
    messages: Sequence[Message],
    *,
    look: Look,
    width: int,
    enough_rows: int,
    new_fold: NewFold,
) -> list[Row]:
    """The last messages, whole, as many as it takes for `enough_rows`; a note for the rest."""
    parts: list[list[Row]] = []
    shown_rows = 0
    for message in reversed(messages):
        if shown_rows >= enough_rows:
            break
        parts.append(message_rows(message, look=look, width=width, new_fold=new_fold))
        shown_rows += len(parts[-1])
    note = _omitted(len(messages) - len(parts), look=look, width=width)
    return note + [row for part in reversed(parts) for row in part]


def message_rows(message: Message, *, look: Look, width: int, new_fold: NewFold) -> list[Row]:
    """One message and the blank row below it."""
    if message.role == "user":
        rows = _question_rows(message, look=look, width=width)
    else:
        rows = _answer_rows(message, look=look, width=width, new_fold=new_fold)
    return rows if rows and rows[-1] == BLANK else [*rows, BLANK]


def _question_rows(message: Message, *, look: Look, width: int) -> list[Row]:
    mark = marks_of(unicode=look.unicode).prompt
    others = [_kind_in_words(block) for block in message.content if block.get("type") != "text"]
    texts = [str(b.get("text", "")) for b in message.content if b.get("type") == "text"]
    dim = style_of(look, "notice")
    rows = (
        literal_rows("\n".join(texts), width, first=mark, rest=" " * len(mark)) if texts else []
    )
    for other in others:
        rows += literal_rows(f"[{other}]", width, style=dim, first=" " * len(mark))
    return rows


def _kind_in_words(block: Block) -> str:
    title = block.get("title")
    kind = str(block.get("type"))
    return f"{kind}: {title}" if isinstance(title, str) and title else kind


def _answer_rows(message: Message, *, look: Look, width: int, new_fold: NewFold) -> list[Row]:
    """The same way as it came, but for the thoughts, whose time is not on record."""
    answer = Answer(look=look, width=width, new_fold=new_fold, clock=lambda: 0.0)
    for index, block in enumerate(message.content):
        kind = str(block.get("type"))
        if kind not in THINKING_TYPES:
            answer.feed(BlockStarted(index, kind))
            if kind == "text":
                answer.feed(TextDelta(str(block.get("text", ""))))
            answer.feed(BlockStopped(index, block))
    rows = answer.close()
    if message.stop_reason == INTERRUPTED:
        line = marks_of(unicode=look.unicode).ended + ending_line(Ending.INTERRUPTED)
        rows += [BLANK] if rows and rows[-1] != BLANK else []
        rows += literal_rows(line, width, style=style_of(look, "status"))
    return rows


def _omitted(count: int, *, look: Look, width: int) -> list[Row]:
    if count <= 0:
        return []
    turns = "1 earlier turn is" if count == 1 else f"{count:,} earlier turns are"
    style = style_of(look, "notice")
    text = f"{turns} not shown; /show prints all of them."
    return [*literal_rows(text, width, style=style), BLANK]
