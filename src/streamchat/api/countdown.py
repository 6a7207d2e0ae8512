"""How long the server may still keep us waiting for content."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from streamchat.api.server import Deadlines
from streamchat.errors import ApiError, CutOff, Unreachable


class Countdown:
    """Runs only while we wait, so that a slow reader never makes a server look stalled."""

    def __init__(self, deadlines: Deadlines, *, host: str, now: Callable[[], float]) -> None:
        self._deadlines = deadlines
        self._host = host
        self._now = now
        self._ends = now() + (math.inf if deadlines.total_s is None else deadlines.total_s)
        self._allowed = self._left = deadlines.idle_s
        self._answered = False

    def content(self, *, thinking: bool) -> None:
        """Something of the reply came; the wait begins anew."""
        self._answered = True
        self._allowed = self._deadlines.thinking_s if thinking else self._deadlines.idle_s
        self._left = self._allowed

    def answered(self) -> None:
        """The headers came: from now on it is the reply that stalls."""
        self._answered = True

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Wait for the server. Raises ApiError when a deadline passes."""
        began = self._now()
        left = min(self._left, self._ends - began)
        try:
            async with asyncio.timeout(left if math.isfinite(left) else None) as timeout:
                yield
        except TimeoutError:
            if not timeout.expired():
                raise
            raise self._expired() from None
        finally:
            self._left -= self._now() - began

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
