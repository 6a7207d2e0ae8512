"""One reply as text that is only ever appended: the ports' View for screen readers, dumb
terminals and whatever is no terminal.

Rule: no escape sequence, no line twice, nothing that moves; a long silence is broken once
by a line that says what is waited for.
"""

from __future__ import annotations

from collections.abc import Callable

from streamchat.events import Event, Retrying
from streamchat.messages import Message
from streamchat.ports import Ending
from streamchat.render.answer import Answer
from streamchat.render.closing import closing_rows
from streamchat.render.literal import literal_rows
from streamchat.render.look import Look
from streamchat.render.rows import Row
from streamchat.render.scheduler import CallLater, Timer
from streamchat.render.status import Status

LONG_WAIT_S = 20.0


class PlainView:
    """Rows are printed when they settle: a paragraph at a time, code line by line."""

    def __init__(
        self,
        *,
        write_rows: Callable[[list[Row]], None],
        answer: Answer,
        status: Status,
        look: Look,
        width: int,
        clock: Callable[[], float],
        call_later: CallLater,
        on_close: Callable[[], None],
    ) -> None:
        self._write_rows = write_rows
        self._answer, self._status = answer, status
        self._look, self._width = look, width
        self._clock, self._call_later, self._on_close = clock, call_later, on_close
        self._is_closed = False
        self._timer: Timer | None = call_later(LONG_WAIT_S, self._say_what_is_awaited)

    def feed(self, event: Event) -> None:
        self._cancel_timer()
        self._status.feed(event, self._clock())
        self._answer.feed(event)
        rows = self._answer.settle()
        if isinstance(event, Retrying):
            rows += self._literal(f"{event.reason}; trying again in {event.delay_s:.0f} s")
        self._write_rows(rows)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._cancel_timer()
        rows = self._answer.close()
        rows += closing_rows(
            ending,
            message,
            seconds,
            look=self._look,
            width=self._width,
            after_blank=self._answer.ends_blank,
        )
        self._on_close()
        self._write_rows(rows)

    def show_above(self, rows: list[Row]) -> None:
        self._write_rows(rows)

    def resized(self) -> None:
        """Rows keep the width that the reply began with."""

    def leave(self) -> str:
        return ""

    def _say_what_is_awaited(self) -> None:
        self._timer = None
        self._write_rows(self._literal(f"still {self._status.awaited}"))

    def _literal(self, text: str) -> list[Row]:
        return literal_rows(text, self._width)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
