"""What arrives together: taken in one piece, decoded, and its deltas merged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from anthropic import Stream
from hypothesis import given
from hypothesis import strategies as st

from receiving import REQUEST, use
from server import ScriptedServer, text_reply
from streamchat.api import ApiClient
from streamchat.api.buffered_body import BufferedBody
from streamchat.api.merging import merge_deltas
from streamchat.api.sse import EventDecoder, ServerEvent
from streamchat.core.errors import CutOff
from streamchat.core.events import Event, RawEvent, TextDelta

# BufferedBody


def test_what_has_come_is_taken_in_one_piece() -> None:
    more = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        for piece in (b"a", b"", b"b", b"c"):
            yield piece
        await more.wait()
        yield b"d"

    async def take() -> list[bytes]:
        async with BufferedBody(body()) as buffered:
            taken = [await buffered.take()]
            more.set()
            return [*taken, await buffered.take(), await buffered.take()]

    assert asyncio.run(take()) == [b"abc", b"d", b""]


def test_a_broken_body_is_told_behind_what_came_before() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"a"
        raise ConnectionResetError

    async def take() -> bytes:
        async with BufferedBody(body()) as buffered:
            taken = await buffered.take()
            for _ in range(2):
                with pytest.raises(ConnectionResetError):
                    await buffered.take()
            return taken

    assert asyncio.run(take()) == b"a"


def test_who_leaves_early_leaves_a_body_that_can_be_closed() -> None:
    closed: list[bool] = []

    async def body() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    async def leave() -> None:
        open_body: Any = body()
        async with BufferedBody(open_body) as buffered:
            await buffered.take()
        await open_body.aclose()

    asyncio.run(leave())
    assert closed == [True]


# The decoder

STREAMS = [
    b"event: a\ndata: 1\n\ndata: 2\n\n",
    b"event: a\r\ndata: 1\r\n\r\n: a comment\r\ndata:2\r\n\r\n",
    b"data: 1\r\rdata: 2\r\r",
    b"data: one\ndata: more\nid: 7\nretry: 9\nnonsense\n\n",
    b"event:\ndata\n\nevent: only\n\n",
    b"data: \xc3\xa9 \xe2\x80\xa8 \x0b\x0c\x1c\n\n",
    b"data: no end\n",
    b"\n\n\ndata: 1\n\n\n\n",
]


def decoded(pieces: list[bytes]) -> Iterator[ServerEvent]:
    decoder = EventDecoder()
    for piece in pieces:
        yield from decoder.feed(piece)
    yield from decoder.close()


def by_the_sdk(body: bytes) -> list[tuple[str | None, str]]:
    """The events that its stream does not skip."""
    events = Stream.raw_events(httpx2.Response(200, content=body))
    return [(each.event, each.data) for each in events if each.data]


def said(pieces: list[bytes]) -> list[tuple[str | None, str]]:
    return [(event.event, event.data) for event in decoded(pieces) if event.data]


@pytest.mark.parametrize("body", STREAMS)
def test_events_are_as_the_sdk_reads_them_cut_anywhere(body: bytes) -> None:
    expected = by_the_sdk(body)
    assert said([body]) == expected
    assert said([bytes([byte]) for byte in body]) == expected
    for cut in range(len(body)):
        assert said([body[:cut], body[cut:]]) == expected


@given(st.lists(st.sampled_from([*b"a:\n\r ", "é".encode(), b"data: x", b"event: y"])))
def test_any_bytes_are_read_as_the_sdk_reads_them(parts: list[Any]) -> None:
    pieces = [bytes([part]) if isinstance(part, int) else part for part in parts]
    assert said(pieces) == by_the_sdk(b"".join(pieces))


def test_bytes_that_are_not_utf_8_cost_only_their_character() -> None:
    events = decoded([b"data: 1\n\ndata: a\xffb\n\n"])
    assert list(events) == [ServerEvent(None, "1"), ServerEvent(None, "a\ufffdb")]


def test_the_work_is_linear_in_the_bytes() -> None:
    """A line that comes in many pieces is joined once, at its end."""
    decoder = EventDecoder()
    for _ in range(10_000):
        assert not list(decoder.feed(b"data: x"))
    assert len(decoder._unread) == 10_000
    [event] = decoder.feed(b"\n\n")
    assert len(event.data) == 70_000 - len("data: ")


# The merging


def delta(words: str, kind: str = "text_delta", index: int = 0, **more: Any) -> Any:
    name = {"text_delta": "text", "thinking_delta": "thinking"}.get(kind, "partial_json")
    part = {"type": kind, name: words, **more}
    data = {"type": "content_block_delta", "index": index, "delta": part}
    return "content_block_delta", data


STOP: Any = ("content_block_stop", {"type": "content_block_stop", "index": 0})


@pytest.mark.parametrize(
    ("events", "merged"),
    [
        ([], []),
        ([delta("a")], [delta("a")]),
        ([delta("a"), delta("b"), delta("c"), STOP], [delta("abc"), STOP]),
        ([delta("a"), STOP, delta("b")], [delta("a"), STOP, delta("b")]),
        ([delta("a"), delta("b", index=1)], [delta("a"), delta("b", index=1)]),
        (
            [delta("a", "thinking_delta"), delta("b", "thinking_delta"), delta("c")],
            [delta("ab", "thinking_delta"), delta("c")],
        ),
        (
            [delta('{"a', "input_json_delta"), delta('": 1}', "input_json_delta")],
            [delta('{"a": 1}', "input_json_delta")],
        ),
        # What holds more than words is as it was.
        (
            [delta("a"), delta("b", more=1), delta("c")],
            [delta("a"), delta("b", more=1), delta("c")],
        ),
    ],
)
def test_deltas_of_one_kind_for_one_block_are_one(events: list[Any], merged: list[Any]) -> None:
    assert list(merge_deltas(events)) == merged


def test_what_came_before_a_fault_comes_before_it() -> None:
    def events() -> Iterator[Any]:
        yield delta("a")
        yield delta("b")
        raise CutOff("The server broke off.")

    found = merge_deltas(events())
    assert next(found) == delta("ab")
    with pytest.raises(CutOff):
        next(found)


# The whole way


def test_many_deltas_that_come_together_are_few_events(server: ScriptedServer) -> None:
    words = [f"word {number}\n" for number in range(1000)]
    reply = text_reply(*words)
    server.enqueue(reply.cut(every=1_000_000))

    async def listen(api: ApiClient) -> list[Event]:
        api.shows_raw = lambda: False
        return [event async for event in api.stream(REQUEST)]

    events = use(server, listen)
    texts = [event.text for event in events if isinstance(event, TextDelta)]
    assert "".join(texts) == "".join(words)
    assert len(texts) < 100
    assert not any(isinstance(event, RawEvent) for event in events)


def test_raw_events_are_each_of_them_whatever_comes_together(server: ScriptedServer) -> None:
    reply = text_reply(*(f"word {number}\n" for number in range(300)))
    server.enqueue(reply.cut(every=1_000_000))

    async def listen(api: ApiClient) -> list[Event]:
        return [event async for event in api.stream(REQUEST)]

    sent = b"".join(step for step in reply.steps if isinstance(step, bytes)).decode()
    lines = [line.removeprefix("data: ") for line in sent.split("\n") if line[:5] == "data:"]
    on_wire = [data for data in map(json.loads, lines) if data["type"] != "ping"]
    events = use(server, listen)
    assert [event.data for event in events if isinstance(event, RawEvent)] == on_wire
