"""The real program on a pty, its screen read back through a terminal emulator.

    with Terminal("--demo") as terminal:
        terminal.wait_for("❯ ")
        terminal.type("hi\\r")
        terminal.wait_for("tok/s")
        terminal.text                     # scrollback and screen, row by row
        assert terminal.end() == 0

Waiting is reading: what the program writes is read until the awaited is on the screen.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Self

import pexpect
import pyte

from patience import PATIENCE_S

_HISTORY_ROWS = 20_000


class Screen(pyte.HistoryScreen):
    """pyte knows no DECSET 2026 or 2004 by name, and needs to know none."""


class Person:
    """Somebody at a terminal: types, and reads what the program shows."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = Screen(columns, rows, history=_HISTORY_ROWS, ratio=0.5)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._length_when_typed = -1

    def type(self, keys: str) -> None:
        self._length_when_typed = len(self.raw)
        self._send(keys)

    def _send(self, keys: str) -> None:
        raise NotImplementedError

    def _next_piece(self) -> bytes:
        """Of what the program writes; nothing at its end, or after PATIENCE_S."""
        raise NotImplementedError

    @property
    def rows(self) -> list[str]:
        """Scrollback and screen, trailing blanks cut."""
        above = [_text_of(row, self.screen.columns) for row in self.screen.history.top]
        return [*above, *(row.rstrip() for row in self.screen.display)]

    @property
    def text(self) -> str:
        return "\n".join(self.rows).rstrip()

    @property
    def prompt(self) -> str:
        """The last row down to the cursor that holds anything: where one types. Empty while
        an answer arrives, although one may type below it as well."""
        below = self.screen.lines - 1 - self.screen.cursor.y
        rows = self.rows[: len(self.rows) - below]
        *above, last = ["", "", *filter(None, rows)][-3:]
        return "" if any("to stop" in row for row in above) else last

    @property
    def status_line(self) -> str:
        """The rows below the cursor, as one text: the state of the chat."""
        below = self.screen.lines - 1 - self.screen.cursor.y
        return " ".join(self.rows[len(self.rows) - below :]).strip()

    def shows(self, wanted: str) -> bool:
        """Whether the text is there, however the window wraps it."""
        return "".join(wanted.split()) in "".join(self.text.split())

    def wait_for(self, wanted: str | Callable[[], bool]) -> None:
        """Read until the text (or the condition) is there; fails after PATIENCE_S."""
        arrived = wanted if callable(wanted) else partial(self.shows, wanted)
        deadline = time.monotonic() + PATIENCE_S
        while not arrived():
            if time.monotonic() > deadline or not self.read():
                raise AssertionError(f"{wanted!r} did not come; the screen:\n{self.text}")

    def wait_for_prompt(self) -> None:
        """Read until an empty prompt is the last row, which it was not when somebody typed."""
        empty = re.compile(r"[❯>]\s*")
        self.wait_for(lambda: self._has_answered and bool(empty.fullmatch(self.prompt)))

    @property
    def _has_answered(self) -> bool:
        return len(self.raw) > self._length_when_typed

    def read(self) -> bool:
        """Read what comes next; False at the end."""
        piece = self._next_piece()
        self.raw += piece
        self._stream.feed(piece)
        return bool(piece)


class Terminal(Person):
    """One run of the program, and the person at its terminal."""

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        environ: Mapping[str, str] | None = None,
        ignoring: Sequence[signal.Signals] = (),
    ) -> None:
        """The signals in `ignoring` are ignored, as whoever starts it by `nohup` asks."""
        super().__init__(columns, rows)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "streamchat", *arguments],
            env={**os.environ, **(environ or {})},
            dimensions=(rows, columns),
            preexec_fn=partial(_ignore, ignoring),
        )
        self.child.delaybeforesend = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.child.close(force=True)

    def _send(self, keys: str) -> None:
        self.child.send(keys)

    def end(self) -> int:
        """Read to the end; returns the exit status, 128 + N for signal N."""
        while self.read():
            pass
        self.child.close()
        if self.child.exitstatus is not None:
            return int(self.child.exitstatus)
        return 128 + int(self.child.signalstatus or 0)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def _next_piece(self) -> bytes:
        try:
            piece: Any = self.child.read_nonblocking(65536, timeout=PATIENCE_S)
        except (pexpect.EOF, pexpect.TIMEOUT):
            return b""
        return bytes(piece)


def _ignore(numbers: Sequence[signal.Signals]) -> None:
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)


def _text_of(row: Mapping[int, pyte.screens.Char], columns: int) -> str:
    return "".join(row[x].data for x in range(columns)).rstrip()
