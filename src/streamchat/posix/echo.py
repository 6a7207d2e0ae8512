"""What a terminal shows of what is typed."""

from __future__ import annotations

import termios
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_echo(file: int) -> Iterator[None]:
    """While entered, the terminal does not show what is typed."""
    try:
        before = termios.tcgetattr(file)
    except termios.error:  # no terminal
        yield
        return
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(file, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)
