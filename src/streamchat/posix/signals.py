"""SIGINT (Ctrl-C), for as long as somebody else handles it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamchat.posix.fatal_signals import is_ignored


@contextmanager
def interruptible(stop: Callable[[], None]) -> Iterator[None]:
    """While entered, SIGINT calls `stop` instead of ending the program. A signal that was
    ignored at the start stays ignored. Main thread only."""
    if is_ignored(signal.SIGINT):
        yield
        return
    loop = asyncio.get_running_loop()
    usual = signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGINT, stop)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, usual)
