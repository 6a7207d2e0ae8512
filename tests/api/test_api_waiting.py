"""Deadlines, retry-after, and what ends a reply from our side."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from loop_time import leaping_time
from patience import PATIENCE_S
from receiving import REQUEST, listen, receive, use
from server import (
    Lapse,
    Mark,
    ScriptedServer,
    Stall,
    error_reply,
    event_reply,
    message_object,
    sse,
    text_reply,
)
from streamchat.api import ApiClient, Deadlines
from streamchat.api.countdown import Countdown
from streamchat.api.server import Server
from streamchat.api.transport import build_http_client
from streamchat.api.wording import retry_after_s
from streamchat.core.errors import CutOff
from streamchat.core.events import (
    TextDelta,
)


def test_retry_after_is_read_whatever_it_says(server: ScriptedServer) -> None:
    values = [
        "1",
        "3600",
        "0.5",
        "inf",
        "nan",
        "-1",
        "soon",
        "",
        "Thu, 1 Jan 2026 00:00:00 GMT",
    ]
    server.enqueue(*(error_reply(429, "slow", retry_after=value) for value in values))

    async def ask(api: ApiClient) -> list[float | None]:
        errors = [(await listen(api)).error for _ in values]
        return [error.retry_after_s for error in errors if error is not None]

    assert use(server, ask) == [1.0, 3600.0, 0.5, None, None, None, None, None, 0.0]


def test_a_date_to_try_again_is_so_far_from_now() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    later = format_datetime(now + timedelta(seconds=90))
    assert retry_after_s(later, now=now) == 90.0
    assert retry_after_s(later.replace("+0000", "-0100"), now=now) == 3690.0
    assert retry_after_s(format_datetime(now - timedelta(days=1)), now=now) == 0.0


def test_thinking_may_be_silent_for_longer(server: ScriptedServer) -> None:
    block = {"type": "thinking", "thinking": "", "signature": ""}
    start = sse("message_start", message=message_object())
    opened = sse("content_block_start", index=0, content_block=block)
    server.enqueue(event_reply(start, opened, Lapse(), Stall()))
    with leaping_time(server.clock):
        error = receive(server.base_url).error
    assert isinstance(error, CutOff)
    assert "for 300 s" in error.message


def test_only_the_countdown_tells_that_a_server_is_silent() -> None:
    """A second timer for the same wait would win now and then, and tell less."""
    deadlines = Deadlines(connect_s=7)
    timeout = build_http_client(Server(base_url="http://ada"), deadlines).timeout
    assert (timeout.connect, timeout.read, timeout.write, timeout.pool) == (7, None, None, None)


def test_after_the_stop_reason_the_end_is_not_waited_for_long(server: ScriptedServer) -> None:
    start = sse("message_start", message=message_object(stop_reason=None))
    ending = sse("message_delta", delta={"stop_reason": "end_turn"}, usage={})
    stops: list[float] = []

    async def ask(api: ApiClient) -> bool:
        received = await listen(api)
        stops.append(server.clock.time())
        return received.is_whole

    server.enqueue(event_reply(start, ending, Lapse(), Stall()))
    began = server.clock.time()
    with leaping_time(server.clock):
        assert use(server, ask)
    assert stops[0] - began < Deadlines().idle_s


def test_time_that_the_reader_takes_does_not_count_as_silence() -> None:
    now = 0.0
    countdown = Countdown(Deadlines(idle_s=10), host="ada", now=lambda: now)

    async def wait_s(seconds: float) -> None:
        nonlocal now
        with countdown.waiting():
            now += seconds
            await asyncio.sleep(0)

    async def read() -> None:
        nonlocal now
        await wait_s(6)
        now += 1000  # the reader is busy
        await wait_s(3)
        countdown.content(thinking=False)
        await wait_s(9)
        await wait_s(9)
        with (
            pytest.raises(CutOff, match="nothing came from ada for 10 s"),
            countdown.waiting(),
        ):
            await asyncio.Event().wait()

    asyncio.run(read())


def test_who_was_cancelled_while_a_deadline_passed_stays_cancelled() -> None:
    async def wait() -> None:
        task = asyncio.current_task()
        assert task is not None
        with Countdown(Deadlines(idle_s=0), host="ada", now=lambda: 0.0).waiting():
            asyncio.get_running_loop().call_later(0, task.cancel)  # just after the deadline
            await asyncio.Event().wait()

    async def cancel() -> bool:
        task = asyncio.create_task(wait())
        await asyncio.wait({task})
        return task.cancelled()

    assert asyncio.run(cancel())


@pytest.mark.parametrize("when", ["before the headers", "in the middle"])
def test_cancelling_ends_the_connection_and_waits_for_nobody(
    server: ScriptedServer, caplog: pytest.LogCaptureFixture, when: str
) -> None:
    sent = threading.Event()
    head = [Stall()] if when == "before the headers" else ["Hel", Mark(sent), Stall()]
    reply = text_reply(*head)
    server.enqueue(replace(reply, head=False, steps=(Stall(),)) if len(head) == 1 else reply)

    async def cancel(api: ApiClient) -> None:
        begun = asyncio.Event()

        async def read() -> None:
            async for event in api.stream(REQUEST):
                if isinstance(event, TextDelta):
                    begun.set()

        await api.ready()
        task = asyncio.create_task(read())
        if len(head) == 1:
            await asyncio.to_thread(server.wait_for_posts)
        else:
            await begun.wait()
        task.cancel()
        await asyncio.wait({task})  # for ever, if it waited for the server
        assert task.cancelled()

    with caplog.at_level(logging.WARNING):
        use(server, cancel)
    assert server.posts[0].ended.wait(PATIENCE_S)
    assert server.posts[0].client_left
    assert caplog.records == []


def test_leaving_the_loop_over_the_events_closes_too(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Hel", Stall()))

    async def leave(api: ApiClient) -> None:
        async with aclosing(api.stream(REQUEST)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    return

    use(server, leave)
    assert server.posts[0].ended.wait(PATIENCE_S)
    assert server.posts[0].client_left
