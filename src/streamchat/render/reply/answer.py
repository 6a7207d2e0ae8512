"""The events of one reply to rows: what has settled, and the tail.

Owns the order of text, thoughts, tools and trace. Must not know the terminal, the status
or when a frame is painted.

Rule 1: text pieces are only collected by `feed`; the fold works when a frame asks for rows,
so that a burst of deltas costs one pass.
Rule 2: text blocks that follow each other directly are one text (citations cut a sentence
into several); with anything between them they are separate documents.
Rule 3: with the trace on, a text settles when it ends, so that the lines of the trace, which
settle at once, do not come between its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias, assert_never

from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    RawEvent,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import THINKING_TYPES, Usage
from streamchat.render.literal import build_part_style, literal_rows, one_row
from streamchat.render.reply.asides import choose_marks, thought_line, tool_line, trace_line
from streamchat.render.reply.thoughts import Thoughts
from streamchat.render.rows import BLANK, Row
from streamchat.render.style import Style

_LEAST_THOUGHT_S = 0.1  # worth a line


class FoldLike(Protocol):
    """What `render.fold.Fold` offers."""

    def feed(self, text: str) -> list[Row]: ...
    def tail(self, height: int) -> list[Row]: ...
    def close(self) -> list[Row]: ...
    def resize(self, width: int) -> None: ...


NewFold: TypeAlias = Callable[[int, Style], FoldLike]


class AnswerRows:
    """`feed` events; `settle` gives the rows that became final, `tail` those that may
    change, `close` the rest."""

    def __init__(
        self,
        *,
        look: Style,
        width: int,
        new_fold: NewFold,
        clock: Callable[[], float],
        trace: bool = False,
    ) -> None:
        self._look = look
        self._marks = choose_marks(unicode=look.unicode)
        self._width = width
        self._new_fold = new_fold
        self._clock = clock
        self.traces = trace
        self._settled: list[Row] = []
        self._held: list[Row] = []  # final, but of a text that the trace must not break
        self._pieces: list[str] = []
        self._fold: FoldLike | None = None
        self._thoughts: Thoughts | None = None
        self._thinking_since_s = 0.0
        self._usage = Usage()
        self._last: Literal["nothing", "text", "aside"] = "nothing"
        self._after_blank = True

    @property
    def ends_blank(self) -> bool:
        """Whether the last settled row is blank."""
        return self._after_blank

    def feed(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                self._end_thinking()
                self._pieces.append(text)
            case ThinkingDelta(text):
                self._begin_thinking()
                if self._thoughts is not None:
                    self._thoughts.feed(text)
            case BlockStarted(kind=kind):
                self._begin_block(kind)
            case BlockStopped(block=block):
                if str(block.get("type")).endswith("tool_use"):
                    self._aside(self._marks.tool + tool_line(block))
            case RawEvent():
                self._trace_event(event)
            case Started(usage=usage) | UsageUpdated(usage=usage):
                self._usage = usage
            case Retrying() | Finished():
                pass
            case _:
                assert_never(event)

    def settle(self) -> list[Row]:
        """The rows that became final since the last call."""
        self._fold_pieces()
        rows, self._settled = self._settled, []
        return rows

    def tail(self, height: int) -> list[Row]:
        """At most `height` rows."""
        if height <= 0:
            return []
        if self._thoughts is not None:
            return self._thoughts.rows(height)
        if self._fold is None:
            return []
        return [*self._held[-height:], *self._fold.tail(height)][-height:]

    def close(self) -> list[Row]:
        self._end_thinking()
        self._end_text()
        return self.settle()

    def resize(self, width: int) -> None:
        """For rows made from now on."""
        self._width = width
        if self._fold is not None:
            self._fold.resize(width)
        if self._thoughts is not None:
            self._thoughts.resize(width)

    def _begin_block(self, kind: str) -> None:
        if kind in THINKING_TYPES:
            self._begin_thinking()
            return
        self._end_thinking()
        if kind != "text":
            self._end_text()

    def _begin_thinking(self) -> None:
        if self._thoughts is None:
            self._end_text()
            style = build_part_style(self._look, "thinking")
            self._thoughts = Thoughts(width=self._width, style=style)
            self._thinking_since_s = self._clock()

    def _end_thinking(self) -> None:
        if self._thoughts is not None:
            self._thoughts = None
            seconds = self._clock() - self._thinking_since_s
            if seconds >= _LEAST_THOUGHT_S:
                line = thought_line(seconds, self._usage.thinking_tokens)
                self._aside(self._marks.thought + line)

    def _fold_pieces(self) -> None:
        if not self._pieces:
            return
        text = "".join(self._pieces)
        self._pieces.clear()
        if self._fold is None:
            self._fold = self._new_fold(self._width, self._look)
            if not self.traces:
                self._part("text")
        self._add_text(self._fold.feed(text))

    def _end_text(self) -> None:
        self._fold_pieces()
        if self._fold is not None:
            self._add_text(self._fold.close())
            self._fold = None
            if self.traces:
                self._part("text")
                self._add(self._held)
                self._held = []

    def _aside(self, text: str) -> None:
        self._end_text()
        self._part("aside")
        self._add(
            literal_rows(text, self._width, style=build_part_style(self._look, "thinking"))
        )

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

    def _add_text(self, rows: list[Row]) -> None:
        if self.traces:
            self._held += rows
        else:
            self._add(rows)

    def _add(self, rows: list[Row]) -> None:
        self._settled += rows
        if rows:
            self._after_blank = rows[-1] == BLANK
