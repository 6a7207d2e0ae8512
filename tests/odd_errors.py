"""Errors that servers tell in their own ways, absurd values, and stop reasons of other APIs.

Played by the same tests as the rows of `faults.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from faults import (
    BODY,
    EMPTY,
    HELLO,
    MALFORMED,
    NO_REPLY,
    REST,
    SHORT,
    Case,
    Fails,
    Told,
    busy,
    data,
    delta,
    hello,
    invalid,
    mid,
    refused,
    stopped,
)
from odd_replies import DONE, END, MESSAGE, ODD_REPLIES, STOP, closed, ok, opened, reply, typed
from server import Reply, error_reply, event_reply, json_reply, sse
from streamchat.core.errors import CutOff, Unreachable


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def usage(**counts: object) -> bytes:
    return sse("message_delta", delta={"stop_reason": "end_turn"}, usage=counts)


BUSY = busy("The server is overloaded", "overloaded_error")
OVERLOADED = {"type": "overloaded_error", "message": "Overloaded"}
FIELD = {"loc": ["body", "messages", 0, "content"], "msg": "Field required", "type": "missing"}


def ok_wide(body: object) -> Reply:
    return typed("application/json", json.dumps(body).encode("utf-16"))


CHUNK = {
    "id": "c1",
    "object": "chat.completion.chunk",
    "choices": [{"delta": {"content": "a"}}],
}
_FIELDS = "refused the request: messages.0.content: Field required."
SAID = [
    Case("200 with an error", ok({"type": "error", "error": OVERLOADED}), BUSY),
    Case(
        "200 with an error as an event stream",
        ok({"error": OVERLOADED}, "text/event-stream"),
        BUSY,
    ),
    Case(
        "200 with an error without a type",
        ok({"error": {"message": "no GPU left"}}),
        Fails(CutOff, "reported an error: no GPU left.", "cut_off", again=True),
    ),
    Case(
        "200 with a string for an error",
        ok({"error": "model is loading"}),
        Fails(CutOff, "reported an error: model is loading.", "cut_off", again=True),
    ),
    Case(
        "200 with a code",
        ok({"error": {"message": "slow", "code": 429}}),
        busy("Too many requests: slow."),
    ),
    Case(
        "200 with a status as a string",
        ok({"message": "down", "status": "503"}),
        busy("The server failed: down.", "503"),
    ),
    Case(
        "200 with OpenAI's key error",
        ok(
            {
                "error": {
                    "message": "Bad key",
                    "type": "invalid_request_error",
                    "code": "invalid_api_key",
                }
            }
        ),
        invalid("refused the request: Bad key."),
    ),
    Case(
        "200 with FastAPI's detail",
        ok({"detail": "Service Unavailable"}),
        busy("The server failed: Service Unavailable."),
    ),
    Case(
        "200 with FastAPI's list",
        ok({"detail": [FIELD]}),
        invalid(_FIELDS, "invalid_request_error"),
    ),
    Case(
        "422 with FastAPI's list",
        json_reply({"detail": [FIELD]}, status=422),
        invalid("refused the request (422): messages.0.content: Field required."),
    ),
    Case(
        "200 with Google's array",
        ok([{"error": {"code": 503, "message": "Try again.", "status": "UNAVAILABLE"}}]),
        busy("The server failed: Try again.", "UNAVAILABLE"),
    ),
    Case(
        "503 with Google's array",
        json_reply(
            [{"error": {"code": 503, "message": "Busy.", "status": "UNAVAILABLE"}}], status=503
        ),
        busy("The server failed (503): Busy.", "UNAVAILABLE"),
    ),
    Case(
        "200 with AWS's exception",
        ok({"__type": "x#ThrottlingException", "message": "slow"}),
        busy("Too many requests: slow.", "x#ThrottlingException"),
    ),
    Case(
        "200 with a problem document",
        ok({"title": "Gone", "detail": "No such thing"}),
        Fails(CutOff, "reported an error: No such thing.", "cut_off", again=True),
    ),
    Case("200 with an array of words", ok(["something", "else"]), NO_REPLY),
    Case("200 with an empty object", ok({}), NO_REPLY),
    Case(
        "200 with the answer of another API",
        ok({"candidates": [{"content": {"parts": [{"text": "Hello"}]}}]}),
        replace(NO_REPLY, says='It says: {"candidates": [{"content": {"parts": [{"text"'),
    ),
    Case("200 with an error 900 deep", ok("{" + '"error":{' * 900 + "}" * 901), MALFORMED),
    Case(
        "500 with an error 900 deep",
        Reply((b'{"error":' * 900 + b"1" + b"}" * 900,), status=500),
        busy("The server failed (500)."),
    ),
    Case(
        "200 with words",
        ok("the disk is full", "text/plain"),
        Fails(CutOff, "It says: the disk is full.", "not_a_reply"),
    ),
    Case(
        "200 with words as an event stream",
        ok("the disk is full", "text/event-stream"),
        Fails(CutOff, "It says: the disk is full.", "not_a_reply"),
    ),
    Case(
        "200 with words without a content type",
        Reply((b"the disk is full",)),
        Fails(CutOff, "It says: the disk is full.", "not_a_reply"),
    ),
    Case(
        "200 with words that have a colon",
        ok("sorry: the disk is full", "text/event-stream"),
        Fails(CutOff, "It says: sorry: the disk is full.", "not_a_reply"),
    ),
    Case("200 with the word Overloaded", ok("Overloaded", "text/plain"), BUSY),
    Case(
        "200 with the words of a rate limit",
        ok("Too Many Requests", "text/plain"),
        busy("Too many requests"),
    ),
    Case(
        "200 with the words of a bad key",
        ok("Unauthorized", "text/plain"),
        refused("The key was refused: Unauthorized.", "authentication_error"),
    ),
    Case(
        "200 with noise",
        typed("application/octet-stream", bytes(range(128, 256)) * 9),
        NO_REPLY,
    ),
    Case("an error event of plain words", mid(data(b"Overloaded", b"error")), BUSY, "Hel"),
    Case(
        "an error event of plain words first", event_reply(data(b"Overloaded", b"error")), BUSY
    ),
    Case(
        "an error event of an array",
        mid(data(b'[{"message":"no"}]', b"error")),
        Fails(CutOff, "reported an error: no.", "cut_off", again=True),
        "Hel",
    ),
    Case(
        "an error without a name",
        mid(data(json.dumps({"error": OVERLOADED}).encode(), b"x")),
        BUSY,
        "Hel",
    ),
    Case(
        "an error in an unnamed event first",
        event_reply(b'data: {"detail": "Service Unavailable"}\n\n'),
        busy("The server failed: Service Unavailable."),
    ),
    Case(
        "words in an unnamed event",
        event_reply(b"data: the disk is full\n\n"),
        Fails(CutOff, "It says: the disk is full.", "not_a_reply"),
    ),
    Case("[DONE] alone", event_reply(DONE), EMPTY),
    Case(
        "a Chat Completions reply",
        ok({"object": "chat.completion", "choices": []}),
        Fails(CutOff, "answers as the Chat Completions API does", "not_a_reply"),
    ),
    Case(
        "a Chat Completions stream",
        event_reply(b"data: " + json.dumps(CHUNK).encode() + b"\n\n", DONE),
        Fails(CutOff, "answers as the Chat Completions API does", "not_a_reply"),
    ),
    Case(
        "a compression that nobody knows",
        event_reply(BODY, content_encoding="lzw"),
        Fails(CutOff, "compressed the reply with 'lzw'", "unreadable_reply"),
    ),
    Case(
        "an error in a compression that nobody knows",
        replace(error_reply(500), headers={"content-encoding": "lzw"}),
        busy("The server failed (500). Try again"),
    ),
    Case(
        "429 whose words speak of a quota",
        error_reply(429, "Token quota and billing"),
        busy("Token quota and billing. Try again in a moment.", "rate_limit_error"),
    ),
    Case(
        "429 whose type says that nothing is left",
        json_reply({"error": {"type": "insufficient_quota", "message": "Pay."}}, status=429),
        Fails(busy("").error, "limit is used up (429): Pay.", "insufficient_quota"),
    ),
    Case(
        "404 of FastAPI",
        json_reply({"detail": "Not Found"}, status=404),
        invalid("no Messages API at"),
    ),
    Case(
        "405",
        Reply((b"Method Not Allowed",), status=405),
        invalid("(405): Method Not Allowed."),
    ),
    Case("599", Reply((b"",), status=599), busy("The server failed (599).")),
    Case(
        "520 with a page that has a title",
        Reply((b"<!DOCTYPE html><title>Web server &amp; proxy</title><p>x",), status=520),
        busy("failed (520): Web server & proxy."),
    ),
    Case(
        "403 of an XML API",
        Reply((b"<Error><Code>AccessDenied</Code><Message>By policy</Message>",), status=403),
        refused("permission (403): By policy.", "authentication_error"),
    ),
    Case(
        "a login page with a title",
        ok("<html><title>Sign in</title>", "text/html"),
        replace(NO_REPLY, says="(text/html). It says: Sign in. Is"),
    ),
    Case(
        "an error after a byte order mark",
        Reply((b'\xef\xbb\xbf{"error": {"message": "too few"}}',), status=400),
        invalid("(400): too few."),
    ),
    *(
        Case(
            f"an error in {name}",
            Reply(('{"error": {"message": "zu groß"}}'.encode(name),), status=400),
            invalid("(400): zu groß."),
        )
        for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")
    ),
    Case("200 with an error in UTF-16", ok_wide({"error": OVERLOADED}), BUSY),
    Case("200 with words in UTF-16", typed(None, "Overloaded".encode("utf-16")), BUSY),
    Case(
        "an error whose words are an object",
        json_reply({"error": {"message": {"text": "too few"}}}, status=400),
        invalid('(400): {"error": {"message": {"text": "too few"}}}.'),
    ),
    Case("an error that is a number", json_reply({"error": 42}, status=400), invalid("42}.")),
    Case(
        "Ollama's own API",
        json_reply({"model": "x", "message": {"role": "assistant", "content": "Hello"}}),
        replace(NO_REPLY, says='It says: {"model": "x", "message"'),
    ),
    Case(
        "the older completions API",
        json_reply({"completion": " Hello", "stop_reason": "stop_sequence"}),
        replace(NO_REPLY, says='It says: {"completion": " Hello"'),
    ),
    Case(
        "a list of events for a stream",
        json_reply([{"type": "message_start", "message": {"content": []}}]),
        NO_REPLY,
    ),
    Case(
        "304",
        Reply((), status=304),
        Fails(Unreachable, "API server: its answer is not a reply (304)", "not_an_api"),
    ),
    Case("the end within the first event", event_reply(b"event: message_start\n"), SHORT),
    Case("300", Reply((b"",), status=300), Fails(Unreachable, "redirects (300)", "redirect")),
]
ABSURD = [
    Case(
        "a block nested 300 deep",
        reply(opened(0, {"type": "novel", "x": nested(300)})),
        MALFORMED,
    ),
    Case(
        "a block nested 300 deep after text",
        mid(closed(0), opened(1, {"type": "novel", "x": nested(300)})),
        MALFORMED,
        "Hel",
    ),
    Case(
        "a block nested 50 deep",
        mid(*REST[:1], closed(0), opened(1, {"type": "novel", "x": nested(50)}), END, STOP),
        kept="Hello",
    ),
    Case(
        "a tool's input nested 300 deep",
        mid(
            closed(0),
            opened(1, {"type": "tool_use", "id": "t", "name": "n", "input": {}}),
            delta(
                type="input_json_delta", partial_json='{"a":' + "[" * 300 + "]" * 300 + "}"
            ).replace(b'"index":0', b'"index":1'),
            closed(1),
            END,
            STOP,
        ),
        MALFORMED,
        "Hel",
    ),
    Case("a message nested 300 deep", ok({**MESSAGE, "x": nested(300)}), MALFORMED),
    Case(
        "counts of 400 digits",
        mid(*REST[:1], closed(0), usage(output_tokens=10**400), STOP),
        kept="Hello",
    ),
    Case(
        "counts of 400 digits in the start",
        hello(b'"input_tokens":12', b'"input_tokens":' + b"9" * 400),
        kept="Hello",
    ),
    Case(
        "a count of 5,000 digits",
        mid(data(b'{"usage":{"output_tokens":' + b"9" * 5000 + b"}}", b"message_delta")),
        SHORT,
        "Hel",
    ),
    Case(
        "counts below zero",
        mid(*REST[:1], closed(0), usage(output_tokens=-5), STOP),
        kept="Hello",
    ),
    Case(
        "counts of 1e308", hello(b'"output_tokens":34', b'"output_tokens":1e308'), kept="Hello"
    ),
    Case(
        "counts that are words",
        hello(b'"output_tokens":34', b'"output_tokens":"x"'),
        kept="Hello",
    ),
    Case(
        "an id and a model that are lists",
        hello(b'"id":"msg_scripted"', b'"id":[],"model":{},"x":1'),
        kept="Hello",
    ),
    *(
        Case(
            f"429, retry-after: {value}",
            error_reply(429, "slow", retry_after=value),
            busy(f"Try again in {says}.", "rate_limit_error"),
        )
        for value, says in (
            ("1e300", "more than a year"),
            ("1e9", "more than a year"),
            ("90000", "25 hours"),
            ("600", "10 minutes"),
        )
    ),
    Case(
        "a request id of 100,000 characters",
        replace(HELLO, headers={**HELLO.headers, "request-id": "r" * 50_000}),
        kept="Hello",
    ),
    Case(
        "an error of a million characters",
        error_reply(400, "x " * 500_000),
        invalid("refused the request (400): x x x"),
    ),
    Case(
        "an error whose type has a line break",
        error_reply(400, "no", kind="a\nb"),
        Fails(invalid("").error, "(400): no.", "a b"),
    ),
    Case(
        "a model and an id of 100,000 characters",
        hello(
            b'"id":"msg_scripted"',
            b'"id":"%b","model":"%b","x":1' % (b"i" * 99_999, b"m" * 99_999),
        ),
        kept="Hello",
    ),
    Case("an event of 40 MB", mid(b"data: " + b"x" * 40 * 2**20), MALFORMED, "Hel"),
    Case("a text that is a number", mid(delta(type="text_delta", text=7)), MALFORMED, "Hel"),
    Case("a text that is a list", reply(opened(0, {"type": "text", "text": ["a"]})), MALFORMED),
]

ODD = [*ODD_REPLIES, *SAID, *ABSURD]


def _endings() -> Iterator[Told]:
    for reason in ("stop", "STOP", "eos_token", "completed"):
        yield Told(f"stop reason {reason}", (stopped(reason),), "complete", 0, "Hello")
    for reason in ("length", "MAX_TOKENS", "max_output_tokens"):
        yield Told(f"stop reason {reason}", (stopped(reason),), "cut_off", 76, "Hello")
    for reason in ("content_filter", "SAFETY", "guardrail_intervened"):
        yield Told(f"stop reason {reason}", (stopped(reason),), "refused", 1, "Hello")
    for reason in ("error", "network_error", "insufficient_system_resource"):
        yield Told(f"stop reason {reason}", (stopped(reason),), "cut_off", 76, "Hello")
    yield Told("a blank stop reason", (stopped(" "),), "cut_off", 76, "Hello")
    yield Told("stop reason tool_calls", (stopped("tool_calls"),), "complete", 0, "Hello")
    overloaded = event_reply(data(b"Overloaded", b"error"))
    again = ("--retries", "1")
    yield Told(
        "plain words first, then a reply",
        (overloaded, HELLO),
        "complete",
        0,
        "Hello",
        flags=again,
    )
    yield Told(
        "200 with an error, then a reply",
        (ok({"error": OVERLOADED}), HELLO),
        "complete",
        0,
        "Hello",
        flags=again,
    )


ODD_ENDINGS = list(_endings())
