"""Whether a terminal echoes what is typed."""

from __future__ import annotations

import termios
from collections.abc import Iterator
from contextlib import contextmanager

from streamchat.posix.terminals import LOCAL_FLAGS


def set_echo(file: int, *, on: bool) -> bool:
    """Turn the echo on or off. Returns whether it was on; True if the file is not a
    terminal."""
    try:
        modes = termios.tcgetattr(file)
        was_on = bool(modes[LOCAL_FLAGS] & termios.ECHO)
        if was_on != on:
            modes[LOCAL_FLAGS] ^= termios.ECHO
            termios.tcsetattr(file, termios.TCSANOW, modes)
    except termios.error:
        return True
    return was_on


@contextmanager
def without_echo(file: int) -> Iterator[None]:
    """While entered, the terminal does not show what is typed."""
    was_on = set_echo(file, on=False)
    try:
        yield
    finally:
        if was_on:
            set_echo(file, on=True)


@contextmanager
def with_echo(file: int) -> Iterator[None]:
    """While entered, the terminal is as another program expects it: it shows what is typed."""
    was_on = set_echo(file, on=True)
    try:
        yield
    finally:
        if not was_on:
            set_echo(file, on=False)
