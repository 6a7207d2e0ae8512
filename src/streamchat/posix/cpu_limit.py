"""Work that may take too long, and cannot be divided: it is given up after some CPU time.

A regular expression may need longer than the universe exists for forty characters. It runs
in one call, in which no key is served; only a signal stops it. The time is the process's own,
so that a busy machine changes no result.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import TypeVar

from streamchat.posix.fatal_signals import LIMITING

_T = TypeVar("_T")


class _OutOfTimeError(Exception):
    pass


def within(seconds: float, work: Callable[[], _T]) -> _T | None:
    """What `work` returns; None if it took longer. Only the main thread can be stopped: in
    others the work takes its time."""
    if threading.current_thread() is not threading.main_thread():
        return work()
    is_running = True

    def stop(_number: int, _frame: object) -> None:
        if is_running:
            raise _OutOfTimeError

    usual = signal.signal(LIMITING, stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            return work()
        finally:
            is_running = False  # whatever comes from here on is too late
    except _OutOfTimeError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(LIMITING, usual or signal.SIG_DFL)
