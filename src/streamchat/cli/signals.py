"""Signals and the terminal's echo: what ends a run, and with which status.

Rules: a signal cancels the running task, so that what arrived is kept on the way out;
the status is 128 + its number; the terminal is left as it was found.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

FATAL = (signal.SIGTERM, signal.SIGHUP)


def run_guarded(main: Coroutine[Any, Any, int]) -> int:
    """Run to the end, or to the signal that ends it; returns the exit status."""
    return asyncio.run(_guarded(main))


async def _guarded(main: Coroutine[Any, Any, int]) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(main)
    received: list[int] = []

    def end(number: int) -> None:
        received.append(number)
        task.cancel()

    for number in FATAL:
        loop.add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        return 128 + received[0]


@contextmanager
def interruptible(stop: Callable[[], None]) -> Iterator[None]:
    """While entered, SIGINT (Ctrl-C) calls `stop` instead of ending the program."""
    loop = asyncio.get_running_loop()
    usual = signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGINT, stop)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, usual)


@contextmanager
def on_resize(tell: Callable[[], None]) -> Iterator[None]:
    """While entered, a change of the window's size is told."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGWINCH, tell)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)


@contextmanager
def without_echo(terminal: TextIO) -> Iterator[None]:
    """While entered, keys are not echoed into what is painted; Ctrl-C still interrupts."""
    if not terminal.isatty():
        yield
        return
    import termios  # not on every system that Python runs on

    usual = termios.tcgetattr(terminal)
    quiet = termios.tcgetattr(terminal)
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(terminal, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, usual)
