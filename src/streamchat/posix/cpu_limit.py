"""Work that may take too long and cannot be divided: it is abandoned after some CPU time.

A regular expression may need longer than the universe exists for forty characters. It runs
in one call, in which no key is served; only a signal stops it. Only the CPU time of the work
counts, so that neither a busy machine nor another thread changes the result. While pygments
builds a lexer, no time counts: that happens once, ends, and takes longest on slow machines.
No garbage is collected meanwhile: it would count, and what stops the work would be lost in a
callback of the collector.
"""

from __future__ import annotations

import gc
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from streamchat.posix.fatal_signals import LIMITING

BUILDS_LEXER = "RegexLexerMeta.__call__"  # of pygments: compiles all expressions of a lexer
_TICK_S = 0.02  # of CPU time of the process

_T = TypeVar("_T")


class _OutOfTimeError(Exception):
    pass


def within(seconds: float, work: Callable[[], _T]) -> _T | None:
    """What `work` returns; None if it took longer. Only the main thread can be stopped: in
    others the work takes its time."""
    if threading.current_thread() is not threading.main_thread():
        return work()
    is_running = True
    used, last = 0.0, time.thread_time()

    def count(_number: int, frame: FrameType | None) -> None:
        nonlocal used, last
        now = time.thread_time()
        is_counted = is_running and not _builds_lexer(frame)
        used += now - last if is_counted else 0.0
        last = now
        if is_counted and used >= seconds:
            raise _OutOfTimeError

    collects = gc.isenabled()
    gc.disable()
    usual = signal.signal(LIMITING, count)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, min(seconds, _TICK_S), _TICK_S)
        try:
            return work()
        finally:
            is_running = False  # a signal from here on is too late
    except _OutOfTimeError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(LIMITING, usual or signal.SIG_DFL)
        if collects:
            gc.enable()


def _builds_lexer(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_qualname == BUILDS_LEXER:
            return True
        frame = frame.f_back
    return False
