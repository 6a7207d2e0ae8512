"""Ctrl-C in work that has no steps."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from streamchat.posix.cpu_limit import within
from streamchat.posix.fatal_signals import LIMITING, restored_before_death
from streamchat.posix.signals import interruptible, interrupting, on_continued


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


def nothing() -> None:
    pass


def test_a_handler_that_is_not_pythons_becomes_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A library that is loaded before Python may have installed one: it reads as None."""
    ours = (signal.SIGCONT, signal.SIGTERM, LIMITING)
    usual = {number: signal.getsignal(number) for number in ours}
    real = signal.signal
    monkeypatch.setattr(signal, "getsignal", lambda _number: None)
    monkeypatch.setattr(
        signal, "signal", lambda number, handler: real(number, handler) and None
    )
    try:
        with on_continued(nothing), restored_before_death(nothing), interrupting():
            assert within(60, lambda: 7) == 7
    finally:
        monkeypatch.undo()
        left = {number: signal.getsignal(number) for number in ours}
        for number, handler in usual.items():
            signal.signal(number, handler)
    assert set(left.values()) == {signal.SIG_DFL}
