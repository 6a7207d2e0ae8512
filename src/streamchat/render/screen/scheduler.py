"""Decides when to paint: soon, but not often, and never with more than a share of a core.

Owns the time of the last frame and the mean cost of frames. Must not know what a frame is.

Rule 1: a frame is painted when something changed and
`now - last >= max(interval, 8 x mean cost)`, so painting takes at most an eighth of a core,
whatever the input.
Rule 2: a timer paints a change that has to wait, so nothing stays unpainted when the input
stalls. A busy loop that starves its timers still paints, because every request reads the
clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

INTERVAL_S = 1 / 20
SHARE = 8
_WEIGHT = 0.2  # of the newest frame in the mean: one slow frame (a lexer loads) matters little


class Timer(Protocol):
    def cancel(self) -> None: ...


class CallLater(Protocol):
    """As `asyncio.loop.call_later`."""

    def __call__(self, delay: float, callback: Callable[[], None], /) -> Timer: ...


class Scheduler:
    """`request` a frame; `paint` is called at once or by a timer."""

    def __init__(
        self, paint: Callable[[], None], *, clock: Callable[[], float], call_later: CallLater
    ) -> None:
        self._paint = paint
        self._clock = clock
        self._call_later = call_later
        self._timer: Timer | None = None
        self._last_s: float | None = None
        self._cost_s = 0.0
        self._stopped = False

    def request(self, *, at_once: bool = False) -> None:
        """Something changed."""
        if self._stopped:
            return
        wait_s = 0.0 if at_once else self._due_s() - self._clock()
        if wait_s <= 0:
            self._run()
        elif self._timer is None:
            self._timer = self._call_later(wait_s, self._run)

    def stop(self) -> None:
        """Paint no more."""
        self._stopped = True
        self._cancel()

    def _due_s(self) -> float:
        if self._last_s is None:
            return self._clock()
        return self._last_s + max(INTERVAL_S, SHARE * self._cost_s)

    def _run(self) -> None:
        self._cancel()
        if self._stopped:
            return
        self._last_s = self._clock()
        self._paint()
        cost_s = self._clock() - self._last_s
        self._cost_s += (cost_s - self._cost_s) * (_WEIGHT if self._cost_s else 1)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Ticker:
    """Calls `tick` every `interval_s` until stopped."""

    def __init__(
        self, tick: Callable[[], None], *, interval_s: float, call_later: CallLater
    ) -> None:
        self._tick = tick
        self._interval_s = interval_s
        self._call_later = call_later
        self._timer: Timer | None = call_later(interval_s, self._run)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self) -> None:
        self._timer = self._call_later(self._interval_s, self._run)
        self._tick()
