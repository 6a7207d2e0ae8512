"""Ctrl-C in work that has no steps."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from streamchat.posix.signals import interruptible, interrupting


def test_ctrl_c_raises_where_the_work_is_and_nowhere_else() -> None:
    async def work() -> list[str]:
        seen: list[str] = []
        with interruptible(lambda: seen.append("told")):
            with pytest.raises(KeyboardInterrupt), interrupting():
                os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return seen

    assert set(asyncio.run(work())) == {"told"}


def test_a_signal_that_ends_the_process_breaks_off_the_work_and_is_told_then() -> None:
    async def work() -> list[int]:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, ended.set)
        try:
            with pytest.raises(KeyboardInterrupt), interrupting():
                os.kill(os.getpid(), signal.SIGTERM)
            await ended.wait()
        finally:
            loop.remove_signal_handler(signal.SIGTERM)
        return [signal.SIGTERM]

    assert asyncio.run(work()) == [signal.SIGTERM]


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupting():
            os.kill(os.getpid(), signal.SIGINT)
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, usual)
