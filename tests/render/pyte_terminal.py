"""A terminal of known size that remembers what scrolled off: pyte, and counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyte
from pyte.screens import Char

from streamchat.render.cells import graphemes, is_narrow
from streamchat.render.rows import Row

MODES = re.compile(r"\x1b\[\?(\d+)([hl])")


_LINK = re.compile(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b\\\\")


class _Screen(pyte.HistoryScreen):
    """pyte 0.8.2, mended where it is not a terminal:

    - deleting rows leaves one as it was when a never written one moves there;
    - a zero-width character that is no combining mark ends what is drawn. Here what a
      terminal draws as one (a family, a flag) is one cell, or two;
    - it knows neither links (kept as the background) nor dim (kept as blinking).

    As in tmux, what is erased from the first cell of the screen on is kept as history. As in
    alacritty, deleted rows are, where `saves_deleted_rows`; as in xterm, those from the first
    row of the screen on always are.
    """

    link = "default"
    saves_deleted_rows = False

    def delete_lines(self, count: int | None = None) -> None:
        top = self.cursor.y
        if self.saves_deleted_rows or top == 0:
            deleted = range(top, min(top + (count or 1), self.lines))
            self.history.top.extend(self.buffer[y] for y in deleted)
        for y in range(self.lines):
            self.buffer[y] = self.buffer[y]
        super().delete_lines(count)

    def select_graphic_rendition(self, *attrs: int) -> None:
        super().select_graphic_rendition(*attrs)
        dim = self.cursor.attrs.blink and 0 not in attrs and bool(attrs)
        self.cursor.attrs = self.cursor.attrs._replace(bg=self.link, blink=dim or 2 in attrs)

    def erase_in_display(self, how: int = 0, *args: object, **kwargs: object) -> None:
        if how == 0 and (self.cursor.x, self.cursor.y) == (0, 0):
            self.history.top.extend(self.buffer.pop(y) for y in range(self.lines))
        super().erase_in_display(how, *args, **kwargs)

    def draw(self, data: str) -> None:
        if is_narrow(data):
            super().draw(data)
            return
        for grapheme, cells in graphemes(data):
            self._draw_one(grapheme, cells)

    def _draw_one(self, grapheme: str, cells: int) -> None:
        if cells == 0:
            x = self.cursor.x - 1
            line = self.buffer[self.cursor.y]
            while x > 0 and not line[x].data:
                x -= 1
            if x >= 0:
                line[x] = line[x]._replace(data=line[x].data + grapheme)
            return
        if self.cursor.x + cells > self.columns:
            if pyte.modes.DECAWM in self.mode:
                self.carriage_return()
                self.linefeed()
            else:
                self.cursor.x = self.columns - cells
        line = self.buffer[self.cursor.y]
        line[self.cursor.x] = self.cursor.attrs._replace(data=grapheme)
        for x in range(self.cursor.x + 1, self.cursor.x + cells):
            line[x] = self.cursor.attrs._replace(data="")
        self.cursor.x += cells


class PyteTerminal:
    """Feed it what a terminal would be sent; read back its history and screen."""

    def __init__(self, width: int, height: int, *, saves_deleted_rows: bool = False) -> None:
        self.screen = _Screen(width, height, history=100_000)
        self.screen.saves_deleted_rows = saves_deleted_rows
        self.stream = pyte.Stream(self.screen)
        self.fed = ""

    def feed(self, text: str) -> None:
        assert "\x1b[2J" not in text
        assert "\x1b[3J" not in text
        assert "\x1b[6n" not in text
        assert not re.search(r"\x1b\[\d*;?\d*r", text)
        self.fed += text
        for index, piece in enumerate(_LINK.split(text)):
            if index % 2:
                self.screen.link = piece or "default"
                self.screen.cursor.attrs = self.screen.cursor.attrs._replace(
                    bg=self.screen.link
                )
            else:
                self.stream.feed(piece)

    def lines(self) -> list[str]:
        """Everything, oldest first, without trailing blanks."""
        lines = [_text(line) for line in self.screen.history.top]
        lines += [_text(self.screen.buffer[y]) for y in range(self.screen.lines)]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def styles(self) -> list[list[tuple[object, ...]]]:
        """The styling of every non-blank cell, oldest row first."""
        width = self.screen.columns
        kept = [
            *self.screen.history.top,
            *(self.screen.buffer[y] for y in range(self.screen.lines)),
        ]
        rows = [[tuple(line[x]) for x in range(width) if line[x].data.strip()] for line in kept]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def modes(self) -> dict[str, str]:
        """The last setting of each private mode that was ever touched."""
        return dict(MODES.findall(self.fed))


def _text(line: Mapping[int, Char]) -> str:
    """Only cells that were written are kept in a line."""
    end = max(line, default=-1) + 1
    return "".join(line[x].data for x in range(end)).rstrip()


def printed(rows: Iterable[Row], width: int, height: int) -> PyteTerminal:
    """The rows printed one after the other: what streaming has to equal."""
    terminal = PyteTerminal(width, height)
    terminal.feed("".join(row.text + "\r\n" for row in rows))
    return terminal
