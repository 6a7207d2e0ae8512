"""Work that takes too long is given up, and nothing else is disturbed."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import signal
import threading
import time

import pytest

from streamchat.posix.cpu_limit import within
from streamchat.posix.fatal_signals import LIMITING

ENDLESS = re.compile(r"(a|a)*b")


def match_endlessly() -> object:
    return ENDLESS.match("a" * 60)


def test_a_regular_expression_that_never_ends_is_given_up() -> None:
    usual = signal.getsignal(LIMITING)
    assert within(0.01, match_endlessly) is None
    assert signal.getsignal(LIMITING) is usual
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_work_in_time_gives_its_result_or_its_error() -> None:
    assert within(60, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 // 0)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_an_event_loop_does_not_hear_of_it() -> None:
    async def work() -> None:
        loop, heard = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, heard.set)
        assert within(0.01, match_endlessly) is None
        os.kill(os.getpid(), signal.SIGTERM)
        await heard.wait()
        loop.remove_signal_handler(signal.SIGTERM)

    asyncio.run(work())


def spin(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


class RegexLexerMeta(type):
    """Built as slowly as a lexer of pygments on a slow machine."""

    def __call__(cls) -> object:
        spin(0.1)
        return super().__call__()


class Lexer(metaclass=RegexLexerMeta):
    pass


def test_the_time_in_which_a_lexer_is_built_does_not_count() -> None:
    assert isinstance(within(0.05, Lexer), Lexer)
    assert within(0.05, lambda: (Lexer(), match_endlessly())) is None


def test_no_garbage_is_collected_meanwhile() -> None:
    assert gc.isenabled()
    assert within(60, gc.isenabled) is False
    assert within(0.01, match_endlessly) is None
    assert gc.isenabled()


def test_the_time_of_other_threads_does_not_count() -> None:
    def wait_for_another() -> bool:
        thread = threading.Thread(target=spin, args=(0.2,))
        thread.start()
        thread.join()
        return True

    assert within(0.1, wait_for_another) is True


def test_another_thread_is_not_stopped() -> None:
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(within(0.01, lambda: 7)))
    thread.start()
    thread.join()
    assert results == [7]
