"""A server that sends more than anybody reads, or an event without an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from streamchat.api.buffered_body import MOST_HELD, BufferedBody
from streamchat.api.sse import LARGEST_EVENT, EventDecoder
from streamchat.core.errors import CutOff

MB = 1024 * 1024


def test_what_nobody_takes_is_not_read() -> None:
    sent: list[int] = []

    async def flood() -> AsyncIterator[bytes]:
        while True:
            sent.append(MB)
            yield bytes(MB)
            await asyncio.sleep(0)

    async def slow_reader() -> tuple[int, int]:
        async with BufferedBody(flood()) as buffered:
            for _ in range(100):
                await asyncio.sleep(0)
            before = sum(sent)
            taken = await buffered.take()
            assert len(taken) == before
            for _ in range(100):
                await asyncio.sleep(0)
            return before, sum(sent)

    before, after = asyncio.run(slow_reader())
    assert MOST_HELD < before <= MOST_HELD + MB
    assert before < after <= 2 * (MOST_HELD + MB)  # it goes on once there is room


@pytest.mark.parametrize("piece", [b"x" * MB, b"data: " + b"x" * MB + b"\n"])
def test_an_event_without_an_end_is_malformed(piece: bytes) -> None:
    decoder = EventDecoder()
    fed = (event for _ in range(LARGEST_EVENT // MB + 2) for event in decoder.feed(piece))
    with pytest.raises(CutOff, match="an event is larger than 32 MB"):
        next(fed)


def test_many_events_are_no_large_one() -> None:
    decoder = EventDecoder()
    event = b"data: " + b"x" * MB + b"\n\n"
    count = sum(len(list(decoder.feed(event))) for _ in range(LARGEST_EVENT // MB + 2))
    assert count == LARGEST_EVENT // MB + 2
