"""Signals: which ones end a run, and with which exit status.

Rules: a signal cancels the running task, so that what arrived is kept. The terminal is
restored. Then the process dies of the signal itself, as its parent expects. A signal that
was ignored at the start stays ignored (`nohup`, `trap '' INT`).
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import filterfalse
from typing import Any, TextIO

from streamchat.posix.fatal_signals import FATAL, LIMITING, is_ignored


def run_guarded(main: Coroutine[Any, Any, int]) -> int:
    """Run to the end, or until a signal; returns the exit status, 128 + N for signal N."""
    return asyncio.run(_guarded(main))


async def _guarded(main: Coroutine[Any, Any, int]) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(main)
    received: list[int] = []

    def end(number: int) -> None:
        received.append(number)
        task.cancel()

    def end_soon(number: int, _frame: object) -> None:
        loop.call_soon_threadsafe(end, number)

    for number in filterfalse(is_ignored, FATAL):
        if number == LIMITING:
            signal.signal(number, end_soon)
        else:
            loop.add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        return 128 + received[0]


@contextmanager
def on_resize(tell: Callable[[], None]) -> Iterator[None]:
    """While entered, `tell` is called when the window's size changes."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGWINCH, tell)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)


@contextmanager
def on_stopped(
    resting: Callable[[], AbstractContextManager[None]], suspend: Callable[[], bool]
) -> Iterator[None]:
    """While entered, SIGTSTP from any sender stops the process inside `resting`: at once, or
    as soon as the reader of keys has given the terminal back, if `suspend` returns True."""
    if is_ignored(signal.SIGTSTP):
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        if suspend():
            return
        with resting():
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)  # returns on fg
            signal.signal(signal.SIGTSTP, stop)

    usual = signal.signal(signal.SIGTSTP, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, usual or signal.SIG_DFL)


@contextmanager
def on_suspend(resting: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """While entered, Ctrl-Z (SIGTSTP) stops the process inside `resting`."""
    if is_ignored(signal.SIGTSTP):
        yield
        return
    loop = asyncio.get_running_loop()

    def suspend() -> None:
        with resting():
            # With the default action, the kernel does not stop a process without a shell to
            # return to.
            loop.remove_signal_handler(signal.SIGTSTP)
            os.kill(os.getpid(), signal.SIGTSTP)  # returns on fg
            loop.add_signal_handler(signal.SIGTSTP, suspend)

    loop.add_signal_handler(signal.SIGTSTP, suspend)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTSTP)


@contextmanager
def without_echo(terminal: TextIO) -> Iterator[None]:
    """While entered, typed keys are not echoed to the screen; Ctrl-C still interrupts."""
    if not terminal.isatty():
        yield
        return
    import termios  # missing on some systems

    usual = termios.tcgetattr(terminal)
    quiet = termios.tcgetattr(terminal)
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(terminal, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, usual)
