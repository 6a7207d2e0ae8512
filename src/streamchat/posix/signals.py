"""SIGINT (Ctrl-C) and SIGCONT (fg), for as long as somebody else handles them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamchat.posix.fatal_signals import FATAL, is_ignored


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
        signal.signal(signal.SIGINT, usual or signal.SIG_DFL)


@contextmanager
def interrupting() -> Iterator[None]:
    """While entered, SIGINT and the signals that end a process raise KeyboardInterrupt in what
    runs, once. The event loop, which waits meanwhile, learns of the signal afterwards. A signal
    that was ignored at the start stays ignored. Main thread only."""
    is_running = True

    def interrupt(_number: int, _frame: object) -> None:
        nonlocal is_running
        if is_running:
            is_running = False
            raise KeyboardInterrupt

    numbers = [number for number in (signal.SIGINT, *FATAL) if not is_ignored(number)]
    usual = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        is_running = False
        for number, handler in usual.items():
            signal.signal(number, handler or signal.SIG_DFL)


@contextmanager
def on_continued(redraw: Callable[[], None]) -> Iterator[None]:
    """While entered, `redraw` is called when the program continues after a Ctrl-Z: what was
    before the cursor was left behind in the shell. Main thread only."""
    usual = signal.signal(signal.SIGCONT, lambda _number, _frame: redraw())
    try:
        yield
    finally:
        signal.signal(signal.SIGCONT, usual or signal.SIG_DFL)
