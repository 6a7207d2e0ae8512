"""The event stream between the socket and the SDK's accumulator.

The SDK swallows pings, drops what it does not model, reads on after the first message_stop,
and raises bare AttributeErrors where a server leaves out a field. Here the body is read first:
each event is kept as the server sent it, `StreamRepair` puts it right, deltas that arrived
together become one, the deadlines are watched, an error becomes one of ours, and the stream
ends with its message_stop. A body that is a whole JSON message is turned into the events of
such a reply.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

import httpx2
from anthropic import AsyncStream
from anthropic.types import RawMessageStreamEvent

from streamchat.api.buffered_body import BufferedBody, unpacked
from streamchat.api.clouds import has_own_framing
from streamchat.api.countdown import Countdown
from streamchat.api.error_body import decode_body, is_error
from streamchat.api.merging import merge_deltas
from streamchat.api.refusals import refused_within, unreadable_coding
from streamchat.api.repair import (
    BLOCK_DELTA,
    ENDING,
    KINDS,
    STOP,
    StreamEvent,
    StreamRepair,
    malformed,
)
from streamchat.api.server import Server
from streamchat.api.sse import EventDecoder, begins_with_event, parse_json
from streamchat.api.whole_body import (
    first_line,
    first_words,
    looks_like_events,
    looks_like_json,
    no_reply,
    read_rest,
)
from streamchat.core.errors import CutOff
from streamchat.core.messages import JsonObject

# How long to read on after message_stop. Reading to the end frees the connection for the
# next turn; a server that does not end its body costs this time and a new connection.
DRAIN_S = 0.1


@dataclass(slots=True)
class Tap:
    """What `ReplyStream` sees of the wire. `raws` are the events that were read and not yet
    passed on; `words` is the first text that was not an event."""

    countdown: Countdown
    repair: StreamRepair = field(default_factory=StreamRepair)
    raws: deque[JsonObject] = field(default_factory=deque)
    words: str = ""
    is_torn: bool = False  # the body ended within an event


@dataclass(slots=True)
class WireEvent:
    """An event in the form that the SDK's stream takes from a decoder, already parsed."""

    event: str
    parsed: JsonObject
    data: str = "parsed"  # the SDK skips an event whose data is empty

    def json(self) -> JsonObject:
        return self.parsed


# Passes on raw events that the SDK does not know.
_NOTHING: StreamEvent = ("unread", {"type": "unread"})


class Wire(AsyncStream[RawMessageStreamEvent]):
    """The SDK's stream of one response, tapped."""

    def __init__(
        self, *, response: httpx2.Response, client: Any, tap: Tap, server: Server, model: str
    ) -> None:
        super().__init__(
            cast_to=cast("type[RawMessageStreamEvent]", RawMessageStreamEvent),
            response=response,
            client=client,
        )
        self._tap = tap
        self._server = server
        self._model = model

    def _iter_events(self) -> AsyncIterator[Any]:  # the name by which the SDK reads them
        return self.events()

    async def events(self) -> AsyncGenerator[WireEvent]:
        """The events of the reply, repaired. Raises ApiError."""
        if coding := unreadable_coding(self.response):
            raise _unreadable(coding, self._server)
        async with (
            aclosing(unpacked(self.response)) as body,
            BufferedBody(body) as body_pieces,
            aclosing(self._in_time(body_pieces)) as pieces,
        ):
            head = await first_words(pieces)
            is_json = looks_like_json(head)
            if is_json:
                head = await first_line(head, pieces)
            if is_json and not begins_with_event(head):
                for event in self._read_whole(await read_rest(head, pieces)):
                    yield event
                return
            if not (is_json or looks_like_events(head) or self._promises_events):
                raise no_reply(await read_rest(head, pieces), self.response, self._server)
            async with aclosing(_joined(head, pieces)) as all_pieces:
                async for burst in self._bursts(all_pieces):
                    for event in self._read_together(burst):
                        yield event
                        if event.event == STOP:
                            await _drain(body_pieces)
                            return
            self._require_a_reply(head)

    @property
    def _promises_events(self) -> bool:
        kind = self.response.headers.get("content-type", "").lower()
        return not kind or "event-stream" in kind or "eventstream" in kind

    async def _bursts(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[Iterable[Any]]:
        """The bursts of events that arrived together."""
        if has_own_framing(self._server.platform):
            async for event in self._decoder.aiter_bytes(pieces):  # private to the SDK
                yield (event,)
            return
        decoder = EventDecoder()
        async for piece in pieces:
            yield decoder.feed(piece)
        yield decoder.close()
        self._tap.is_torn = decoder.is_within_event

    async def _in_time(self, body_pieces: BufferedBody) -> AsyncGenerator[bytes]:
        while True:
            with self._tap.countdown.waiting():
                piece = await body_pieces.take()
            if not piece:
                return
            yield piece

    def _read_together(self, burst: Iterable[Any]) -> Iterator[WireEvent]:
        """The events of a burst for the SDK: each run of deltas is one event."""
        read = (each for event in burst for each in self._read(event.event, event.data))
        is_shown = False
        for kind, data in merge_deltas(read):
            is_shown = True
            yield WireEvent(kind, data)
        if not is_shown and self._tap.raws:
            yield WireEvent(*_NOTHING)

    def _read(self, name: str | None, text: str) -> Iterable[StreamEvent]:
        """The events for the SDK. Raises ApiError for an event that ends the reply."""
        data = self._parsed(name, text) if text else None
        if data is None:
            return ()
        kind = self._type_of(name, data)
        if kind == "ping":
            return ()
        self._tap.raws.append(data)
        if kind in KINDS:
            self._follow(kind, data)
        elif kind == "error":
            raise refused_within(data, self.response, self._model)
        elif not _is_message(data):
            return ()
        repaired = self._tap.repair.feed(kind, data)
        if kind == ENDING and self._tap.repair.stop_reason:
            self._tap.countdown.ending()
        return repaired

    def _parsed(self, name: str | None, text: str) -> JsonObject | None:
        """The object in the data of an event; None if it is not an event of this API."""
        data = parse_json(text)
        if isinstance(data, dict):
            return data
        if name == "error":
            return {"type": "error", "error": {"message": text} if data is None else data}
        if name in KINDS:
            malformed(f"the data of {name} is not a JSON object")
        if data is not None and is_error(data):
            return {"type": "error", "error": data}
        if not self._tap.words:  # such as "data: [DONE]", which other APIs end with
            self._tap.words = text
        return None

    def _type_of(self, name: str | None, data: JsonObject) -> str:
        """The type of an event: some servers send no `event:` line, or errors without a
        type."""
        kind = data.get("type")
        if isinstance(kind, str) and kind in KINDS:
            return kind
        if "error" in (name, kind) or data.get("error"):
            return "error"
        if isinstance(kind, str):
            return kind
        if name is not None and name != "message":
            return name
        if not self._tap.repair.started:
            _require_this_api(data, self._server)
            return "error" if is_error(data) else ""
        return ""

    def _follow(self, kind: str, data: JsonObject) -> None:
        """Content has arrived, so the wait for more begins again."""
        block = data.get("delta" if kind == BLOCK_DELTA else "content_block")
        thinks = isinstance(block, dict) and block.get("type") in _THINKING
        self._tap.countdown.content(thinking=thinks)

    def _read_whole(self, body: bytes) -> Iterator[WireEvent]:
        """Read a JSON body: the whole message, or the server's words about an error."""
        data = parse_json(decode_body(body))
        if isinstance(data, dict) and _is_message(data):
            self._tap.raws.append(data)
            yield from (WireEvent(*each) for each in self._tap.repair.feed("message", data))
            return
        if isinstance(data, dict):
            _require_this_api(data, self._server)
        if data is not None and is_error(data):
            raise refused_within(data, self.response, self._model)
        raise no_reply(body, self.response, self._server)

    def _require_a_reply(self, head: bytes) -> None:
        """Raises ApiError if the body had words but no event, or cannot be unpacked."""
        coding = self.response.headers.get("content-encoding", "")
        if coding and not head and self.response.num_bytes_downloaded:
            raise CutOff(
                f"The reply was cut off: what arrived of it ({coding!r:.40}) cannot be"
                " unpacked.",
                retryable=True,
            )
        repair = self._tap.repair
        words = self._tap.words.encode() or (b"" if looks_like_events(head) else head)
        if not repair.started and not self._tap.raws and words.strip() not in (b"", b"[DONE]"):
            raise no_reply(words, self.response, self._server)


_THINKING = frozenset(("thinking", "thinking_delta"))


def _is_message(data: JsonObject) -> bool:
    is_one = data.get("type") == "message" or data.get("role") == "assistant"
    return is_one and isinstance(data.get("content"), (list, str))


def _require_this_api(data: JsonObject, server: Server) -> None:
    """Raises CutOff if the reply comes from another API."""
    if "choices" in data and "content" not in data:
        raise CutOff(
            f"{server.host} answers as the Chat Completions API does, and streamchat speaks"
            " the Messages API. Is the base URL right?",
            kind="not_a_reply",
        )


def _unreadable(coding: str, server: Server) -> CutOff:
    advice = {"br": "brotli", "zstd": "zstd"}.get(coding)
    adds = f": pip install 'httpx2[{advice}]' adds it" if advice else ""
    return CutOff(
        f"{server.host} compressed the reply with {coding!r:.40}, which cannot be read"
        f" here{adds}.",
        kind="unreadable_reply",
    )


async def _joined(head: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield head
    async for piece in pieces:
        yield piece


async def _drain(body_pieces: BufferedBody) -> None:
    try:
        async with asyncio.timeout(DRAIN_S):
            while await body_pieces.take():
                pass
    except (TimeoutError, httpx2.HTTPError, httpx2.StreamError):
        pass  # the reply is complete; only the connection was lost
