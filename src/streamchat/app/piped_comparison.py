"""Several answers for programs to read: one after the other, or in one object.

Rule: the first answer with something to show is written while it arrives. The next one
follows from its beginning, so that no two are mixed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from streamchat.app.json_lines import write_line
from streamchat.app.output_formats import NothingPending, result_object
from streamchat.core.events import Event, TextDelta, ThinkingDelta
from streamchat.core.messages import JsonObject, Message
from streamchat.core.ports import Ending, View
from streamchat.core.schema import Shape


class PipedComparison(NothingPending):
    """Implements ports.ComparisonView. `begin(number)` writes the heading of an answer and
    opens its view; numbers begin with 0."""

    def __init__(self, count: int, begin: Callable[[int], View]) -> None:
        self._begin = begin
        self._waiting: list[_Turn] = []
        self.views: Sequence[View] = [_Turn(self, number) for number in range(count)]

    def close(self) -> None:
        """Every answer has been written."""

    def line_up(self, turn: _Turn) -> None:
        """This answer has something to show."""
        self._waiting.append(turn)
        self._go_on()

    def go_on(self, turn: _Turn) -> None:
        """This answer has ended."""
        self._waiting.remove(turn)
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting and not self._waiting[0].is_open:
            self._waiting[0].open(self._begin)


class _Turn(NothingPending):
    """One of the answers: keeps what is fed until its turn comes."""

    def __init__(self, whole: PipedComparison, number: int) -> None:
        self._whole, self._number = whole, number
        self._view: View | None = None
        self._fed: list[Event] = []
        self._closing: tuple[Ending, Message | None, float] | None = None
        self._is_in_line = False

    @property
    def is_open(self) -> bool:
        return self._view is not None

    def feed(self, event: Event) -> None:
        if self._view is not None:
            self._view.feed(event)
            return
        self._fed.append(event)
        if isinstance(event, TextDelta | ThinkingDelta):
            self._line_up()

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self._closing = ending, message, seconds
        self._line_up()
        if self._view is not None:
            self._end(self._view)

    def open(self, begin: Callable[[int], View]) -> None:
        """Open the view, because the turn of this answer has come."""
        self._view = begin(self._number)
        for event in self._fed:
            self._view.feed(event)
        self._fed.clear()
        if self._closing is not None:
            self._end(self._view)

    def _line_up(self) -> None:
        if not self._is_in_line:
            self._is_in_line = True
            self._whole.line_up(self)

    def _end(self, view: View) -> None:
        if self._closing is not None:
            closing, self._closing = self._closing, None
            view.close(*closing)
            self._whole.go_on(self)


@dataclass(slots=True)
class JsonComparison(NothingPending):
    """Implements ports.ComparisonView: one JSON object at the end, with all answers."""

    stdout: TextIO
    models: Sequence[str]
    conversation: str
    shape: Shape | None = None
    views: Sequence[_Result] = field(init=False)

    def __post_init__(self) -> None:
        self.views = [_Result(self.conversation, self.shape) for _ in self.models]

    def close(self) -> None:
        answers = [
            {"asked": model, **(view.value or {})}
            for model, view in zip(self.models, self.views, strict=True)
        ]
        value = {"type": "comparison", "answers": answers, "conversation": self.conversation}
        write_line(self.stdout, value)


@dataclass(slots=True)
class _Result(NothingPending):
    conversation: str
    shape: Shape | None
    value: JsonObject | None = None

    def feed(self, event: Event) -> None:
        """Nothing is printed before the end."""

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.value = result_object(
            ending, message, seconds, conversation=self.conversation, shape=self.shape
        )
