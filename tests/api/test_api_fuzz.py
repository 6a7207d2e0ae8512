"""Replies that a hostile or broken server could send: cut everywhere, and mutated bytes.

Whatever comes, the stream ends as a whole reply or in an ApiError; every other exception
fails these tests by itself.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace

from receiving import Received, listen
from server import Reply, ScriptedServer, event_reply, text_reply
from streamchat.api import ApiClient, Deadlines, Server
from streamchat.core.messages import INTERRUPTED

STREAMS = 300  # 5,000 were played once; see the note of the issue
QUICK = Deadlines(connect_s=5.0, idle_s=5.0, thinking_s=5.0)
WHOLE = text_reply("Grüße, ", "日本 ", "🙂!", thinking="hm")
BODY = b"".join(step for step in WHOLE.steps if isinstance(step, bytes))
END = len(BODY)


def play(server: ScriptedServer, replies: list[Reply]) -> list[Received]:
    """Ask once for each reply, each on a connection of its own."""
    server.enqueue(*replies)
    scripted = Server(server.base_url, api_key="k", headers={"Connection": "close"})

    async def ask() -> list[Received]:
        async with aclosing(ApiClient(scripted, QUICK)) as api:
            return [await listen(api) for _ in replies]

    return asyncio.run(ask())


def check(received: Received) -> None:
    """Ended in exactly one way, and all that was shown was kept."""
    assert received.is_whole == (received.error is None)
    kept = received.kept
    if received.is_whole:
        assert kept is not None
        assert kept.stop_reason is not None
        assert kept.stop_reason != INTERRUPTED
    if received.text.strip():
        assert kept is not None
        assert kept.text == received.text


def test_a_reply_cut_short_anywhere_is_never_taken_for_whole(server: ScriptedServer) -> None:
    cuts = [*range(0, END - 60, 7), *range(END - 60, END + 1)]
    for cut, received in zip(cuts, play(server, [WHOLE.until(c) for c in cuts]), strict=True):
        check(received)
        # The last line feed only says that nothing more belongs to message_stop.
        assert received.is_whole == (cut == END), cut


def test_how_the_bytes_are_cut_does_not_matter(server: ScriptedServer) -> None:
    sizes = [1, 2, 3, 5, 7, 11, 64]
    whole, *others = play(server, [WHOLE, *(WHOLE.cut(every=size) for size in sizes)])
    assert whole.text == "Grüße, 日本 🙂!"
    assert others == [whole] * len(sizes)


def test_mutated_replies_end_in_an_error_or_whole(server: ScriptedServer) -> None:
    for received in play(server, list(mutants(random.Random(5), STREAMS))):
        check(received)


def mutants(source: random.Random, count: int) -> Iterator[Reply]:
    for _ in range(count):
        body = bytearray(BODY)
        for _ in range(source.choice((1, 1, 2, 4, 16))):
            _mutate(body, source)
        reply = event_reply(bytes(body))
        every = source.choice((0, 0, 3, 50))
        yield reply.cut(every=every) if every and body else replace(reply)


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
