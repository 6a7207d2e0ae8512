"""The signals that end a process, and how to die of one. Imports nothing that takes time,
because the first prompt needs it.

A handler that was not set by Python reads as None and cannot be restored, so the default
replaces it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Every signal that ends a process by default, except those of a crash (SEGV and the like),
# INT (a key, see `posix.signals`) and PIPE (an error of write). Some systems lack some.
_NAMES = "HUP QUIT TERM USR1 USR2 ALRM VTALRM PROF XCPU POLL PWR STKFLT"
FATAL = tuple(
    getattr(signal, f"SIG{name}") for name in _NAMES.split() if hasattr(signal, f"SIG{name}")
)
# Ours for a while, when `posix.cpu_limit` uses it: no event loop may listen for it, since it
# would hear of that.
LIMITING = signal.SIGVTALRM


def is_ignored(number: int) -> bool:
    """Whether the parent process made this signal ignored (`nohup`, `trap '' INT`)."""
    return signal.getsignal(number) is signal.SIG_IGN


def die_of(status: int) -> None:
    """If `status` is 128 + N for INT or a signal N in FATAL, end the process by that signal: a
    shell ends its loop then. Returns otherwise."""
    number = status - 128
    if number in (*FATAL, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


@contextmanager
def restored_before_death(restore: Callable[[], None]) -> Iterator[None]:
    """While entered, a fatal signal calls `restore` before it ends the process, unless an
    event loop handles the signal."""

    def die(number: int, _frame: object) -> None:
        restore()
        die_of(128 + number)

    usual = {number: signal.getsignal(number) for number in FATAL if not is_ignored(number)}
    for number in usual:
        signal.signal(number, die)
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler or signal.SIG_DFL)
