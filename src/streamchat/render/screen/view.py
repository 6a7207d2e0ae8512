"""One reply on a terminal that can be painted: the ports' View.

Owns the frame: what settled, the tail, the status below. When a frame is painted is the
scheduler's business, how it is written the panel's.

Rule 1: `feed` only takes notes and asks for a frame; reading deltas waits for one frame
at most.
Rule 2: an exception while painting gives the terminal back before it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamchat.core.events import Event, RawEvent, TextDelta, ThinkingDelta
from streamchat.core.messages import Message
from streamchat.core.ports import Ending
from streamchat.render.reply.answer import AnswerRows
from streamchat.render.reply.closing import closing_rows
from streamchat.render.reply.status import TICK_S, StatusRow
from streamchat.render.rows import BLANK, Row
from streamchat.render.screen.live import LivePanel
from streamchat.render.screen.painter import Painter
from streamchat.render.screen.scheduler import CallLater, Scheduler, Ticker
from streamchat.render.screen.window import Size
from streamchat.render.style import Style

_ROOMY = 10  # from this height on, a blank row stands above the status


class LiveView:
    """Made by `Screen.reply`; `on_close` is called once, when the terminal is free again."""

    def __init__(
        self,
        *,
        panel: LivePanel,
        painter: Painter,
        answer: AnswerRows,
        status: StatusRow,
        look: Style,
        size: Callable[[], Size],
        clock: Callable[[], float],
        call_later: CallLater,
        on_close: Callable[[], None],
    ) -> None:
        self._panel, self._painter = panel, painter
        self._answer, self._status = answer, status
        self._look = look
        self._size_now, self._clock = size, clock
        self._on_close = on_close
        self._size = size()
        self._above: list[Row] = [BLANK]
        self._tail: list[Row] | None = None  # None: to be asked for again
        self._has_content = False
        self._is_closed = False
        self._painted_since_tick = False
        self._scheduler = Scheduler(self._paint, clock=clock, call_later=call_later)
        panel.start()
        self._scheduler.request(at_once=True)
        self._ticker = Ticker(self._tick, interval_s=TICK_S, call_later=call_later)

    def feed(self, event: Event) -> None:
        if isinstance(event, RawEvent) and not self._answer.traces:
            return  # every second event is one
        self._status.feed(event, self._clock())
        self._answer.feed(event)
        self._tail = None
        is_content = isinstance(event, TextDelta | ThinkingDelta)
        is_first = is_content and not self._has_content
        self._has_content = self._has_content or is_content
        self._scheduler.request(at_once=is_first)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        if self._is_closed:
            return
        with self._giving_back():
            settled = [*self._take_above(), *self._answer.close()]
            width = self._follow_window().width
            settled += closing_rows(
                ending,
                message,
                seconds,
                look=self._look,
                width=width,
                after_blank=self._answer.ends_blank,
            )
            self._free()
            self._panel.finish(settled)

    def show_above(self, rows: list[Row]) -> None:
        """Something else has to be said while the reply arrives."""
        self._above += rows
        self._scheduler.request(at_once=True)

    def resized(self) -> None:
        """The window has another size, or the terminal is ours again after `leave`."""
        if not self._is_closed:
            self._panel.console.show_cursor(show=False)
            self._scheduler.request(at_once=True)

    def leave(self) -> str:
        """What brings the cursor below the live rows, which then stand; the next frame
        (`resized`) begins anew below them."""
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
            settled = [*self._take_above(), *self._answer.settle()]
            self._panel.paint(settled, self._live_rows(size))

    def _follow_window(self) -> Size:
        size = self._size_now()
        if size != self._size:
            self._size, self._tail = size, None
            self._painter.resize(*size)
            self._panel.console.size = size
            self._answer.resize(size.width)
        return size

    def _live_rows(self, size: Size) -> list[Row]:
        room = self._painter.live_height
        footer = [self._status.row(self._clock(), size.width)] if room > 1 else []
        if room >= _ROOMY:
            footer.insert(0, BLANK)
        if self._tail is None:
            self._tail = self._answer.tail(room - len(footer))
        if not self._tail and self._answer.ends_blank:
            return footer[-1:]
        return self._tail + footer

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
