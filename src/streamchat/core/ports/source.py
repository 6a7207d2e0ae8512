"""Where replies come from."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from streamchat.core.events import Event
from streamchat.core.messages import Request


class Source(Protocol):
    """Where replies come from: a Messages API server."""

    def stream(self, request: Request) -> AsyncGenerator[Event]:
        """Send the request once and yield the reply's events, ending in Finished.

        Cancelling the task that iterates (or `aclose()`) ends the connection at once.
        Every failure of the server or the network is an ApiError. Never retries.
        """

    async def count_tokens(self, request: Request) -> int:
        """The size of a request, counted by the server. Raises ApiError."""
