"""What can go wrong between a request and a whole reply, and how each must end.

The rows are the faults that were measured on the SDK, and the oddities of compatible
servers. Kept apart from the tests that play them. `python tests/faults.py` plays them all
through the program and prints what each gave as a table. Then it plays 5,000 mutated streams,
2,000 damaged conversation files and 500 damaged imports; its status says whether each of them
ended in a line.
"""

from __future__ import annotations

import gzip
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import chain, repeat
from typing import cast

from server import (
    Close,
    Framing,
    Lapse,
    Reply,
    Reset,
    Stall,
    Step,
    error_event,
    error_reply,
    event_reply,
    html_reply,
    json_reply,
    message_object,
    message_reply,
    raw_reply,
    redirect_reply,
    sse,
    text_delta,
    text_reply,
)
from streamchat.api import Deadlines
from streamchat.core.errors import (
    INVALID_SIGNATURE,
    ApiError,
    CutOff,
    InvalidRequest,
    NoPermission,
    TryLater,
    Unreachable,
)
from streamchat.core.messages import text_block


@dataclass(frozen=True, slots=True)
class Fails:
    """The error that must come, what its line must contain, and its fields."""

    error: type[ApiError]
    says: str
    kind: str
    again: bool = False  # retryable


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, the one way in which it must end (None: as a whole reply), and the text
    that must survive it. A whole reply may come with a `remark`."""

    fault: str
    reply: Reply
    ends: Fails | None = None
    kept: str = ""
    deadlines: Deadlines | None = None
    remark: str = ""

    def __str__(self) -> str:
        return self.fault


@dataclass(frozen=True, slots=True)
class Told:
    """Replies that the API edge takes for whole (or that are stopped), and how the program
    must end: the ending as JSON names it, the exit status, and the text that is kept.

    `stop` is the signal that comes as soon as "Hel" has been printed.
    """

    fault: str
    replies: tuple[Reply, ...]
    ending: str
    status: int
    kept: str = ""
    stop: signal.Signals | None = None
    flags: tuple[str, ...] = ("--retries", "0")

    def __str__(self) -> str:
        return self.fault


HURRIED = Deadlines(total_s=100.0)
SILENCE = (Lapse(), Stall())  # until the program's patience ends

CLOSED = Fails(Unreachable, "closed the connection", "connection_closed", again=True)
SILENT = Fails(Unreachable, "no answer within 60 s", "timeout", again=True)
NOT_HTTP = Fails(Unreachable, "not HTTP", "not_http")
REDIRECT = Fails(Unreachable, "--base-url to https://evil.example if you", "redirect")
LOST = Fails(CutOff, "was lost", "connection_lost", again=True)
SHORT = Fails(CutOff, "cut off before its end", "cut_off", again=True)
UNEXPLAINED = Fails(CutOff, "without a stop reason", "cut_off")
STALLED = Fails(CutOff, "stalled: nothing came from 127.0.0.1", "stalled", again=True)
TOO_LONG = Fails(CutOff, "longer than 100 s", "deadline")
UNPACKED = Fails(CutOff, "cannot be unpacked", "cut_off", again=True)
EMPTY = Fails(CutOff, "empty reply", "empty_reply", again=True)
UNENDED = "did not end the stream properly"
NO_REPLY = Fails(CutOff, "not a Messages API reply", "not_a_reply")
MALFORMED = Fails(CutOff, "malformed", "malformed_reply")
OVERLOADED = Fails(TryLater, "The server is overloaded", "overloaded_error", again=True)

HELLO = text_reply("Hel", "lo")
BODY = b"".join(step for step in HELLO.steps if isinstance(step, bytes))
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
PING = sse("ping")
START = sse("message_start", message=message_object(stop_reason=None))
OPEN = sse("content_block_start", index=0, content_block={"type": "text", "text": ""})
BEGUN = (START, OPEN, text_delta("Hel"))
REST = (text_delta("lo"), BODY[BODY.index(b"event: content_block_stop") :])


class Endless:
    """Steps that go on for ever, time passing with each read."""

    def __init__(self, *before: Step, then: bytes) -> None:
        self._before = before
        self._then = then

    def __iter__(self) -> Iterator[Step]:
        return chain(self._before, [Lapse(reads=True)], repeat(self._then))


def endless(*before: Step, then: bytes) -> Reply:
    steps = cast("tuple[Step, ...]", Endless(*before, then=then))
    return replace(event_reply(), steps=steps)


def mid(*steps: Step) -> Reply:
    """A reply that has said "Hel" when these steps come."""
    return event_reply(*BEGUN, *steps)


def data(text: bytes, name: bytes = b"content_block_delta") -> bytes:
    return b"event: " + name + b"\ndata: " + text + b"\n\n"


def delta(**fields: object) -> bytes:
    return sse("content_block_delta", index=0, delta=fields)


def hello(old: bytes, new: bytes) -> Reply:
    """The whole reply with some of its bytes replaced."""
    assert old in BODY
    return event_reply(BODY.replace(old, new))


def then(*steps: Step) -> Reply:
    """The whole reply, and more."""
    return replace(HELLO, steps=(*HELLO.steps, *steps))


def until(event: bytes, *ending: Step) -> Reply:
    return HELLO.until(BODY.index(b"event: " + event), *ending)


def of_length(size: int) -> Reply:
    return raw_reply(HEAD + f"content-length: {size}\r\n\r\n".encode(), BODY)


def gzipped(body: bytes) -> Reply:
    return replace(event_reply(body, content_encoding="gzip"), framing=Framing.UNTIL_CLOSE)


def spent_reply() -> Reply:
    """A spending limit is a 429 whose code says so."""
    details = {"error_code": "contract_spend_limit_reached"}
    error = {"type": "rate_limit_error", "message": "No more.", "details": details}
    return json_reply({"type": "error", "error": error}, status=429)


def html(status: int) -> Reply:
    return Reply((b"<html>Bad gateway</html>",), status=status)


def invalid(says: str, kind: str = "invalid_request_error") -> Fails:
    return Fails(InvalidRequest, says, kind)


def refused(says: str, kind: str) -> Fails:
    return Fails(NoPermission, says, kind)


def busy(says: str, kind: str = "overloaded_error") -> Fails:
    return Fails(TryLater, says, kind, again=True)


_UNSIGNED = "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound"
_EVIL = "https://evil.example/v1/messages?key=1"

BEFORE_HEADERS = [
    Case("reset before headers", raw_reply(Reset()), CLOSED),
    Case("FIN before headers", raw_reply(), CLOSED),
    Case("FIN within the headers", raw_reply(HEAD), CLOSED),
    Case("not HTTP", raw_reply(b"220 mail.example ESMTP\r\n\r\n"), NOT_HTTP),
    Case("a 200 KB header", raw_reply(HEAD + b"x: " + b"y" * 200_000 + b"\r\n\r\n"), NOT_HTTP),
    Case("stall before headers", raw_reply(*SILENCE), SILENT),
    Case("stall within an error body", error_reply(500).until(9, *SILENCE), SILENT),
]
STREAM = [
    Case("reset", mid(Reset()), LOST, "Hel"),
    Case("FIN within chunks", mid(Close()), LOST, "Hel"),
    Case("bad chunk", raw_reply(HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n"), LOST),
    Case("content-length too long", of_length(len(BODY) + 9), None, "Hello"),
    Case("content-length too short", of_length(len(BODY) - 90), SHORT, "Hello"),
    Case("stall", mid(*SILENCE), STALLED, "Hel"),
    Case("stall after the headers", event_reply(*SILENCE), STALLED),
    Case("a byte at a time", endless(*BEGUN, then=b":"), STALLED, "Hel"),
    Case("pings for ever", endless(*BEGUN, then=PING), STALLED, "Hel"),
    Case("pings only, for ever", endless(then=PING), STALLED),
    Case("an endless reply", endless(*BEGUN, then=text_delta("")), TOO_LONG, "Hel", HURRIED),
    Case("FIN without length", replace(mid(), framing=Framing.UNTIL_CLOSE), SHORT, "Hel"),
    Case("the end within an event", mid(b"event: content_block_delta\ndata: {"), SHORT, "Hel"),
    Case(
        "no message_delta", until(b"message_delta", sse("message_stop")), UNEXPLAINED, "Hello"
    ),
    Case("no stop reason", text_reply("Hello", stop_reason=None), UNEXPLAINED, "Hello"),
    Case("truncated gzip", gzipped(gzip.compress(BODY)[:40]), UNPACKED),
    Case("gzip that ends in its header", gzipped(gzip.compress(BODY)[:8]), UNPACKED),
    Case("corrupt gzip", gzipped(b"\x1f\x8b nonsense" * 9), MALFORMED),
]
NO_REPLIES = [
    Case("an empty body", event_reply(), EMPTY),
    Case("pings only", event_reply(PING, PING), EMPTY),
    Case("204", Reply((), status=204), EMPTY),
    Case("200 with HTML", html_reply(), replace(NO_REPLY, says="reply (text/html).")),
    Case("message_stop alone", event_reply(sse("message_stop")), EMPTY),
]
ERROR_EVENTS = [
    Case("error event first", event_reply(error_event()), OVERLOADED),
    Case("error event: overloaded", mid(error_event()), OVERLOADED, "Hel"),
    Case(
        "error event: rate limit",
        mid(error_event("rate_limit_error", "Slow down")),
        busy("Too many requests: Slow down.", "rate_limit_error"),
        "Hel",
    ),
    Case(
        "error event: api_error",
        mid(error_event("api_error", "Boom")),
        busy("The server failed: Boom.", "api_error"),
        "Hel",
    ),
    Case(
        "error event: key revoked",
        mid(error_event("authentication_error", "revoked")),
        refused("The key was refused: revoked.", "authentication_error"),
        "Hel",
    ),
    Case(
        "error event: invalid request",
        mid(error_event("invalid_request_error", "too long")),
        invalid("refused the request: too long."),
        "Hel",
    ),
    Case(
        "error event of an unknown type",
        mid(error_event("novel_error", "why not")),
        Fails(CutOff, "reported an error: why not.", "novel_error", again=True),
        "Hel",
    ),
    Case(
        "error event without a type",
        mid(b'data: {"error": "out of memory"}\n\n'),
        Fails(CutOff, "reported an error: out of memory.", "cut_off", again=True),
        "Hel",
    ),
    Case(
        "error event of HTML",
        mid(data(b"<html>", b"error")),
        Fails(CutOff, "reported an error and gave no reason.", "cut_off", again=True),
        "Hel",
    ),
]
MALFORMED_STREAMS = [
    Case("broken JSON", mid(data(b'{"type')), MALFORMED, "Hel"),
    Case("NaN in JSON", mid(data(b'{"index": NaN}')), SHORT, "Hel"),
    Case("JSON 100,000 deep", mid(data(b"[" * 100_000)), MALFORMED, "Hel"),
    Case("a JSON array", mid(data(b"[]")), MALFORMED, "Hel"),
    Case("bad UTF-8", mid(data(b"\xff\xfe")), MALFORMED, "Hel"),
    Case("a number for a text", mid(delta(type="text_delta", text=7)), MALFORMED, "Hel"),
]
STATUSES = [
    Case("400", error_reply(400, "too few"), invalid("refused the request (400): too few.")),
    Case(
        "400, a broken signature",
        error_reply(400, _UNSIGNED),
        invalid("refused the reasoning of earlier turns (400)", INVALID_SIGNATURE),
    ),
    Case(
        "401",
        error_reply(401, "invalid x-api-key"),
        refused("Check ANTHROPIC_API_KEY", "authentication_error"),
    ),
    Case("402", error_reply(402), refused("cannot pay (402)", "billing_error")),
    Case("403", error_reply(403), refused("lacks the permission (403)", "permission_error")),
    Case(
        "404 of the model",
        error_reply(404, "model: claude-sonnet-5-5"),
        invalid("no model claude-sonnet-5-5 (404). --list-models", "not_found_error"),
    ),
    Case(
        "404 of the path",
        html(404),
        invalid("Is the base URL right, and the server new enough?"),
    ),
    Case(
        "404 else", error_reply(404, "f1"), invalid("Not found (404): f1.", "not_found_error")
    ),
    Case("413", error_reply(413), invalid("too large (413)", "request_too_large")),
    Case("422", error_reply(422), invalid("refused the request (422)")),
    Case("418", error_reply(418, kind="teapot"), invalid("(418)", "teapot")),
    Case("408", error_reply(408, kind="timeout_error"), busy("(408)", "timeout_error")),
    Case("409", error_reply(409), busy("conflict (409)", "conflict_error")),
    Case(
        "429",
        error_reply(429, "Slow down"),
        busy("Too many requests (429): Slow down. Try again", "rate_limit_error"),
    ),
    Case(
        "429 at the spending limit",
        spent_reply(),
        Fails(TryLater, "limit is used up (429): No more.", "rate_limit_error"),
    ),
    Case(
        "429 of a quota that comes back",
        error_reply(429, "Token quota exceeded", retry_after="7"),
        busy("Token quota exceeded. Try again in 7 s.", "rate_limit_error"),
    ),
    Case("500", error_reply(500, kind="api_error"), busy("failed (500)", "api_error")),
    Case("502 with HTML", html(502), busy("The server failed (502). Try again in a moment.")),
    Case("503 with words", Reply((b"no backend",), status=503), busy("(503): no backend.")),
    Case("501", html(501), Fails(Unreachable, "not a Messages API server", "not_an_api")),
    Case("504", error_reply(504), busy("timed out (504)", "timeout_error")),
    Case("529", error_reply(529, "Overloaded"), busy("overloaded (529). Try again")),
    Case(
        "503 with x-should-retry: false",
        error_reply(503, kind="api_error", x_should_retry="false"),
        Fails(TryLater, "Trying again will not help.", "api_error"),
    ),
    Case("400 with x-should-retry: true", error_reply(400, x_should_retry="true"), invalid("")),
    *(
        Case(f"{status}, a redirect", redirect_reply(_EVIL, status=status), REDIRECT)
        for status in (301, 302, 303, 307, 308)
    ),
    Case(
        "302 to nowhere",
        Reply((b"",), status=302),
        replace(REDIRECT, says="does not say where"),
    ),
]
WHOLE = [
    Case("nothing", HELLO, kept="Hello"),
    Case("every byte by itself", HELLO.cut(every=1), kept="Hello"),
    Case("CRLF", hello(b"\n", b"\r\n"), kept="Hello"),
    Case("CR", hello(b"\n", b"\r"), kept="Hello"),
    Case("comments and blank lines", hello(b"event:", b": hm\n\n\nevent:"), kept="Hello"),
    Case("data over two lines", hello(b'"index"', b'\ndata: "index"'), kept="Hello"),
    Case("no event lines", hello(b"event: ", b": "), kept="Hello"),
    Case("no types in the data", hello(b'"type":"content_block_delta",', b""), kept="Hello"),
    Case("[DONE], as other APIs end", then(b"data: [DONE]\n\n"), kept="Hello"),
    Case("[DONE] before the end", mid(b"data: [DONE]\n\n", *REST), kept="Hello"),
    Case("gzip", gzipped(gzip.compress(BODY)), kept="Hello"),
    Case("FIN right after message_stop", then(Close()), kept="Hello"),
    Case("reset right after message_stop", then(Reset()), kept="Hello"),
    Case("a stall after message_stop", then(Stall()), kept="Hello"),
    Case("events after message_stop", then(text_delta("late"), b"data: {"), kept="Hello"),
    Case("the whole stream twice", then(BODY), kept="Hello"),
    Case("the whole stream twice in one piece", event_reply(BODY + BODY), kept="Hello"),
    Case("a delta twice (nothing tells)", text_reply("Hel", "Hel", "lo"), kept="HelHello"),
    Case("U+2028 and U+0085", text_reply("a\u2028b\u0085c"), kept="a\u2028b\u0085c"),
    Case("ESC and NUL in the text", text_reply("a\x1b[2J\0b"), kept="a\x1b[2J\0b"),
    Case(
        "half a surrogate pair",
        hello(b"Hel", rb"H\ud83d!"),
        kept="H\N{REPLACEMENT CHARACTER}!lo",
    ),
    Case("control characters", hello(b"Hel", b"H\te\0l"), kept="H\te\0llo"),
    Case(
        "half a character", hello(b"Hel", b"H\xe4\xb8l"), kept="H\N{REPLACEMENT CHARACTER}llo"
    ),
    Case("an unknown event", mid(sse("novel", a=1), *REST), kept="Hello"),
    Case("an unknown event, no JSON", mid(data(b"!", b"novel"), *REST), kept="Hello"),
    Case("an unknown delta", mid(delta(type="novel_delta", x=1), *REST), kept="Hello"),
    Case(
        "an unknown block",
        message_reply({"type": "novel", "data": [1, None]}, text_block("Hello")),
        kept="Hello",
    ),
    Case("no usage anywhere", hello(b'"usage"', b'"unusual"'), kept="Hello"),
    Case("no message in the start", hello(b'"message":', b'"missing":'), kept="Hello"),
    Case("null for the first text", hello(b'"text":""', b'"text":null'), kept="Hello"),
    Case(
        "the first words in the start",
        hello(b'"text":""', b'"text":"Oh, "'),
        kept="Oh, Hello",
    ),
    Case(
        "a delta without a delta", mid(sse("content_block_delta", index=0), *REST), kept="Hello"
    ),
    Case("a text_delta without words", mid(delta(type="text_delta"), *REST), kept="Hello"),
]


def stopped(reason: str) -> Reply:
    return text_reply("Hel", "lo", stop_reason=reason)


_REFUSAL = {"type": "refusal", "category": "cyber", "explanation": None}
_TOOL = {"type": "tool_use", "id": "t1", "name": "Write", "input": {}}
ENDINGS = [
    Told("end_turn", (stopped("end_turn"),), "complete", 0, "Hello"),
    Told("stop_sequence", (stopped("stop_sequence"),), "complete", 0, "Hello"),
    Told("max_tokens", (stopped("max_tokens"),), "cut_off", 76, "Hello"),
    Told(
        "model_context_window_exceeded",
        (stopped("model_context_window_exceeded"),),
        "cut_off",
        76,
        "Hello",
    ),
    Told(
        "pause_turn, then the rest", (stopped("pause_turn"), HELLO), "complete", 0, "Hello" * 2
    ),
    Told("pause_turn for ever", (stopped("pause_turn"),) * 10, "cut_off", 76, "Hello" * 10),
    Told(
        "refusal",
        (message_reply(stop_reason="refusal", stop_details=_REFUSAL),),
        "refused",
        1,
    ),
    Told(
        "refusal after some text",
        (text_reply("Hel", "lo", stop_reason="refusal"),),
        "refused",
        1,
        "Hello",
    ),
    Told("tool_use", (message_reply(_TOOL, stop_reason="tool_use"),), "complete", 0),
    Told("an unknown stop reason", (stopped("novel"),), "complete", 0, "Hello"),
    Told("Ctrl-C", (mid(Stall()),), "interrupted", 130, "Hel", signal.SIGINT),
    Told("SIGTERM", (mid(Stall()),), "interrupted", 143, "Hel", signal.SIGTERM),
    Told("SIGHUP", (mid(Stall()),), "interrupted", 129, "Hel", signal.SIGHUP),
    Told(
        "529, then a reply",
        (error_reply(529, retry_after="0"), HELLO),
        "complete",
        0,
        "Hello",
        flags=("--retries", "1"),
    ),
    Told(
        "reset before headers, then a reply",
        (raw_reply(Reset()), HELLO),
        "complete",
        0,
        "Hello",
        flags=("--retries", "1"),
    ),
    Told(
        "an error event first, then a reply",
        (event_reply(error_event()), HELLO),
        "complete",
        0,
        "Hello",
        flags=("--retries", "1"),
    ),
    *(
        Told(
            f"429, retry-after: {value}, more than is waited",
            (error_reply(429, retry_after=value),),
            "failed",
            75,
            flags=("--retries", "4"),
        )
        for value in ("61", "3600", "Fri, 31 Dec 2100 23:59:59 GMT")
    ),
    *(
        Told(
            f"429, retry-after: {value}, then a reply",
            (error_reply(429, retry_after=value), HELLO),
            "complete",
            0,
            "Hello",
            flags=("--retries", "1"),
        )
        for value in ("0", "0.01", "Fri, 31 Dec 1999 23:59:59 GMT")
    ),
    *(
        Told(f"429, retry-after: {value}", (error_reply(429, retry_after=value),), "failed", 75)
        for value in ("inf", "nan", "-1", "soon")
    ),
    Told(
        "a reset after the first word, and retries allowed",
        (mid(Reset()),),
        "cut_off",
        76,
        "Hel",
        flags=("--retries", "4"),
    ),
]
ALL = [
    *BEFORE_HEADERS,
    *STREAM,
    *NO_REPLIES,
    *ERROR_EVENTS,
    *MALFORMED_STREAMS,
    *STATUSES,
    *WHOLE,
]

if __name__ == "__main__":
    sys.exit(import_module("outcomes").print_all())  # it imports this module
