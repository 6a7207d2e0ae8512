"""The size of a terminal, its mode, and its unread input.

Imports no library.
"""

from __future__ import annotations

import fcntl
import os
import termios
from array import array
from typing import TextIO

USUAL_WIDTH = 80
LOCAL_FLAGS = 3  # their place in the list of tcgetattr


def measure_width(stream: TextIO) -> int:
    """In columns; 80 if it is not a terminal, or does not know its width."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL_WIDTH
    except (OSError, ValueError):
        return USUAL_WIDTH


def count_waiting(file: int) -> int:
    """How many bytes can be read at once."""
    count = array("i", [0])
    try:
        fcntl.ioctl(file, termios.FIONREAD, count)
    except OSError:
        return 0
    return count[0]


def take_waiting(file: int) -> bytes:
    """What was typed and not yet read, including an unfinished last line, which a terminal
    with its own line editing would keep until Enter."""
    try:
        usual = termios.tcgetattr(file)
    except termios.error:  # the terminal is gone
        return b""
    at_once = [*usual]
    at_once[LOCAL_FLAGS] &= ~termios.ICANON
    termios.tcsetattr(file, termios.TCSANOW, at_once)
    try:
        count = count_waiting(file)
        return os.read(file, count) if count else b""
    finally:
        termios.tcsetattr(file, termios.TCSANOW, usual)


def gives_single_keys(file: int) -> bool:
    """Whether the terminal delivers each key at once, for a program with its own line
    editing."""
    try:
        return not termios.tcgetattr(file)[LOCAL_FLAGS] & termios.ICANON
    except termios.error:  # not a terminal, or gone
        return False
