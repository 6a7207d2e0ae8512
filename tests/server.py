"""A Messages API server that answers as a test scripts it, over a real socket.

    server.enqueue(text_reply("Hel", "lo"))                    # two deltas
    server.enqueue(text_reply("Hel", Wait(gate), "lo"))        # the rest when gate.set()
    server.enqueue(text_reply("Hel", Reset()))                 # the link breaks
    server.enqueue(error_reply(529), text_reply("at last"))    # two requests
    server.enqueue(text_reply("Grüße").cut(every=1))           # byte by byte
    server.bodies[-1]["messages"]                              # what was sent

Replies are taken in order by POST /v1/messages; every other path is answered by the
demo API. A request with no reply left gets a 500 that says so.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from typing import Any, TypeAlias

from streamchat.demo.http import Channel, Framing, HttpRequest
from streamchat.demo.loopback import LoopbackServer
from streamchat.demo.pace import INSTANT
from streamchat.demo.server import RESET_AFTER_S, Api, refuse
from streamchat.demo.wire import (
    EVENT_TYPE,
    JSON_TYPE,
    SseEvent,
    encode,
    error_object,
    error_type,
    events_of,
)
from streamchat.messages import Block, JsonObject

PATIENCE_S = 10.0  # how long a test waits for the server before it fails
_POLL_S = 0.001
REQUEST_ID = "req_scripted"
SIGNATURE = "c2lnbmF0dXJl"
USAGE: JsonObject = {"input_tokens": 12, "output_tokens": 34}


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing more goes out before the test sets the event."""

    event: threading.Event


@dataclass(frozen=True, slots=True)
class Mark:
    """Tells the test that everything before it went out."""

    event: threading.Event


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection breaks (RST).

    A reset may overtake what was sent: a test of what is kept puts a Wait before it.
    """


@dataclass(frozen=True, slots=True)
class Close:
    """The connection ends (FIN), without the chunk that ends the body."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing more comes, and the connection stays open."""


Step: TypeAlias = bytes | Wait | Mark | Reset | Close | Stall


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: its head, then the steps of its body.

    With `head=False` the steps are all that is sent: for what is not even HTTP.
    """

    steps: tuple[Step, ...]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    framing: Framing = Framing.CHUNKED
    head: bool = True

    @property
    def size(self) -> int:
        """How many bytes the body has."""
        return sum(len(step) for step in self.steps if isinstance(step, bytes))

    def cut(self, *, every: int) -> Reply:
        """The same bytes in pieces of this size, each sent by itself."""
        return self.cut_at(*range(every, self.size, every))

    def cut_at(self, *offsets: int) -> Reply:
        """The same bytes, cut at these offsets only."""
        return replace(self, steps=tuple(_recut(_joined(self.steps), offsets)))

    def until(self, offset: int, *ending: Step) -> Reply:
        """Only the bytes before the offset, then another ending (default: a clean end)."""
        body = b"".join(step for step in self.steps if isinstance(step, bytes))
        return replace(self, steps=(body[:offset], *ending))


def _joined(steps: Iterable[Step]) -> Iterator[Step]:
    """Neighbouring bytes as one step."""
    held = b""
    for step in steps:
        if isinstance(step, bytes):
            held += step
            continue
        if held:
            yield held
        held = b""
        yield step
    if held:
        yield held


def _recut(steps: Iterable[Step], offsets: Sequence[int]) -> Iterator[Step]:
    start = 0
    for step in steps:
        if not isinstance(step, bytes):
            yield step
            continue
        inner = [cut - start for cut in offsets if 0 < cut - start < len(step)]
        for begin, end in pairwise([0, *sorted(inner), len(step)]):
            yield step[begin:end]
        start += len(step)


def sse(name: str, **data: object) -> bytes:
    """One event: `sse("content_block_stop", index=0)`."""
    return SseEvent(name, {"type": name, **data}).encode()


def text_delta(text: str, *, index: int = 0) -> bytes:
    delta = {"type": "text_delta", "text": text}
    return sse("content_block_delta", index=index, delta=delta)


def error_event(kind: str = "overloaded_error", message: str = "Overloaded") -> bytes:
    """The event that fails a stream after its headers."""
    return SseEvent("error", error_object(kind, message, REQUEST_ID)).encode()


def message_object(*content: Block, **fields: Any) -> JsonObject:
    """A whole reply, as JSON; `fields` replace those of the message."""
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": list(content),
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": USAGE,
        **fields,
    }


def message_reply(*content: Block, **fields: Any) -> Reply:
    """A streamed reply of these content blocks, one delta for each text."""
    events = events_of(message_object(*content, **fields), lambda text: [text])
    return event_reply(*(event.encode() for event in events))


def text_reply(*parts: str | Step, thinking: str | None = None, **fields: Any) -> Reply:
    """A streamed reply of one text block: strings are its deltas, steps go between.

    `thinking` (may be empty) puts a signed thinking block before it. Other keywords
    replace fields of the message: `stop_reason`, `usage`, `model`, `stop_details`.
    """
    content: list[Block] = [{"type": "text", "text": _HERE}]
    if thinking is not None:
        block = {"type": "thinking", "thinking": thinking, "signature": SIGNATURE}
        content.insert(0, block)
    steps: list[Step] = []
    for event in events_of(message_object(*content, **fields), lambda text: [text]):
        if event.data.get("delta") == {"type": "text_delta", "text": _HERE}:
            index = event.data["index"]
            steps += (text_delta(p, index=index) if isinstance(p, str) else p for p in parts)
        else:
            steps.append(event.encode())
    return event_reply(*steps)


_HERE = "\N{REPLACEMENT CHARACTER}here\N{REPLACEMENT CHARACTER}"


def event_reply(*steps: Step, **headers: str) -> Reply:
    """A 200 whose body is an event stream of these steps."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(steps, headers={"content-type": EVENT_TYPE, "request-id": REQUEST_ID, **names})


def json_reply(data: object, *, status: int = 200, **headers: str) -> Reply:
    """A whole JSON response."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    all_headers = {"content-type": JSON_TYPE, "request-id": REQUEST_ID, **names}
    return Reply((encode(data),), status=status, headers=all_headers)


def error_reply(
    status: int, message: str = "", *, kind: str | None = None, **headers: str
) -> Reply:
    """The API's error response: `error_reply(429, retry_after="3")`."""
    kind = kind or error_type(status)
    data = error_object(kind, message or f"Scripted {status}", REQUEST_ID)
    return json_reply(data, status=status, **headers)


def html_reply(html: str = "<html><body>Sign in</body></html>") -> Reply:
    """What a captive portal answers."""
    return Reply((html.encode(),), headers={"content-type": "text/html"})


def redirect_reply(location: str, *, status: int = 307) -> Reply:
    return Reply((b"",), status=status, headers={"location": location})


def raw_reply(*steps: Step) -> Reply:
    """Bytes that need not be HTTP; then the connection ends."""
    return Reply((*steps, Close()), head=False)


@dataclass(slots=True)
class Received:
    """One request; `ended` is set when its reply is over, `client_left` before that
    when it was the client who ended it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    ended: threading.Event = field(default_factory=threading.Event)
    client_left: bool = False

    @property
    def body(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.raw)


class ScriptedServer(LoopbackServer):
    """Answers POST /v1/messages with the replies queued, in order.

    With `key`, a request that does not carry it is refused (401) and takes no reply.
    """

    def __init__(self, *, key: str | None = None) -> None:
        super().__init__(self._answer, refuse)
        self._api = Api(speed=INSTANT)
        self._key = key
        self._replies: list[Reply] = []
        self._changed = threading.Condition()
        self.requests: list[Received] = []

    def __enter__(self) -> ScriptedServer:
        self.start()
        return self

    def enqueue(self, *replies: Reply) -> None:
        """Answer the next requests with these, one each."""
        self._replies += replies

    @property
    def posts(self) -> list[Received]:
        """The requests for a reply, without those for models or token counts."""
        return [r for r in self.requests if (r.method, r.path) == ("POST", "/v1/messages")]

    @property
    def bodies(self) -> list[Any]:
        """The JSON bodies of the requests for a reply."""
        return [received.body for received in self.posts]

    def wait_for_posts(self, count: int = 1) -> Received:
        """Block until so many replies were asked for; the last of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.posts) >= count, PATIENCE_S)
            return self.posts[count - 1]

    async def _answer(self, request: HttpRequest, channel: Channel) -> None:
        received = self._record(request)
        try:
            await self._play(self._reply_to(received), request, channel)
        except (asyncio.CancelledError, ConnectionError):
            received.client_left = True
            raise
        finally:
            received.ended.set()

    def _record(self, request: HttpRequest) -> Received:
        received = Received(
            request.method, request.path, request.query, request.headers, request.body
        )
        with self._changed:
            self.requests.append(received)
            self._changed.notify_all()
        return received

    def _reply_to(self, received: Received) -> Reply | None:
        """None stands for the demo API's own answer."""
        if self._key is not None and self._key not in _keys(received.headers):
            return error_reply(401, "invalid x-api-key")
        if (received.method, received.path) != ("POST", "/v1/messages"):
            return None
        if not self._replies:
            return error_reply(500, "the test scripted no reply for this request")
        return self._replies.pop(0)

    async def _play(self, reply: Reply | None, request: HttpRequest, channel: Channel) -> None:
        if reply is None:
            await self._api.answer(request, channel)
            return
        if reply.head:
            await channel.begin(reply.status, reply.headers, reply.framing)
        for step in reply.steps:
            await _perform(step, channel, framed=reply.head)
            if isinstance(step, Reset | Close):
                return
        await channel.end()


async def _perform(step: Step, channel: Channel, *, framed: bool) -> None:
    match step:
        case bytes():
            await (channel.send(step) if framed else channel.send_raw(step))
            await asyncio.sleep(0)  # each piece is a write of its own
        case Wait(event):
            while not event.is_set():  # noqa: ASYNC110 - no loop can await a thread's event
                await asyncio.sleep(_POLL_S)
        case Mark(event):
            event.set()
        case Reset():
            await asyncio.sleep(RESET_AFTER_S)
            channel.reset()
        case Close():
            channel.close()
        case Stall():
            await asyncio.Event().wait()


def _keys(headers: Mapping[str, str]) -> Iterator[str]:
    bearer = headers.get("authorization", "").removeprefix("Bearer ")
    return chain([bearer], [headers.get("x-api-key", "")])
