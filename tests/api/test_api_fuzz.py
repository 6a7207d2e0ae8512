"""Replies that a hostile or broken server could send: cut everywhere, and mutated bytes.

Whatever comes, the stream ends as a whole reply or in an ApiError; every other exception
fails these tests by itself.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing

from mutants import BODY, WHOLE, mutants
from receiving import Received, listen
from server import Reply, ScriptedServer
from streamchat.api import ApiClient, Server
from streamchat.core.messages import INTERRUPTED

STREAMS = 150  # `python tests/faults.py` plays 5,000
END = len(BODY)
SAID_WHY = BODY.index(b"event: message_stop")  # up to here the stop reason has come


def play(server: ScriptedServer, replies: list[Reply]) -> list[Received]:
    """Ask once for each reply, each on a connection of its own."""
    server.enqueue(*replies)
    scripted = Server(server.base_url, api_key="k", headers={"Connection": "close"})

    async def ask() -> list[Received]:
        async with aclosing(ApiClient(scripted)) as api:
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


def test_a_reply_is_whole_from_its_stop_reason_on(server: ScriptedServer) -> None:
    cuts = [*range(0, END - 60, 19), *range(END - 60, END + 1)]
    for cut, received in zip(cuts, play(server, [WHOLE.until(c) for c in cuts]), strict=True):
        check(received)
        assert received.is_whole == (cut >= SAID_WHY), cut
        assert bool(received.remarks) == (SAID_WHY <= cut < END), cut


def test_how_the_bytes_are_cut_does_not_matter(server: ScriptedServer) -> None:
    sizes = [1, 2, 3, 5, 7, 11, 64]
    whole, *others = play(server, [WHOLE, *(WHOLE.cut(every=size) for size in sizes)])
    assert whole.text == "Grüße, 日本 🙂!"
    for other in others:
        assert (other.raw, other.read) == (whole.raw, whole.read)
        assert (other.error, other.kept) == (whole.error, whole.kept)


def test_mutated_replies_end_in_an_error_or_whole(server: ScriptedServer) -> None:
    for received in play(server, list(mutants(random.Random(5), STREAMS))):
        check(received)
