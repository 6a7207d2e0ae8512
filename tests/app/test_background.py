"""`in_background`: blocking work delays neither the event loop nor the end of the program."""

from __future__ import annotations

import asyncio
import threading

import pytest

from streamchat.app.waiting import in_background


def test_the_result_and_the_failure_come_to_whoever_waits() -> None:
    def fail() -> None:
        raise OSError("no")

    assert asyncio.run(in_background(lambda: 5)) == 5
    with pytest.raises(OSError, match="no"):
        asyncio.run(in_background(fail))


def test_the_loop_goes_on_meanwhile_and_a_cancelled_waiter_leaves_at_once() -> None:
    may_end = threading.Event()

    async def wait_and_leave() -> None:
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def work() -> None:
            loop.call_soon_threadsafe(begun.set)
            may_end.wait()

        waiting = asyncio.ensure_future(in_background(work))
        await begun.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(wait_and_leave())  # ends, though the work has not
    may_end.set()
