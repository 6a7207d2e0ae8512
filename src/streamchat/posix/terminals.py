"""The size of a terminal, and what waits in it."""

from __future__ import annotations

import os
import termios
from contextlib import suppress
from typing import TextIO

USUAL_WIDTH = 80


def measure_width(stream: TextIO) -> int:
    """In columns; 80 if it is not a terminal, or does not know its width."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL_WIDTH
    except (OSError, ValueError):
        return USUAL_WIDTH


def drop_typed(stream: TextIO) -> None:
    """Drop what was typed and not yet read."""
    with suppress(termios.error, OSError, ValueError):  # no terminal
        termios.tcflush(stream.fileno(), termios.TCIFLUSH)
