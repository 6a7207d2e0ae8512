"""Replies with mutations: other bytes, and other events, as a broken server may send them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from server import Reply, event_reply, text_reply
from streamchat.core.messages import JsonObject

WHOLE = text_reply("Grüße, ", "日本 ", "🙂!", thinking="hm")
BODY = b"".join(step for step in WHOLE.steps if isinstance(step, bytes))
EVENTS: list[JsonObject] = [
    json.loads(line[6:]) for line in BODY.decode().splitlines() if line.startswith("data: ")
]


def mutants(source: random.Random, count: int) -> Iterator[Reply]:
    """Half of them have other bytes, half other events."""
    for number in range(count):
        yield _other_bytes(source) if number % 2 else _other_events(source)


def _other_bytes(source: random.Random) -> Reply:
    body = bytearray(BODY)
    for _ in range(source.choice((1, 1, 2, 4, 16))):
        _mutate(body, source)
    reply = event_reply(bytes(body))
    every = source.choice((0, 0, 3, 50))
    return reply.cut(every=every) if every and body else replace(reply)


def _other_events(source: random.Random) -> Reply:
    events = misnumbered(source)
    for _ in range(source.choice((0, 1, 2))):
        at = source.randrange(len(events))
        events[at] = _distort(events[at], source)
    return event_reply(*(f"data: {json.dumps(event)}\n\n".encode() for event in events))


def misnumbered(source: random.Random) -> list[JsonObject]:
    """The events of the reply with blocks begun, ended and numbered as no server should.

    The words are all there, each where it was.
    """
    events: list[JsonObject] = []
    for event in EVENTS:
        kind = event["type"]
        if "delta" not in kind and source.random() < 0.2:
            continue
        if "index" in event and source.random() < 0.4:
            event = {**event, "index": source.choice(INDICES)}
        if "index" in event and source.random() < 0.1:
            event = {name: value for name, value in event.items() if name != "index"}
        events += [event] * (2 if "delta" not in kind and source.random() < 0.1 else 1)
    return events


INDICES: tuple[Any, ...] = (0, 1, 2, 3, 7, -1, "0", 0.5, True, None, [], {"a": 1}, 10**30)


def _distort(event: JsonObject, source: random.Random) -> JsonObject:
    """Another value at one place of it."""
    name = source.choice(list(event))
    value = event[name]
    if isinstance(value, dict) and value and source.random() < 0.7:
        return {**event, name: _distort(value, source)}
    return {**event, name: source.choice(VALUES)}


VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**400, "", "x", "text", "error", [], [1], {}, {"a": None}),
    *({"type": "text"}, {"type": "error", "message": "no"}, [[[]]] * 3),
)


def _mutate(body: bytearray, source: random.Random) -> None:
    start = source.randrange(len(body) + 1)
    stop = min(len(body), start + source.choice((1, 1, 4, 40, 200)))
    match source.randrange(6):
        case 0:
            body[start:stop] = source.randbytes(stop - start)
        case 1:
            del body[start:stop]
        case 2:
            body[start:start] = body[start:stop]
        case 3:
            body[start:start] = source.choice(TOKENS)
        case 4:
            lines = bytes(body).split(b"\n\n")
            source.shuffle(lines)
            body[:] = b"\n\n".join(lines)
        case _:
            body[start:stop] = source.choice(TOKENS)


TOKENS = (
    *(
        b"null",
        b"[]",
        b"{}",
        b"-1",
        b'""',
        b"1e999",
        b"\\ud800",
        b"\0",
        b"\r",
        b"\n\n",
        b"\xff",
    ),
    *(b'"type":null,', b'"index":99,', b"event: error\n", b"event: ping\n", b"data: {}\n\n"),
    b"data: " + json.dumps({"type": "message_stop"}).encode() + b"\n\n",
)
