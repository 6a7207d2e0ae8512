"""The events of one reply to rows: what has settled, and the tail.

Owns the order of text, thoughts, tools and trace. Must not know the terminal, the status
or when a frame is painted.

Rule 1: `feed` only collects. The work is done when a frame asks for rows, so that a burst
of deltas costs one pass, and it stops when the time for that frame is used up.
Rule 2: text blocks that follow each other directly are one text (citations cut a sentence
into several); with anything between them they are separate documents.
Rule 3: with the trace on, a text settles when it ends, so that the lines of the trace, which
settle at once, do not come between its rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from math import inf
from typing import Literal, Protocol, TypeAlias, assert_never

from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    ModelSwitched,
    RawEvent,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import THINKING_TYPES, Block, Usage
from streamchat.core.sanitize import clean_line
from streamchat.core.tool_lines import tool_line
from streamchat.core.web import tool_error
from streamchat.render.literal import build_part_style, literal_rows, one_row
from streamchat.render.reply.asides import choose_marks, thought_line, trace_line
from streamchat.render.reply.thoughts import Thoughts
from streamchat.render.rows import BLANK, Row
from streamchat.render.style import Style

SETTLE_S = 0.02  # of work on rows at a time; keys and signals are served between
_LEAST_THOUGHT_S = 0.1  # worth a line
_ASIDE_CHARACTERS = 2_000  # shown of what a tool was asked
_SLICE_CHARS = 8_192  # of thoughts that are wrapped in one step
_NOT_SHOWN = "The rest is not shown; it is saved, and /redraw prints it."


class TextRows(Protocol):
    """What `render.markdown.MarkdownRows` offers."""

    def feeding(self, text: str) -> Iterator[list[Row]]: ...
    def closing(self) -> Iterator[list[Row]]: ...
    def tail(self, height: int, pushed: int = 0) -> list[Row]: ...
    def resize(self, width: int) -> None: ...


NewTextRows: TypeAlias = Callable[[int, Style], TextRows]


class AnswerRows:
    """`feed` events, then `end`; `settle` gives the rows that became final, `tail` those
    that may change, `close` the rest."""

    def __init__(
        self,
        *,
        look: Style,
        width: int,
        new_rows: NewTextRows,
        clock: Callable[[], float],
        trace: bool = False,
    ) -> None:
        self._look = look
        self._marks = choose_marks(look)
        self._width = width
        self._new_rows = new_rows
        self._clock = clock
        self.traces = trace
        self._fed: deque[tuple[Event, float]] = deque()  # each with the time it came
        self._is_ended = False
        self._steps: Iterator[None] | None = None  # the work on what was fed
        self._settled: list[Row] = []
        self._held: list[Row] = []  # final, but the trace must not come between them
        self._text_rows: TextRows | None = None
        self._thoughts: Thoughts | None = None
        self._thinking_since_s = 0.0
        self._usage = Usage()
        self._last: Literal["nothing", "text", "aside"] = "nothing"
        self._after_blank = True

    @property
    def ends_blank(self) -> bool:
        """Whether the last settled row is blank."""
        return self._after_blank

    @property
    def is_behind(self) -> bool:
        """Whether `settle` has more to do."""
        return bool(self._fed) or self._steps is not None

    def feed(self, event: Event) -> None:
        self._fed.append((event, self._clock()))
        self._is_ended = False

    def end(self) -> None:
        """Nothing more comes."""
        if not self._is_ended:
            self._is_ended = True
            self._steps = chain(self._steps or (), self._work(), self._end())

    def settle(self, *, budget_s: float = inf) -> list[Row]:
        """The rows that became final since the last call, as many as the time allows."""
        end_s = self._clock() + budget_s
        if self._steps is None:
            self._steps = self._work()
        for _ in self._steps:
            if self._clock() >= end_s:
                break
        else:
            self._steps = None
        rows, self._settled = self._settled, []
        return rows

    def tail(self, height: int, pushed: int = 0) -> list[Row]:
        """At most `height` rows; none while there is more to settle. `pushed`: see
        `MarkdownRows.tail`."""
        if height <= 0 or self.is_behind:
            return []
        if self._thoughts is not None:
            return self._thoughts.rows(height)
        if self._text_rows is None:
            return []
        if self._held:
            return [*self._held[-height:], *self._text_rows.tail(height)][-height:]
        return self._text_rows.tail(height, pushed)

    def close(self) -> list[Row]:
        self.end()
        return self.settle()

    def abandon(self) -> None:
        """Give up what is not settled yet, and say so."""
        if self.is_behind:
            self._fed.clear()
            self._steps = self._text_rows = self._thoughts = None
            self._part("aside")
            self._add(self._literal(_NOT_SHOWN))

    def resize(self, width: int) -> None:
        """Applies to rows made from now on."""
        self._width = width
        if self._text_rows is not None:
            self._text_rows.resize(width)
        if self._thoughts is not None:
            self._thoughts.resize(width)

    def _work(self) -> Iterator[None]:
        """Work through what was fed, in steps of bounded work."""
        while self._fed:
            event, at_s = self._fed.popleft()
            if isinstance(event, TextDelta):
                self._end_thinking(at_s)
                yield from self._add_text(event.text + self._following_text())
                continue
            if _ends_text(event):
                yield from self._end_text()
            if isinstance(event, ThinkingDelta):
                yield from self._add_thinking(event.text, at_s)
            self._act(event, at_s)

    def _following_text(self) -> str:
        texts = []
        while self._fed and isinstance(event := self._fed[0][0], TextDelta):
            texts.append(event.text)
            self._fed.popleft()
        return "".join(texts)

    def _act(self, event: Event, at_s: float) -> None:
        match event:
            case BlockStarted(kind=kind):
                if kind in THINKING_TYPES:
                    self._begin_thinking(at_s)
                else:
                    self._end_thinking(at_s)
            case BlockStopped(block=block):
                if _is_tool_use(block):
                    self._aside(self._marks.tool + tool_line(block))
                elif error := tool_error(block):
                    self._aside(self._marks.tool + error)
            case RawEvent():
                self._trace_event(event)
            case ModelSwitched():
                self._aside(clean_line(event.line))
            case Started(usage=usage) | UsageUpdated(usage=usage):
                self._usage = usage
            case TextDelta() | ThinkingDelta() | Retrying() | Finished():
                pass
            case _:
                assert_never(event)

    def _add_thinking(self, text: str, at_s: float) -> Iterator[None]:
        thoughts = self._begin_thinking(at_s)
        for start in range(0, len(text), _SLICE_CHARS):
            thoughts.feed(text[start : start + _SLICE_CHARS])
            yield

    def _end(self) -> Iterator[None]:
        self._end_thinking(self._clock())
        yield from self._end_text()

    def _begin_thinking(self, at_s: float) -> Thoughts:
        if self._thoughts is None:
            style = build_part_style(self._look, "thinking")
            self._thoughts = Thoughts(width=self._width, style=style)
            self._thinking_since_s = at_s
        return self._thoughts

    def _end_thinking(self, at_s: float) -> None:
        if self._thoughts is not None:
            self._thoughts = None
            seconds = at_s - self._thinking_since_s
            if seconds >= _LEAST_THOUGHT_S:
                line = thought_line(seconds, self._usage.thinking_tokens)
                self._aside(self._marks.thought + line)

    def _add_text(self, text: str) -> Iterator[None]:
        if self._text_rows is None:
            self._text_rows = self._new_rows(self._width, self._look)
            if not self.traces:
                self._part("text")
        for rows in self._text_rows.feeding(text):
            self._add_rows(rows)
            yield

    def _end_text(self) -> Iterator[None]:
        if self._text_rows is None:
            return
        for rows in self._text_rows.closing():
            self._add_rows(rows)
            yield
        self._text_rows = None
        if self.traces:
            self._part("text")
            self._add(self._held)
            self._held = []

    def _aside(self, text: str) -> None:
        self._part("aside")
        is_short = len(text) <= _ASIDE_CHARACTERS
        self._add(self._literal(text if is_short else f"{text[:_ASIDE_CHARACTERS]}…"))

    def _literal(self, text: str) -> list[Row]:
        return literal_rows(text, self._width, style=build_part_style(self._look, "thinking"))

    def _trace_event(self, event: RawEvent) -> None:
        if self.traces:
            style = build_part_style(self._look, "status")
            self._add([one_row(trace_line(event), self._width, style=style)])
            self._last = "aside"

    def _part(self, kind: Literal["text", "aside"]) -> None:
        """A blank row between parts, but not between asides."""
        stands_apart = self._last == "text" or (self._last == "aside" and kind == "text")
        if stands_apart and not self._after_blank:
            self._add([BLANK])
        self._last = kind

    def _add_rows(self, rows: list[Row]) -> None:
        if self.traces:
            self._held += rows
        else:
            self._add(rows)

    def _add(self, rows: list[Row]) -> None:
        self._settled += rows
        if rows:
            self._after_blank = rows[-1] == BLANK


def _ends_text(event: Event) -> bool:
    """Whether the event ends the Markdown document that is arriving."""
    match event:
        case ThinkingDelta():
            return True
        case BlockStarted(kind=kind):
            return kind != "text"
        case BlockStopped(block=block):
            return _is_tool_use(block) or bool(tool_error(block))
        case _:
            return False


def _is_tool_use(block: Block) -> bool:
    return str(block.get("type")).endswith("tool_use")
