"""Renders old turns as they looked when they arrived.

Owns what separates turns, and how much of a long conversation is shown. A user's text is
literal; an answer is rendered as when it streamed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from streamchat.core.attachment_blocks import describe_sent
from streamchat.core.capabilities import is_same_model
from streamchat.core.citations import Citations
from streamchat.core.events import BlockStopped, ModelSwitched, TextDelta
from streamchat.core.messages import INTERRUPTED, Message
from streamchat.core.ports import Ending
from streamchat.core.reply import replayed
from streamchat.render.literal import build_part_style, literal_rows
from streamchat.render.reply.answer import SETTLE_S, AnswerRows, NewTextRows
from streamchat.render.reply.asides import choose_marks, ending_line
from streamchat.render.rows import BLANK, Row
from streamchat.render.style import Style

_RUN_CHARACTERS = 8_192
MOST_CHARACTERS = 65_536  # of a message that is shown before the prompt
CUT = "The rest is not shown; /show prints all of it."


@dataclass(frozen=True, slots=True)
class HistoryRows:
    """Yields rows in steps, so that keys and signals are served between them."""

    look: Style
    width: int
    new_rows: NewTextRows
    clock: Callable[[], float]
    model: str = ""  # answers by other models are labelled; with "", none is
    mask: Callable[[Message], Message] = lambda message: message  # keys in what was stored

    def recent(self, messages: Sequence[Message], enough_rows: int) -> Iterator[list[Row]]:
        """The last exchange, then earlier ones until there are `enough_rows`, but at most
        twice as many. Of a huge message this is the beginning. Notes say what is not shown."""
        shown: list[list[Row]] = []
        count, left = 0, len(messages)
        for start, end in reversed(_exchanges(messages)):
            steps: list[list[Row]] = []
            size = 0
            for rows in self._beginnings(messages[start:end]):
                steps.append(rows)
                size += len(rows)
                yield []
                if shown and count + size > 2 * enough_rows:
                    break
            if shown and count + size > 2 * enough_rows:
                break
            shown, left = steps + shown, start
            count += size
            if count >= enough_rows:
                break
        yield _omitted(left, look=self.look, width=self.width)
        yield from shown

    def rows(self, messages: Iterable[Message]) -> Iterator[list[Row]]:
        """These messages, with a blank row below each."""
        for message in map(self.mask, messages):
            yield from self._with_blank(message)

    def _beginnings(self, messages: Iterable[Message]) -> Iterator[list[Row]]:
        """As `rows`, with a note below each message that is cut."""
        for message in map(self.mask, messages):
            beginning = _beginning(message)
            yield from self._with_blank(beginning)
            if beginning is not message:
                yield _notice(CUT, look=self.look, width=self.width)

    def _with_blank(self, message: Message) -> Iterator[list[Row]]:
        last = None
        for rows in self._steps(message):
            last = rows[-1] if rows else last
            yield rows
        if last != BLANK:
            yield [BLANK]

    def _steps(self, message: Message) -> Iterator[list[Row]]:
        match message.role:
            case "user":
                return self._question(message)
            case "system":
                return self._system(message)
            case _:
                return self._answer(message)

    def _system(self, message: Message) -> Iterator[list[Row]]:
        style = build_part_style(self.look, "notice")
        lead = "System prompt: "
        for number, part in enumerate(_line_runs(message.text)):
            yield literal_rows(part, self.width, style=style, first="" if number else lead)

    def _question(self, message: Message) -> Iterator[list[Row]]:
        mark = choose_marks(self.look).prompt
        indent = " " * len(mark)
        texts = [str(b.get("text", "")) for b in message.content if b.get("type") == "text"]
        for number, part in enumerate(_line_runs("\n".join(texts)) if texts else ()):
            yield literal_rows(
                part,
                self.width,
                style=build_part_style(self.look, "question"),
                first=indent if number else mark,
                rest=indent,
                lead_style="",
            )
        dim = build_part_style(self.look, "notice")
        for block in message.content:
            if block.get("type") != "text":
                line = f"[{describe_sent(block)}]"
                yield literal_rows(line, self.width, style=dim, first=indent)

    def _answer(self, message: Message) -> Iterator[list[Row]]:
        """The rows of an answer as it streamed, without the thinking, whose duration is not
        stored."""
        if self.look.speaks:
            yield literal_rows(f"{message.model or self.model or 'The answer'}:", self.width)
        answer = AnswerRows(
            look=self.look, width=self.width, new_rows=self.new_rows, clock=self.clock
        )
        if self.model and message.model and not is_same_model(message.model, self.model):
            answer.feed(ModelSwitched(message.model))
        citations = Citations()
        for event in replayed(message):
            match event:
                case TextDelta(text):
                    for start in range(0, len(text), _RUN_CHARACTERS):
                        piece = text[start : start + _RUN_CHARACTERS]
                        answer.feed(TextDelta(citations.text(piece)))
                        yield []
                    continue
                case BlockStopped(block=block):
                    answer.feed(TextDelta(citations.end_block(block)))
                case _:
                    pass
            answer.feed(event)
        if sources := citations.list():
            answer.feed(TextDelta(sources))
        answer.end()
        while answer.is_behind:
            yield answer.settle(budget_s=SETTLE_S)
        if message.stop_reason == INTERRUPTED:
            line = choose_marks(self.look).ended + ending_line(Ending.INTERRUPTED)
            yield [] if answer.ends_blank else [BLANK]
            yield literal_rows(line, self.width, style=build_part_style(self.look, "status"))


def _line_runs(text: str) -> Iterator[str]:
    """The lines of the text, in portions that take some milliseconds to show. A huge line is
    several."""
    run: list[str] = []
    size = 0
    for line in chain.from_iterable(map(_parts, text.split("\n"))):
        run.append(line)
        size += len(line) + 1
        if size > _RUN_CHARACTERS:
            yield "\n".join(run)
            run, size = [], 0
    if run:
        yield "\n".join(run)


def _parts(line: str) -> Iterable[str]:
    if len(line) <= _RUN_CHARACTERS:
        return (line,)
    from streamchat.core.markdown.pieces import pieces  # 20 ms (the parser), for a huge line

    return pieces(line)


def _beginning(message: Message) -> Message:
    """The message, or its first lines, which take a second or two to show."""
    room = MOST_CHARACTERS
    for at, block in enumerate(message.content):
        text = str(block.get("text", ""))
        if len(text) > room:
            end = text.rfind("\n", 0, room) + 1 or room
            cut = {**block, "text": text[:end]}
            return replace(message, content=(*message.content[:at], cut))
        room -= len(text)
    return message


def _exchanges(messages: Sequence[Message]) -> list[tuple[int, int]]:
    """Where each exchange begins and ends; a question begins one."""
    begins = [at for at, message in enumerate(messages) if message.role == "user"]
    if messages and begins[:1] != [0]:
        begins.insert(0, 0)
    return list(pairwise([*begins, len(messages)]))


def _omitted(count: int, *, look: Style, width: int) -> list[Row]:
    if count <= 0:
        return []
    turns = "1 earlier turn is" if count == 1 else f"{count:,} earlier turns are"
    return _notice(f"{turns} not shown; /show prints all of them.", look=look, width=width)


def _notice(text: str, *, look: Style, width: int) -> list[Row]:
    return [*literal_rows(text, width, style=build_part_style(look, "notice")), BLANK]
