"""How often a request may be repeated, and how long to wait before each repetition."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from streamchat.core.errors import ApiError

LONGEST_WAIT_S = 60.0  # if a server asks for more, the user is told instead


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request may be repeated, and how long to wait before each repetition."""

    retries: int = 4
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random

    def delay_s(self, attempt: int, error: ApiError) -> float | None:
        """Seconds to wait before repetition `attempt` (1 is the first); None: give up."""
        if not error.retryable or attempt > self.retries:
            return None
        if error.retry_after_s is not None:
            return error.retry_after_s if error.retry_after_s <= LONGEST_WAIT_S else None
        return min(0.5 * 2.0 ** (attempt - 1), 8.0) * (1 - 0.25 * self.jitter())
