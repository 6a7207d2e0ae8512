"""Lines of a terminal that does its own line editing, and which of them belong together.

Rules: lines that arrive together were pasted and are one text. The last line of a paste may
have no end yet: it is taken as well, and the next Enter ends the text. What was typed before
the program read was typed line by line. Cancelling loses nothing.
"""

from __future__ import annotations

import asyncio
import os
from typing import TextIO

from streamchat.core.errors import TerminalClosed
from streamchat.posix.terminals import count_waiting, take_waiting
from streamchat.prompt.entry import normalised

PASTE_SECONDS = 0.02  # nobody can type a line that fast
_PIECE_BYTES = 65536


class PlainLines:
    """The lines that can be read from `keys`."""

    def __init__(self, keys: TextIO) -> None:
        self._file = keys.fileno()
        self._is_terminal = keys.isatty()
        self._pending = b""
        self._ended = False

    @property
    def is_typed_ahead(self) -> bool:
        """Whether a line was typed before the program asked for one."""
        return self._is_terminal and not self._pending and count_waiting(self._file) > 0

    async def line(self, stop: asyncio.Event) -> str | None:
        """One line without its end; None at the end of input, or as soon as `stop` is set.
        Raises TerminalClosed."""
        if not await self._has_line(stop):
            return None
        line, end, self._pending = self._pending.partition(b"\n")
        return _text(line) if line or end else None

    async def lines(self, stop: asyncio.Event) -> str | None:
        """The lines that arrive together, without the last line end; None as with `line`."""
        if not self._is_terminal:
            return await self.line(stop)
        while await self._has_line(stop):
            if await self._comes(stop, PASTE_SECONDS):
                self._read()
                continue
            self._pending += take_waiting(self._file)
            if self._ended or self._pending.endswith(b"\n"):
                text, self._pending = self._pending.removesuffix(b"\n"), b""
                return _text(text)
            if not await self._comes(stop):
                break
            self._read()
        return None

    def take_unfinished(self) -> str:
        """What was typed of a line without an end; a terminal keeps it until Enter."""
        return _text(take_waiting(self._file)) if self._is_terminal else ""

    def take_rest(self) -> list[str]:
        """Take the lines that were read but not asked for."""
        rest, self._pending = self._pending, b""
        return [_text(line) for line in rest.splitlines()]

    async def _has_line(self, stop: asyncio.Event) -> bool:
        """Read on until there is a line; False at the end of input and when stopped."""
        while b"\n" not in self._pending and not self._ended:
            if not await self._comes(stop):
                return False
            self._read()
        return bool(self._pending)

    async def _comes(self, stop: asyncio.Event, seconds: float | None = None) -> bool:
        """Whether something can be read within `seconds` and before `stop` is set."""
        if self._ended:
            return False
        loop = asyncio.get_running_loop()
        happened = asyncio.Event()
        loop.add_reader(self._file, happened.set)
        waiting = {loop.create_task(happened.wait()), loop.create_task(stop.wait())}
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_reader(self._file)
            for task in waiting:
                task.cancel()
        return happened.is_set() and not stop.is_set()

    def _read(self) -> None:
        """Read what is available. An empty read is Ctrl-D, or the terminal was closed:
        TerminalClosed."""
        try:
            piece = os.read(self._file, _PIECE_BYTES)
        except OSError as error:
            raise TerminalClosed() from error
        if not piece and self._is_terminal and not os.isatty(self._file):
            raise TerminalClosed()
        self._pending += piece
        self._ended = not piece


def _text(line: bytes) -> str:
    return normalised(line.removesuffix(b"\r").decode(errors="replace"))
