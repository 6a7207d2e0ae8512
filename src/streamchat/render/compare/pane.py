"""One of the answers that are compared: its rows, its state, and the rows that end it.

Must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isnan
from typing import TypeAlias

from streamchat.core.events import Event, TextDelta, ThinkingDelta
from streamchat.core.messages import Message
from streamchat.core.ports import Ending
from streamchat.render.compare.again import MOST_CHARACTERS
from streamchat.render.literal import build_part_style, literal_rows
from streamchat.render.reply.answer import AnswerRows
from streamchat.render.reply.asides import choose_marks
from streamchat.render.reply.closing import closing_rows
from streamchat.render.reply.status import StatusRow
from streamchat.render.rows import Row
from streamchat.render.style import Style

_FAILURES = {Ending.FAILED: "failed", Ending.CUT_OFF: "cut off"}


BuildAnswer: TypeAlias = Callable[[int, Callable[[], float]], AnswerRows]


class Pane:
    """`feed` events, `close`; `settle` gives the rows that became final, then those below the
    answer: how it ended, its tokens, time and cost."""

    def __init__(
        self,
        label: str,
        build_answer: BuildAnswer,
        status: StatusRow,
        *,
        look: Style,
        width: int,
        clock: Callable[[], float],
        stamp: Callable[[], str] = str,
    ) -> None:
        """`stamp` gives the time of day, which is shown when the answer has ended."""
        self.label = label
        self.has_begun = False  # something to show has arrived
        self.is_closed = False
        self._build_answer, self._status = build_answer, status
        self._look, self._width = look, width
        self._clock = clock
        self._past_s: float | None = None  # the time of an event while it is fed again
        self._fed: list[tuple[Event, float]] = []
        self._characters = 0
        self._is_ended = False
        self._answer = build_answer(width, self._now_s)
        self._end: tuple[Ending, Message | None, float] | None = None
        self._stamp, self._ended_at = stamp, ""
        self._is_over = False
        self._taken_back: list[Row] = []

    @property
    def awaited(self) -> str:
        """See StatusRow."""
        return self._status.awaited

    @property
    def is_behind(self) -> bool:
        """Whether `settle` has more to do."""
        return self._answer.is_behind or (self._end is not None and not self.is_over)

    @property
    def is_over(self) -> bool:
        """Whether `settle` has given the last row."""
        return self._is_over and not self._taken_back

    def feed(self, event: Event, now_s: float) -> bool:
        """Return whether this is the first event with something to read."""
        self._status.feed(event, now_s)
        self._answer.feed(event)
        self._fed.append((event, now_s))
        if isinstance(event, TextDelta | ThinkingDelta):
            self._characters += len(event.text)
        is_first = isinstance(event, TextDelta | ThinkingDelta) and not self.has_begun
        self.has_begun = self.has_begun or is_first
        return is_first

    def end(self) -> None:
        """No more events come."""
        self._is_ended = True
        self._answer.end()

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.end()
        self.has_begun = self.is_closed = True
        self._end = ending, message, seconds
        self._ended_at = "" if isnan(seconds) else self._stamp()  # the answer existed before

    def take_back(self, rows: list[Row]) -> None:
        """Take back rows that `settle` has given; it will give them again, before all
        others."""
        self._taken_back = rows

    def settle(self, *, budget_s: float = inf) -> list[Row]:
        rows, self._taken_back = self._taken_back, []
        rows += self._answer.settle(budget_s=budget_s)
        if self._end is not None and not self._is_over and not self._answer.is_behind:
            self._is_over = True
            rows += self._ending_rows(*self._end)
        return rows

    def again(self) -> list[Row] | None:
        """All final rows, rendered again for the new width; None if the answer is too long for
        that. `settle` continues after them."""
        if self._characters > MOST_CHARACTERS:
            return None
        self._answer = self._build_answer(self._width, self._now_s)
        for event, at_s in self._fed:
            self._past_s = at_s
            self._answer.feed(event)
        self._past_s = None
        if self._is_ended:
            self._answer.end()
        self._is_over = False
        return self.settle()

    def _now_s(self) -> float:
        return self._clock() if self._past_s is None else self._past_s

    def tail(self, height: int, pushed: int = 0) -> list[Row]:
        return [] if self.is_over else self._answer.tail(height, pushed)

    def abandon(self) -> None:
        self._answer.abandon()

    def resize(self, width: int) -> None:
        self._width = width
        self._answer.resize(width)

    def _ending_rows(
        self, ending: Ending, message: Message | None, seconds: float
    ) -> list[Row]:
        rows = closing_rows(
            ending,
            message,
            seconds,
            look=self._look,
            width=self._width,
            after_blank=self._answer.ends_blank,
            label=self._ended_at,
        )
        if said := _FAILURES.get(ending):
            mark = choose_marks(self._look).failed
            style = build_part_style(self._look, "error")
            at = len(rows) if message is None else 1
            rows[at:at] = literal_rows(mark + said, self._width, style=style)
        return rows
