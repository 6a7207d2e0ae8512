"""What real servers send that is not quite the Messages API, and how each must end.

Replies that must be shown whole, errors under a success status, and absurd values. The rows
are played by the same tests as those of `faults.py`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

from faults import (
    BEGUN,
    BODY,
    MALFORMED,
    NO_REPLY,
    REST,
    SHORT,
    START,
    UNENDED,
    Case,
    Fails,
    data,
    delta,
    hello,
    mid,
    until,
)
from server import (
    Close,
    Reply,
    Reset,
    error_event,
    event_reply,
    json_reply,
    message_object,
    sse,
    text_delta,
)
from streamchat.core.errors import CutOff
from streamchat.core.messages import text_block

THINKING = {"type": "thinking", "thinking": "", "signature": ""}
END = sse("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 2})
STOP = sse("message_stop")
DONE = b"data: [DONE]\n\n"


def opened(index: object, block: Mapping[str, Any] | None = None) -> bytes:
    return sse("content_block_start", index=index, content_block=block or text_block(""))


def closed(index: object) -> bytes:
    return sse("content_block_stop", index=index)


def said(text: str, index: object, kind: str = "text") -> bytes:
    fields = {"type": f"{kind}_delta", kind: text}
    return sse("content_block_delta", index=index, delta=fields)


def reply(*events: bytes) -> Reply:
    """A whole reply with these events in the middle."""
    return event_reply(START, *events, END, STOP)


def without(name: str) -> Reply:
    """The whole reply without the events of that name."""
    events = BODY.split(b"\n\n")
    kept = [each for each in events if not each.startswith(b"event: " + name.encode())]
    return event_reply(b"\n\n".join(kept))


def typed(content_type: str | None, body: bytes = BODY) -> Reply:
    headers = {} if content_type is None else {"content-type": content_type}
    return Reply((body,), headers=headers)


def ok(body: object, content_type: str = "application/json") -> Reply:
    """A success status on JSON, or on plain words."""
    text = body if isinstance(body, str) else json.dumps(body)
    return typed(content_type, text.encode())


ABSURD_COUNTS = {
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "1e999": b"1e999",
    "5,000 digits": b"9" * 5000,
    "400 digits": b"9" * 400,
    "a fraction": b"1.5",
    "a negative number": b"-5",
    "a word": b'"many"',
    "a list": b"[7]",
}


def counted(count: bytes) -> tuple[bytes, bytes]:
    """What `hello` replaces, and the same with that count."""
    return b'"output_tokens":34', b'"output_tokens":' + count


BLOCKS = [
    Case("indices from 1", hello(b'"index":0', b'"index":1'), kept="Hello"),
    Case("indices of -1", hello(b'"index":0', b'"index":-1'), kept="Hello"),
    Case("indices that are strings", hello(b'"index":0', b'"index":"0"'), kept="Hello"),
    Case("indices that are fractions", hello(b'"index":0', b'"index":0.0'), kept="Hello"),
    Case("indices that are objects", hello(b'"index":0', b'"index":{}'), kept="Hello"),
    Case("an index of 400 digits", hello(b'"index":0', b'"index":' + b"9" * 400), kept="Hello"),
    Case("no indices", hello(b'"index":0', b'"number":0'), kept="Hello"),
    Case(
        "an index is skipped",
        reply(opened(0), said("Hel", 0), closed(0), opened(2), said("lo", 2), closed(2)),
        kept="Hello",
    ),
    Case(
        "an index comes again",
        reply(opened(0), said("Hel", 0), closed(0), opened(0), said("lo", 0), closed(0)),
        kept="Hello",
    ),
    Case(
        "the deltas have another index than the start",
        reply(opened(1), said("Hel", 0), said("lo", 0), closed(1)),
        kept="Hello",
    ),
    Case(
        "a delta of a block that is closed",
        reply(opened(0), said("Hel", 0), closed(0), said("lo", 0)),
        kept="Hello",
    ),
    Case(
        "two blocks at once",
        reply(opened(0), opened(1), said("H", 0), said("e", 1), said("l", 0), said("lo", 1)),
        kept="Hello",
    ),
    Case("a start comes twice", reply(opened(0), *[opened(0), said("Hello", 0)]), kept="Hello"),
    Case("no starts of blocks", without("content_block_start"), kept="Hello"),
    Case("no ends of blocks", without("content_block_stop"), kept="Hello"),
    Case(
        "a start without its block",
        reply(data(b'{"index":0}', b"content_block_start"), said("Hello", 0)),
        kept="Hello",
    ),
    Case("a delta of no block", mid(text_delta("x", index=7), *REST), kept="Helxlo"),
    Case(
        "a delta without index and types",
        mid(data(b'{"delta": {"text": "x"}}'), *REST),
        kept="Helxlo",
    ),
    Case(
        "text in a thinking block",
        reply(opened(0, THINKING), said("Hm.", 0, "thinking"), said("Hello", 0), closed(0)),
        kept="Hello",
    ),
    Case(
        "thinking in a text block",
        reply(opened(0), said("Hm.", 0, "thinking"), said("Hello", 0), closed(0)),
        kept="Hello",
    ),
    Case(
        "text, thinking and text again in one block",
        reply(opened(0), said("Hel", 0), said("Hm.", 0, "thinking"), said("lo", 0)),
        kept="Hello",
    ),
    Case(
        "a signature after the text began",
        reply(
            opened(0, THINKING),
            said("Hm.", 0, "thinking"),
            said("Hello", 0),
            said("c2ln", 0, "signature"),
            closed(0),
        ),
        kept="Hello",
    ),
    Case("a signature of no thinking", mid(said("c2ln", 0, "signature"), *REST), kept="Hello"),
    Case(
        "a tool's input in a text block",
        mid(delta(type="input_json_delta", partial_json=""), *REST),
        kept="Hello",
    ),
    Case(
        "a citation of no text",
        reply(delta(type="citations_delta", citation={}), said("Hello", 0)),
        kept="Hello",
    ),
]
MESSAGES = [
    Case("no message_start", without("message_start"), kept="Hello"),
    Case(
        "a delta that is a string",
        mid(sse("content_block_delta", index=0, delta="lo"), *REST[1:]),
        kept="Hello",
    ),
    Case("a delta alone", event_reply(text_delta("Hello"), END, STOP), kept="Hello"),
    Case("a list for a message", hello(b'"message":{', b'"message":[],"x":{'), kept="Hello"),
    Case("message_start twice", mid(START, *REST), kept="Hello"),
    Case(
        "message_start twice at once",
        event_reply(START, START, *BEGUN[1:], *REST),
        kept="Hello",
    ),
    Case(
        "a message_start that has content",
        event_reply(
            sse("message_start", message=message_object(text_block("Hel"), stop_reason=None)),
            opened(1),
            said("lo", 1),
            END,
            STOP,
        ),
        kept="Hello",
    ),
    Case(
        "a second message_delta without a stop reason",
        mid(*REST[:1], closed(0), END, sse("message_delta", delta={}, usage={}), STOP),
        kept="Hello",
    ),
    Case(
        "a second message_delta with null for one",
        mid(
            *REST[:1],
            closed(0),
            END,
            sse("message_delta", delta={"stop_reason": None}, usage={"output_tokens": 3}),
            STOP,
        ),
        kept="Hello",
    ),
    Case(
        "a message_delta in the middle",
        mid(sse("message_delta", delta={}, usage={"output_tokens": 1}), *REST),
        kept="Hello",
    ),
    Case(
        "a number for a stop reason, then a reason",
        mid(sse("message_delta", delta={"stop_reason": 7}), *REST),
        kept="Hello",
    ),
    Case("a list for the usage", hello(b'"usage":{', b'"usage":[],"x":{'), kept="Hello"),
    *(
        Case(f"{name} for a count at the end", hello(*counted(count)), kept="Hello")
        for name, count in ABSURD_COUNTS.items()
    ),
    Case("no message_stop", until(b"message_stop"), kept="Hello", remark=UNENDED),
    Case("[DONE] for message_stop", until(b"message_stop", DONE), kept="Hello", remark=UNENDED),
    Case(
        "reset for message_stop", until(b"message_stop", Reset()), kept="Hello", remark=UNENDED
    ),
    Case("FIN for message_stop", until(b"message_stop", Close()), kept="Hello", remark=UNENDED),
    Case(
        "broken JSON for message_stop",
        until(b"message_stop", data(b"{", b"message_stop")),
        kept="Hello",
        remark=UNENDED,
    ),
    Case(
        "an error event for message_stop",
        until(b"message_stop", error_event()),
        kept="Hello",
        remark="then the server reported an error: The server is overloaded.",
    ),
]
MESSAGE = message_object(text_block("Hello"))
_EVENTS = [event + b"\n\n" for event in BODY.rstrip().split(b"\n\n")]
_JSON_LINES = b"".join(
    line[6:] for line in BODY.splitlines(keepends=True) if line.startswith(b"data: ")
)


def tight(*fields: bytes) -> Reply:
    """The whole reply as lines that begin with one of these, and with no blank lines."""
    lines = BODY.splitlines(keepends=True)
    return event_reply(b"".join(line for line in lines if line.startswith(fields)))


def turned(event: bytes) -> bytes:
    """The event with its two lines in the other order."""
    name, data_line = event.split()[1], event.splitlines()[1]
    return data_line + b"\nevent: " + name + b"\n\n"


def packed(*members: bytes, then: bytes = b"") -> Reply:
    """A body of gzip members, and what comes behind them."""
    body = b"".join(map(gzip.compress, members))
    return event_reply(body + then, content_encoding="gzip")


FRAMES = [
    Case("no blank lines", tight(b"event: ", b"data: "), kept="Hello", remark=UNENDED),
    Case("data lines and no more", tight(b"data: "), kept="Hello", remark=UNENDED),
    Case(
        "no blank lines, byte by byte",
        tight(b"event: ", b"data: ").cut(every=1),
        kept="Hello",
        remark=UNENDED,
    ),
    Case("the name behind the data", event_reply(*map(turned, _EVENTS)), kept="Hello"),
    Case("lines of JSON", typed("application/x-ndjson", _JSON_LINES), kept="Hello"),
    Case("lines of JSON, byte by byte", typed(None, _JSON_LINES).cut(every=1), kept="Hello"),
    Case(
        "lines of JSON without the last line end", typed(None, _JSON_LINES[:-1]), kept="Hello"
    ),
    Case("lines of JSON that end too early", typed(None, _JSON_LINES[:-280]), SHORT, "Hel"),
    Case(
        "lines of JSON with an error",
        typed(None, _JSON_LINES[:-280] + b'\n{"type":"error","error":{"message":"no"}}\n'),
        Fails(CutOff, "reported an error: no.", "cut_off", again=True),
        kept="Hel",
    ),
    Case("a gzip member for each event", packed(*_EVENTS), kept="Hello"),
    Case("gzip members byte by byte", packed(*_EVENTS).cut(every=1), kept="Hello"),
    Case(
        "a gzip member and zeros",
        packed(json.dumps(MESSAGE).encode(), then=bytes(9)),
        kept="Hello",
    ),
    Case("a gzip member and noise", packed(*_EVENTS[:4], then=b"\x1f noise"), MALFORMED, "Hel"),
]
WHOLE_BODIES = [
    Case("a JSON message for a stream", json_reply(MESSAGE), kept="Hello"),
    Case(
        "a JSON message without a content type",
        Reply((json.dumps(MESSAGE).encode(),)),
        kept="Hello",
    ),
    Case("a JSON message as text/event-stream", ok(MESSAGE, "text/event-stream"), kept="Hello"),
    Case("a JSON message after blanks", ok(f"\n \n{json.dumps(MESSAGE)}\n"), kept="Hello"),
    Case("a JSON message byte by byte", json_reply(MESSAGE).cut(every=1), kept="Hello"),
    Case(
        "a JSON message in an event",
        event_reply(data(json.dumps(MESSAGE).encode(), b"message")),
        kept="Hello",
    ),
    Case(
        "a JSON message in an event without a name",
        event_reply(b"data: " + json.dumps(MESSAGE).encode() + b"\n\n"),
        kept="Hello",
    ),
    Case(
        "a JSON message whose content is a string",
        ok({**MESSAGE, "content": "Hello"}),
        kept="Hello",
    ),
    Case(
        "a JSON message without a type",
        ok({name: value for name, value in MESSAGE.items() if name != "type"}),
        kept="Hello",
    ),
    Case(
        "a JSON message with thinking",
        ok(message_object({**THINKING, "thinking": "Hm."}, text_block("Hello"))),
        kept="Hello",
    ),
    Case(
        "a JSON message with unknown blocks",
        ok({**MESSAGE, "content": [{"type": "novel"}, text_block("Hello"), 7, None]}),
        kept="Hello",
    ),
    Case(
        "a JSON message without a stop reason",
        ok({**MESSAGE, "stop_reason": None}),
        Fails(CutOff, "without a stop reason", "cut_off"),
        "Hello",
    ),
    Case(
        "a JSON message that is cut off",
        typed("application/json", json.dumps(MESSAGE).encode()[:-9]),
        NO_REPLY,
    ),
    *(
        Case(f"events as {kind or 'nothing'}", typed(kind), kept="Hello")
        for kind in (None, "text/plain", "application/octet-stream", "application/json", "x")
    ),
    Case(
        "events after a byte order mark",
        typed("text/event-stream", b"\xef\xbb\xbf" + BODY),
        kept="Hello",
    ),
    Case("events after blank lines", typed(None, b"\n\r\n \n" + BODY), kept="Hello"),
    Case("events as text/plain, byte by byte", typed("text/plain").cut(every=1), kept="Hello"),
]
ODD_REPLIES = [*BLOCKS, *MESSAGES, *FRAMES, *WHOLE_BODIES]
