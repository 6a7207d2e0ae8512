"""What a scripted server answers: replies, and the steps they are made of."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise
from typing import Any, TypeAlias

from streamchat.core.messages import Block, JsonObject
from streamchat.demo.sse import (
    EVENT_TYPE,
    JSON_TYPE,
    SseEvent,
    build_error_object,
    build_events,
    encode,
    error_type,
)

REQUEST_ID = "req_scripted"
SIGNATURE = "c2lnbmF0dXJl"
USAGE: JsonObject = {"input_tokens": 12, "output_tokens": 34}


class Framing(Enum):
    """How a client learns where the body ends."""

    CHUNKED = "chunked"
    UNTIL_CLOSE = "until the connection closes"


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


@dataclass(frozen=True, slots=True)
class Lapse:
    """From here on time leaps (see tests/loop_time.py): over waits, or with each read."""

    reads: bool = False


Step: TypeAlias = bytes | Wait | Mark | Reset | Close | Stall | Lapse


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
    return SseEvent("error", build_error_object(kind, message, REQUEST_ID)).encode()


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
    events = build_events(message_object(*content, **fields), _whole)
    return event_reply(*(event.encode() for event in events))


def text_reply(*parts: str | Step, thinking: str | None = None, **fields: Any) -> Reply:
    """A streamed reply of one text block: strings are its deltas, steps go between.

    `thinking` (may be empty) puts a signed thinking block before it. Other keywords
    replace fields of the message: `stop_reason`, `usage`, `model`, `stop_details`.
    """
    content: list[Block] = [{"type": "text", "text": ""}]
    if thinking is not None:
        block = {"type": "thinking", "thinking": thinking, "signature": SIGNATURE}
        content.insert(0, block)
    index = len(content) - 1
    middle = [text_delta(p, index=index) if isinstance(p, str) else p for p in parts]
    steps = [
        event.encode() for event in build_events(message_object(*content, **fields), _whole)
    ]
    end = steps.index(sse("content_block_stop", index=index))
    return event_reply(*steps[:end], *middle, *steps[end:])


def _whole(text: str) -> list[str]:
    return [text] if text else []


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
    data = build_error_object(kind, message or f"Scripted {status}", REQUEST_ID)
    return json_reply(data, status=status, **headers)


def html_reply(html: str = "<html><body>Sign in</body></html>") -> Reply:
    """What a captive portal answers."""
    return Reply((html.encode(),), headers={"content-type": "text/html"})


def redirect_reply(location: str, *, status: int = 307) -> Reply:
    return Reply((b"",), status=status, headers={"location": location})


def raw_reply(*steps: Step) -> Reply:
    """Bytes that need not be HTTP; then the connection ends."""
    return Reply((*steps, Close()), head=False)
