"""The prompt before prompt_toolkit is loaded: it is on the screen and takes keys.

Owns the terminal's modes until the first `Prompt` reads, and remembers the original ones.
Imports no library.

Rule 1: nothing that is typed meanwhile acts, is echoed or is lost. It waits in the terminal,
in order, and so do Ctrl-C and Ctrl-D: the first `Prompt` reads it as if it came then.
Rule 2: the terminal has already echoed and changed what was typed before raw mode. This text is
read and changed back, and its echo is erased where that is certain to erase nothing else.
Rule 3: whatever happens before the first `Prompt` reads, `leave` gives the terminal back as it
was.
"""

from __future__ import annotations

import os
import termios
from contextlib import suppress
from typing import Any, TextIO

from streamchat.posix.terminals import count_waiting

_PASTES_MARKED, _PASTES_UNMARKED = "\x1b[?2004h", "\x1b[?2004l"
# Before raw mode, the terminal changes Enter and Ctrl-D to these.
COOKED = {ord("\n"): "\r", ord("\0"): "\x04"}
# From the second column on: if the very first cell is erased too, tmux puts the whole screen
# into the scrollback.
_ERASE_BELOW = "\r\x1b[K\x1b[C\x1b[J\r"
_LOCAL_OFF = termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG
_INPUT_OFF = termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR
_IFLAG, _LFLAG, _CC = 0, 3, 6  # places in the list of tcgetattr


def choose_sign(*, unicode: bool) -> str:
    """The sign before the typed text, and before a chosen row."""
    return "❯ " if unicode else "> "


class EarlyPrompt:
    """A prompt on the screen, from `draw` until `take_over` or `leave`. `typed` is what was
    typed before raw mode, as raw mode would give it."""

    def __init__(self, keys: TextIO, screen: TextIO) -> None:
        """Raises OSError for what is not a terminal."""
        self._file = keys.fileno()
        self._screen = screen
        try:
            self._usual_modes = termios.tcgetattr(self._file)
        except termios.error as error:
            raise OSError(*error.args) from error
        self._stands = False
        self.typed = ""

    def draw(self, text: str, *, columns: int) -> None:
        """Put `text`, which ends with the prompt, on the screen, and take the keys."""
        self._stands = True
        termios.tcsetattr(self._file, termios.TCSANOW, _raw(termios.tcgetattr(self._file)))
        cooked = _take(self._file)
        self.typed = cooked.translate(COOKED)
        self._write(_erase_echo(cooked, columns) + text + _PASTES_MARKED)

    def take_over(self) -> None:
        """The caller draws its prompt over this one and reads the keys from now on."""
        if self._stands:
            self._stands = False
            self._write("\r")

    def restore_modes(self, *, echo: bool = True) -> None:
        """Restore the original modes; without `echo`, typed text is not shown."""
        modes = [*self._usual_modes]
        if not echo:
            modes[_LFLAG] &= ~termios.ECHO
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(self._file, termios.TCSANOW, modes)

    def leave(self) -> None:
        """Give the terminal back; the prompt is erased, unless it was taken over."""
        if self._stands:
            self._stands = False
            self._write(_ERASE_BELOW + _PASTES_UNMARKED)
        self.restore_modes()

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._screen.write(text)
            self._screen.flush()


def _raw(modes: list[Any]) -> list[Any]:
    """The modes in which prompt_toolkit reads; output is translated as usual."""
    modes[_LFLAG] &= ~_LOCAL_OFF
    modes[_IFLAG] &= ~_INPUT_OFF
    modes[_CC][termios.VMIN] = 1
    return modes


def _take(file: int) -> str:
    """Take what was typed so far."""
    if not (count := count_waiting(file)):
        return ""
    data = os.read(file, count)
    while count_waiting(file) and data[-1] & 0xC0 == 0x80 and not _is_utf8(data):
        data += os.read(file, 1)  # the rest of a character
    return data.decode(errors="replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _erase_echo(cooked: str, columns: int) -> str:
    """Go back to where the echo began; only the place of an echo of plain text is known."""
    lines = cooked.split("\n")
    if not cooked or not all(line.isascii() and line.isprintable() for line in lines if line):
        return ""
    rows = sum(max(1, -(-len(line) // columns)) for line in lines) - 1
    return (f"\x1b[{rows}A" if rows else "") + _ERASE_BELOW
