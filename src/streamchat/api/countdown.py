"""How long to wait for content from the server.

A reply of thousands of deltas waits thousands of times. A timeout for each wait would cost half
as much as reading the delta, so one timer checks now and then whether the current wait is too
long.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamchat.api.server import Deadlines
from streamchat.core.errors import ApiError, CutOff, Unreachable


class Countdown:
    """Runs only while we wait, so that a slow reader does not make the server look stalled."""

    def __init__(self, deadlines: Deadlines, *, host: str, now: Callable[[], float]) -> None:
        self._deadlines = deadlines
        self._host = host
        self._now = now
        self._ends = now() + (math.inf if deadlines.total_s is None else deadlines.total_s)
        self._allowed = self._left = deadlines.idle_s
        self._answered = False
        self._waiter: asyncio.Task[object] | None = None
        self._due = math.inf  # when the current wait is too long
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = -math.inf
        self._is_over = False

    def content(self, *, thinking: bool) -> None:
        """A part of the reply has arrived. The wait begins again."""
        self._answered = True
        self._allowed = self._deadlines.thinking_s if thinking else self._deadlines.idle_s
        self._left = self._allowed

    def ending(self) -> None:
        """The stop reason has arrived. Little can follow, so the wait is short."""
        self._left = self._allowed = min(self._deadlines.idle_s, self._deadlines.ending_s)

    def answered(self) -> None:
        """The headers have arrived. From now on, silence means that the reply has stalled."""
        self._answered = True

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Wait for the server, in the current task. Raises ApiError when a deadline passes."""
        task = self._waiter = asyncio.current_task()
        assert task is not None
        cancelled = task.cancelling()
        began = self._now()
        self._due = min(began + self._left, self._ends)
        if not began < self._looks_at <= self._due:
            self._look_in(self._due - began)
        try:
            yield
        except asyncio.CancelledError:
            if not self._is_over or task.uncancel() > cancelled:
                raise  # not cancelled by this timer
            raise self._expired() from None
        finally:
            self._waiter = None
            self._left -= self._now() - began

    def stop(self) -> None:
        """The reply has ended, so there is nothing more to wait for."""
        if self._timer is not None:
            self._timer.cancel()

    def _look_in(self, seconds: float) -> None:
        self.stop()
        self._looks_at = self._due
        if math.isfinite(seconds):
            self._timer = asyncio.get_running_loop().call_later(max(0, seconds), self._look)

    def _look(self) -> None:
        """End the wait if it is overdue; otherwise check again when it would be."""
        if self._waiter is None:
            return  # the next wait sets the timer again
        left = self._due - self._now()
        if left > 0:
            self._look_in(left)
        else:
            self._is_over = True
            self._waiter.cancel()

    def _expired(self) -> ApiError:
        if self._now() >= self._ends:
            after_s = self._deadlines.total_s or 0.0
            return CutOff(
                f"The reply took longer than {after_s:g} s (the total deadline).",
                kind="deadline",
            )
        if not self._answered:
            return Unreachable(
                f"{self._host} gave no answer within {self._allowed:g} s.",
                kind="timeout",
                retryable=True,
            )
        return CutOff(
            f"The reply stalled: nothing came from {self._host} for {self._allowed:g} s.",
            kind="stalled",
            retryable=True,
        )
