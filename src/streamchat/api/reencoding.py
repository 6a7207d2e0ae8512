"""How the repaired events reach the SDK's accumulator.

`Wire` overrides a method that is private to the SDK. Where a release lacks it, the events
are written as an event stream again, which any release reads: slower, but it works.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx2
from anthropic import AsyncStream
from anthropic.types import RawMessageStreamEvent

from streamchat.api.event_stream import Wire


def readable_by_sdk(wire: Wire, client: Any) -> AsyncStream[RawMessageStreamEvent]:
    """The wire itself, or a stream of the same events."""
    if hasattr(AsyncStream, "_iter_events"):
        return wire
    http = wire.response
    headers = {**http.headers, "content-type": "text/event-stream"}
    for name in ("content-encoding", "content-length", "transfer-encoding"):
        headers.pop(name, None)
    return AsyncStream(
        cast_to=cast("type[RawMessageStreamEvent]", RawMessageStreamEvent),
        response=httpx2.Response(
            http.status_code, headers=headers, stream=_Encoded(wire), request=http.request
        ),
        client=client,
    )


class _Encoded(httpx2.AsyncByteStream):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._events = wire.events()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for event in self._events:
            yield f"event: {event.event}\ndata: {json.dumps(event.parsed)}\n\n".encode()

    async def aclose(self) -> None:
        await self._events.aclose()
        await self._wire.response.aclose()
