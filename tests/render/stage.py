"""A terminal screen with everything around it faked: stream, time, timers, fold."""

from __future__ import annotations

import heapq
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from pyte_terminal import PyteTerminal

from streamchat.render import open_screen
from streamchat.render.cells import fold as fold_cells
from streamchat.render.rows import Row
from streamchat.render.screen.terminal_screen import TerminalScreen
from streamchat.render.spans import Span, build_row
from streamchat.render.style import Style


class Tty(io.StringIO):
    """Counts what is written; feeds a terminal when there is one."""

    def __init__(
        self, terminal: PyteTerminal | None = None, *, encoding: str = "utf-8"
    ) -> None:
        super().__init__()
        self.terminal = terminal
        self.writes: list[str] = []
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        text.encode(self._encoding)
        self.writes.append(text)
        if self.terminal is not None:
            self.terminal.feed(text.replace("\n", "\r\n"))  # as the line discipline does
        return len(text)

    @property
    def text(self) -> str:
        return "".join(self.writes)


@dataclass
class Timed:
    """A timer of a fake loop."""

    callback: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


@dataclass
class FakeLoop:
    """A clock that moves when told, and what was to be called by then."""

    now_s: float = 1000.0
    timers: list[tuple[float, int, Timed]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)  # of timers, in their order

    def clock(self) -> float:
        return self.now_s

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timed:
        timer = Timed(callback)
        heapq.heappush(self.timers, (self.now_s + delay, next(self.numbers), timer))
        return timer

    def advance(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while self.timers and self.timers[0][0] <= end_s:
            due_s, _, timer = heapq.heappop(self.timers)
            if not timer.is_cancelled:
                self.now_s = max(self.now_s, due_s)
                timer.callback()
        self.now_s = max(self.now_s, end_s)


class FakeFold:
    """Every whole line settles, folded; the open one is the tail."""

    def __init__(self, width: int, look: Style) -> None:
        self.width = width
        self.open = ""

    def feeding(self, text: str) -> Iterator[list[Row]]:
        *lines, self.open = (self.open + text).split("\n")
        yield from map(self._rows, lines)

    def tail(self, height: int, pushed: int = 0) -> list[Row]:
        return self._rows(self.open)[-height:] if self.open else []

    def closing(self) -> Iterator[list[Row]]:
        rest, self.open = self.open, ""
        yield self._rows(rest) if rest else []

    def resize(self, width: int) -> None:
        self.width = width

    def _rows(self, line: str) -> list[Row]:
        pieces = fold_cells(line, self.width)
        return [build_row([Span(line[piece.start : piece.end])]) for piece in pieces]


@dataclass
class Stage:
    """`stage(width, height)`: a screen on an emulated terminal of that size."""

    terminal: PyteTerminal
    tty: Tty
    loop: FakeLoop
    environ: dict[str, str]
    screen: TerminalScreen

    @property
    def lines(self) -> list[str]:
        return self.terminal.lines()


def stage(width: int = 60, height: int = 12, **environ: str) -> Stage:
    terminal = PyteTerminal(width, height)
    tty, loop = Tty(terminal), FakeLoop()
    world = {"TERM": "xterm-256color", "COLUMNS": str(width), "LINES": str(height), **environ}
    screen = open_screen(tty, environ=world, clock=loop.clock, call_later=loop.call_later)
    return Stage(terminal, tty, loop, world, screen)
