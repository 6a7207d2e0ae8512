"""The time of the event loops of a test, leapt over instead of waited for.

    server.enqueue(event_reply(..., Lapse(), Stall()))
    with leaping_time(server.clock):
        receive(...)        # meets a deadline of a minute, at once

Everything before `Lapse` has gone out when time begins to leap. From then on it passes in
leaps only, so that what a deadline ends depends on no machine's speed.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

A_READ_S = 1.0
_SETTLING_S = 0.02  # for what the kernel still holds back on its way through loopback


class LoopClock:
    """Keeps real time until one of its events is set.

    With `waits`, a loop that has nothing to do is at its next timer at once; with `reads`,
    it ages by a second with all that it reads, and never while it waits; with `stands`,
    no timer is ever due.
    """

    def __init__(self) -> None:
        self.waits = threading.Event()
        self.reads = threading.Event()
        self.stands = threading.Event()
        self._stopped_at: float | None = None

    def time(self) -> float:
        if not any(event.is_set() for event in (self.waits, self.reads, self.stands)):
            return time.monotonic()
        if self._stopped_at is None:
            self._stopped_at = time.monotonic()
        return self._stopped_at

    def leap(self, seconds: float) -> None:
        self._stopped_at = self.time() + seconds


class LeapingSelector(selectors.DefaultSelector):
    """Looks up now and then, since time may begin to leap while it waits."""

    def __init__(self, clock: LoopClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select()
        waits, reads = self._clock.waits.is_set(), self._clock.reads.is_set()
        ready = super().select(min(timeout, _SETTLING_S))
        if ready and reads:
            self._clock.leap(A_READ_S)
        elif waits and not ready:
            self._clock.leap(max(0.0, timeout))
        return ready


@contextmanager
def time_standing_still() -> Iterator[None]:
    """While entered, new event loops do all but what a timer would make them do."""
    clock = LoopClock()
    clock.stands.set()
    with leaping_time(clock):
        yield


@contextmanager
def leaping_time(clock: LoopClock) -> Iterator[None]:
    """While entered, new event loops keep the time of the clock; those of other threads,
    such as a server's, keep their own."""
    here = threading.get_ident()

    def loop_time(_loop: asyncio.BaseEventLoop) -> float:
        return clock.time() if threading.get_ident() == here else time.monotonic()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selectors, "DefaultSelector", lambda: LeapingSelector(clock))
        patch.setattr(asyncio.BaseEventLoop, "time", loop_time)
        yield
