"""Shows what arrives on a terminal that can be painted.

Owns the frame. From the top: what settled, the tail, the status, the queue, the row being
typed. The scheduler decides when a frame is painted, the panel how it is written.

Rule 1: `changed` only asks for a frame; reading deltas waits for one frame at most.
Rule 2: an exception while painting gives the terminal back before it propagates.
Rule 3: a low window drops the queue first, then the tail, then the status, and the row being
typed last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamchat.core.ports import TypeAhead
from streamchat.render.reply.answer import SETTLE_S
from streamchat.render.reply.status import TICK_S
from streamchat.render.reply.type_ahead import TypeAheadRows, type_ahead_rows
from streamchat.render.rows import BLANK, Row
from streamchat.render.screen.arriving import Arriving, Status
from streamchat.render.screen.live import LivePanel
from streamchat.render.screen.painter import Painter
from streamchat.render.screen.scheduler import CallLater, Scheduler, Ticker
from streamchat.render.screen.window import Size
from streamchat.render.style import Style

_ROOMY = 10  # from this height on, a blank row is above the status


class LiveFrame:
    """Shows rows while they arrive; `on_close` is called once, when the terminal is free
    again."""

    def __init__(
        self,
        *,
        panel: LivePanel,
        painter: Painter,
        answer: Arriving,
        status: Status,
        look: Style,
        size: Callable[[], Size],
        clock: Callable[[], float],
        call_later: CallLater,
        on_close: Callable[[], None],
        type_ahead: TypeAhead | None = None,
    ) -> None:
        self._panel, self._painter = panel, painter
        self._answer, self._status = answer, status
        self._look = look
        self._size_now, self._clock = size, clock
        self._on_close = on_close
        self._size = size()
        self._above: list[Row] = [BLANK]
        self._tail: list[Row] | None = None  # None: out of date
        self._type_ahead = type_ahead
        self._is_closed = False
        self._painted_since_tick = False
        self._scheduler = Scheduler(self._paint, clock=clock, call_later=call_later)
        panel.start()
        self._scheduler.request(at_once=True)
        self._ticker = Ticker(self._tick, interval_s=TICK_S, call_later=call_later)

    def changed(self, *, at_once: bool = False) -> None:
        """There is more to show."""
        self._tail = None
        self._scheduler.request(at_once=at_once)

    async def catch_up(self) -> None:
        self._answer.end()
        try:
            while self._answer.is_behind and not self._is_closed:
                self._paint()
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self._answer.abandon()
            raise

    def tell(self, text: str) -> None:
        """Does nothing: the status row says it."""

    def finish(self, last: Callable[[int], list[Row]]) -> None:
        """Settle everything, and then the rows that `last` returns for the window's width."""
        if self._is_closed:
            return
        with self._giving_back():
            settled = [*self._take_above(), *self._answer.close()]
            settled += last(self._follow_window().width)
            self._free()
            self._panel.finish(settled)

    def show_type_ahead(self, shown: TypeAhead | None) -> None:
        """Show what is typed meanwhile; None hides these rows."""
        self._type_ahead, self._tail = shown, None
        self._scheduler.request(at_once=True)

    def show_above(self, rows: list[Row]) -> None:
        """Print something else while the reply arrives."""
        self._above += rows
        self._scheduler.request(at_once=True)

    def resized(self) -> None:
        """The size of the window has changed, or the terminal is ours again."""
        if not self._is_closed:
            self._painter.reclaim()
            self._scheduler.request(at_once=True)

    def repaint(self) -> None:
        """Draw the live rows again, over whatever another program wrote there."""
        if not self._is_closed:
            self._painter.resize(*self._size)
            self._scheduler.request(at_once=True)

    def withdraw(self) -> str:
        """The bytes that take the live rows away until the next frame (`resized`)."""
        return self._painter.erase()

    def leave(self) -> str:
        """The bytes that move the cursor below the live rows, which stay; the next frame
        (`resized`) starts below them."""
        return self._painter.leave()

    def _tick(self) -> None:
        """The spinner turns, unless frames come often enough by themselves."""
        if not self._painted_since_tick:
            self._scheduler.request()
        self._painted_since_tick = False

    def _paint(self) -> None:
        self._painted_since_tick = True
        with self._giving_back():
            size = self._follow_window()
            settled = [*self._take_above(), *self._answer.settle(budget_s=SETTLE_S)]
            typed = self._typed_rows(size)
            live = self._live_rows(size, typed)
            self._panel.paint(settled, live, typed.caret if typed else None)
        if self._answer.is_behind:
            self._tail = None
            self._scheduler.request()

    def _follow_window(self) -> Size:
        size = self._size_now()
        if size != self._size:
            self._size, self._tail = size, None
            self._painter.resize(*size)
            self._panel.console.size = size
            self._answer.resize(size.width)
        return size

    def _typed_rows(self, size: Size) -> TypeAheadRows | None:
        if self._type_ahead is None:
            return None
        return type_ahead_rows(self._type_ahead, width=size.width, look=self._look)

    def _live_rows(self, size: Size, typed: TypeAheadRows | None) -> list[Row]:
        room = self._painter.live_height
        below = [typed.typed] if typed else []
        if room > 1:
            below.insert(0, self._status.row(self._clock(), size.width))
        if typed and typed.queued and room > len(below) + 1:
            below.insert(1, typed.queued)
        gap = [BLANK] if room >= _ROOMY else []
        if self._tail is None:
            self._tail = self._answer.tail(
                room - len(gap) - len(below), self._painter.pushed_count
            )
        if not self._tail and self._answer.ends_blank:
            gap = []
        return [*self._tail, *gap, *below]

    def _take_above(self) -> list[Row]:
        rows, self._above = self._above, []
        return rows

    @contextmanager
    def _giving_back(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._free()
            self._panel.abandon()
            raise

    def _free(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._scheduler.stop()
            self._ticker.stop()
            self._on_close()
