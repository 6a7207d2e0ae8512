"""The event stream between the socket and the SDK's accumulator.

The SDK swallows pings, drops what it does not model, runs on after the first
message_stop, and raises bare AttributeErrors where a server leaves out a field. Here the
events are read first: each is kept as it was on the wire, what compatible servers leave
out is filled in, the deadlines are watched, and the stream ends with its message_stop.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import httpx2
from anthropic import AsyncStream
from anthropic.types import RawMessageStreamEvent

from streamchat.api.countdown import Countdown
from streamchat.api.params import cleaned
from streamchat.core.errors import CutOff
from streamchat.core.messages import JsonObject

START, STOP = "message_start", "message_stop"
_BLOCK_KINDS = ("content_block_start", "content_block_delta", "content_block_stop")
KINDS = frozenset((START, *_BLOCK_KINDS, "message_delta", STOP))
# The rest of the body after message_stop: reading it frees the connection for the next
# turn. A server that does not end it costs this much, and a new connection.
DRAIN_S = 0.1
# The string that a block or a delta of this type must have.
_WORDS = {
    "text": "text",
    "thinking": "thinking",
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
}


@dataclass(slots=True)
class Tap:
    """What the reader of a reply sees of the wire: the event that was read last."""

    countdown: Countdown
    raw: JsonObject = field(default_factory=dict)
    started: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class WireEvent:
    """An event as the SDK's stream takes it from a decoder, already parsed."""

    event: str
    parsed: JsonObject
    data: str = "parsed"  # the SDK skips an event whose data is empty

    def json(self) -> JsonObject:
        return self.parsed


class Wire(AsyncStream[RawMessageStreamEvent]):
    """The SDK's stream of one response, tapped."""

    def __init__(self, *, response: httpx2.Response, client: Any, tap: Tap) -> None:
        super().__init__(
            cast_to=cast("type[RawMessageStreamEvent]", RawMessageStreamEvent),
            response=response,
            client=client,
        )
        self._tap = tap

    async def _iter_events(self) -> AsyncIterator[Any]:  # what __stream__ reads
        body = self.response.aiter_bytes()
        async with aclosing(body), aclosing(self._in_time(body)) as pieces:
            async for sse in self._decoder.aiter_bytes(pieces):
                event = self._read(sse)
                if event is None:
                    continue
                yield event
                if event.event == STOP:
                    await _drain(body)
                    return

    async def _in_time(self, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        while True:
            with self._tap.countdown.waiting():
                piece = await anext(body, None)
            if piece is None:
                return
            yield piece

    def _read(self, sse: Any) -> WireEvent | None:
        data = parse_event(sse.event, sse.data) if sse.data else None
        if data is None:
            return None
        kind = read_event_type(sse.event, data)
        if kind in KINDS:
            self._follow(kind, data)
        if kind == "ping":
            return None
        self._tap.raw = data
        return WireEvent(kind, complete(kind, data))

    def _follow(self, kind: str, data: JsonObject) -> None:
        if (kind == START) == self._tap.started:
            malformed(f"{kind} came {'twice' if self._tap.started else 'before its start'}")
        self._tap.started = True
        self._tap.stopped = kind == STOP
        block = data.get("content_block")
        opened = isinstance(block, dict) and block.get("type") == "thinking"
        within = kind == "content_block_delta" and _is_thinking(data.get("delta"))
        self._tap.countdown.content(thinking=opened or within)


def parse_event(name: str | None, text: str) -> JsonObject | None:
    """The object that an event carries; None for what is no event of this API."""
    try:
        data = _DECODER.decode(text)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        # json.loads makes a lone surrogate of half an escaped pair; nothing can print it.
        return cast(JsonObject, cleaned(data)) if "\\ud" in text.lower() else data
    if name in KINDS or name == "error":
        malformed(f"the data of {name} is no JSON object")
    return None  # such as "data: [DONE]", which other APIs end with


def read_event_type(name: str | None, data: JsonObject) -> str:
    """The event's type. Some servers send no `event:` line, or errors without a type."""
    kind = data.get("type")
    if isinstance(kind, str):
        return kind
    if name is not None and name != "message":
        return name
    return "error" if "error" in data else ""


def complete(kind: str, data: JsonObject) -> JsonObject:
    """The event with the fields that the SDK needs and some servers leave out."""
    match kind:
        case "message_start":
            message = _object(data, "message")
            usage = {"input_tokens": None, "output_tokens": None, **_object(message, "usage")}
            content = message.get("content")
            content = content if isinstance(content, list) else []
            whole = {**message, "content": content, "usage": usage}
            return {**data, "type": kind, "message": whole}
        case "message_delta":
            delta, usage = _object(data, "delta"), _object(data, "usage")
            return {**data, "type": kind, "delta": delta, "usage": usage}
        case "content_block_start":
            block = _with_words(_object(data, "content_block"))
            return {**data, "type": kind, "content_block": block}
        case "content_block_delta":
            delta = _object(data, "delta")
            whole = _with_words(delta)
            if whole is data.get("delta") and "type" in data:
                return data  # most events are these, and most lack nothing
            return {**data, "type": kind, "delta": whole}
        case "content_block_stop":
            return {**data, "type": kind}
        case _:
            return data


def _with_words(part: JsonObject) -> JsonObject:
    name = _WORDS.get(str(part.get("type")))
    return {**part, name: ""} if name and part.get(name) is None else part


def _object(data: JsonObject, name: str) -> JsonObject:
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        malformed(f"{name} is no JSON object")
    return value


def _is_thinking(delta: object) -> bool:
    return isinstance(delta, dict) and delta.get("type") == "thinking_delta"


def malformed(what: str) -> NoReturn:
    """Raises CutOff: the server does not speak this API."""
    raise CutOff(
        f"The server's reply is malformed ({what}). What arrived before is kept.",
        kind="malformed_reply",
    )


async def _drain(body: AsyncIterator[bytes]) -> None:
    try:
        async with asyncio.timeout(DRAIN_S):
            async for _ in body:
                pass
    except (TimeoutError, httpx2.HTTPError, httpx2.StreamError):
        pass  # the reply is whole; only the connection is lost


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
