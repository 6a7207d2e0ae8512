"""Shows what arrives as text that is only appended: for screen readers, for dumb terminals and
for streams that are not terminals.

Rule: no escape sequence, no line twice, nothing that moves. During a long silence, a line
says what the reply waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from streamchat.core.ports import TypeAhead
from streamchat.render.literal import literal_rows
from streamchat.render.reply.answer import SETTLE_S
from streamchat.render.rows import Row
from streamchat.render.screen.arriving import Arriving, Status
from streamchat.render.screen.scheduler import CallLater, Ticker, Timer

LONG_SILENCE_S = 20.0


class PlainFrame:
    """Prints rows when they settle: a paragraph at a time, code line by line."""

    def __init__(
        self,
        *,
        write_rows: Callable[[list[Row]], None],
        answer: Arriving,
        status: Status,
        width: int,
        call_later: CallLater,
        on_close: Callable[[], None],
        says_once: bool = False,
    ) -> None:
        """With `says_once`, a line about what the reply waits for is not repeated."""
        self._says_once = says_once
        self._print = write_rows
        self._answer, self._status = answer, status
        self._width = width
        self._on_close = on_close
        self._call_later = call_later
        self._timer: Timer | None = None  # of a pause in settling
        self._is_closed = False
        self._is_silent = True
        self._said = ""
        self._ticker = Ticker(
            self._break_silence, interval_s=LONG_SILENCE_S, call_later=call_later
        )

    def changed(self, *, at_once: bool = False) -> None:
        """There is more to show."""
        self._write_settled()

    async def catch_up(self) -> None:
        self._answer.end()
        try:
            while self._answer.is_behind:
                self._write_settled()
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self._answer.abandon()
            raise

    def tell(self, text: str) -> None:
        """Print a line about what happens."""
        self._write_rows(self._literal(text))

    def finish(self, last: Callable[[int], list[Row]]) -> None:
        """Print everything, and then the rows that `last` returns for the window's width."""
        if self._is_closed:
            return
        self._is_closed = True
        self._ticker.stop()
        rows = self._answer.close() + last(self._width)
        self._on_close()
        self._write_rows(rows)

    def show_type_ahead(self, shown: TypeAhead | None) -> None:
        """Does nothing: the terminal itself shows what is typed."""

    def show_above(self, rows: list[Row]) -> None:
        self._write_rows(rows)

    def resized(self) -> None:
        """Does nothing: rows keep the width with which the reply began."""

    def repaint(self) -> None:
        """Does nothing: what was printed stays."""

    def leave(self) -> str:
        return ""

    def withdraw(self) -> str:
        return ""

    def _write_settled(self) -> None:
        self._write_rows(self._answer.settle(budget_s=SETTLE_S))
        if self._answer.is_behind and self._timer is None:
            self._timer = self._call_later(0, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        if not self._is_closed:
            self._write_settled()

    def _break_silence(self) -> None:
        awaited = self._status.awaited
        if self._is_silent and not (self._says_once and awaited == self._said):
            self._write_rows(self._literal(f"still {awaited}"))
            self._said = awaited
        self._is_silent = True

    def _write_rows(self, rows: list[Row]) -> None:
        if rows:
            self._is_silent = False
            self._print(rows)

    def _literal(self, text: str) -> list[Row]:
        return literal_rows(text, self._width)
