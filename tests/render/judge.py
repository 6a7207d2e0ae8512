"""Real documents through the real fold and painter, the screen judged after every frame."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pyte.screens import Char
from pyte_terminal import PyteTerminal
from row_streams import build_row
from stage import Stage

from streamchat.core.events import TextDelta
from streamchat.core.ports import Ending
from streamchat.render.markdown.markdown_rows import MarkdownRows, render
from streamchat.render.rows import BLANK, Row
from streamchat.render.screen.painter import Painter
from streamchat.render.style import Style

Image = Mapping[int, Char]
UNWRITTEN = Char(" ")


def image_of(line: Image) -> dict[int, Char]:
    """Only what can be seen."""
    return {x: char for x, char in line.items() if char != UNWRITTEN}


@lru_cache(20_000)
def images_of(text: str, width: int, cells: int) -> list[dict[int, Char]]:
    """What a terminal makes of a row alone; it wraps one that is wider than the window."""
    is_wide = cells > width
    terminal = PyteTerminal(width, 2 * cells // width + 2 if is_wide else 1)
    terminal.feed(text if is_wide else "\x1b[?7l" + text)
    screen = terminal.screen
    return [image_of(screen.buffer[y]) for y in range(screen.cursor.y + 1)]


@dataclass
class Judge:
    """Knows what must be on the terminal, and says where it is not."""

    width: int
    height: int
    terminal: PyteTerminal
    settled: list[Row] = field(default_factory=list)
    _images: list[Image] = field(default_factory=list)  # of the settled rows
    _seen: int = 0  # settled rows that have an image
    _verified: int = 0  # rows of the history, which cannot change any more

    def check(self, live: Sequence[Row], about: str, *, footer: int = 0) -> None:
        """`settled` and below it `live` are there, then at most `footer` rows."""
        for row in self.settled[self._seen :]:
            self._images += images_of(row.text, self.width, row.width)
        self._seen = len(self.settled)
        screen = self.terminal.screen
        above = len(screen.history.top)
        assert above <= len(self._images), f"a live row scrolled off: {about!r}"
        for index in range(self._verified, above):
            self._check_row(screen.history.top[index], self._images[index], index, about)
        self._verified = above
        shown = [image for row in live for image in images_of(row.text, self.width, row.width)]
        images = [*self._images[above:], *shown]
        assert not any(images[self.height :])
        for y, image in enumerate(images[: self.height]):
            self._check_row(screen.buffer[y], image, above + y, about)
        for y in range(len(images) + footer, self.height):
            self._check_row(screen.buffer[y], {}, above + y, about)

    def _check_row(self, line: Image, wanted: Image, index: int, about: str) -> None:
        seen = image_of(line)
        assert seen == wanted, (
            f"row {index} at {self.width}x{self.height} is {_text(seen)!r}, "
            f"not {_text(wanted)!r}, after {about!r}"
        )


def _text(image: Image) -> str:
    end = max(image, default=-1) + 1
    return "".join(image[x].data if x in image else " " for x in range(end))


def stream(
    pieces: Iterable[str],
    *,
    width: int,
    height: int,
    look: Style,
    dropped: float = 0.0,
    seed: int = 0,
) -> int:
    """Show the pieces, `dropped` of the frames left out; returns the bytes written."""
    drops = random.Random(seed)
    judge = Judge(width, height, PyteTerminal(width, height))
    judge.settled = [BLANK]
    judge.terminal.feed("\r\n")  # a live row is never the first of the screen
    fold = MarkdownRows(width=width, look=look)
    painter = Painter(width=width, height=height)
    waiting: list[Row] = []
    source = ""
    for number, piece in enumerate(pieces):
        source += piece
        waiting += fold.feed(piece)
        if drops.random() < dropped:
            continue
        footer = [build_row(f"{'|/-'[number % 3]} writing {number // 7} s"[:width], "\x1b[2m")]
        live = (fold.tail(height - 2) + footer) if height > 2 else footer[: height - 1]
        judge.terminal.feed(painter.frame(waiting, live))
        judge.settled += waiting
        waiting = []
        judge.check(live, source)
    waiting += fold.close()
    judge.terminal.feed(painter.finish(waiting))
    judge.settled += waiting
    judge.check([], source)
    assert judge.settled[1:] == render(source, width=width, look=look), source
    assert judge.terminal.screen.cursor.x == 0
    assert judge.terminal.modes().get("7", "h") == "h"
    return len(judge.terminal.fed.encode())


def show(made: Stage, pieces: Iterable[str]) -> None:
    """The same through a whole screen: scheduler, panel and status included."""
    size = made.terminal.screen
    judge = Judge(size.columns, size.lines, made.terminal)
    look, room = made.screen.look, size.lines - 1
    fold = MarkdownRows(width=size.columns, look=look)
    judge.settled = [BLANK]
    footer = 2 if room >= 10 else 1 if room > 1 else 0
    view = made.screen.reply(model="opus")
    source = ""
    for piece in pieces:
        source += piece
        view.feed(TextDelta(piece))
        judge.settled += fold.feed(piece)
        live = fold.tail(room - footer)
        made.loop.advance(0.05)  # a frame, whatever the scheduler waits for
        judge.check(live, source, footer=footer)
    view.close(Ending.COMPLETE, None, 1.0)
    judge.settled += fold.close()
    judge.check([], source)
    assert judge.settled[1:] == render(source, width=size.columns, look=look), source
    assert made.terminal.screen.cursor.x == 0
    assert made.terminal.modes().items() <= {"25": "h", "2026": "l", "7": "h"}.items()
