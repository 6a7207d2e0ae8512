"""A terminal of known size that remembers what scrolled off: pyte, and counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyte
from pyte.screens import Char

from streamchat.render.rows import Row

MODES = re.compile(r"\x1b\[\?(\d+)([hl])")


class _Screen(pyte.HistoryScreen):
    """pyte 0.8.2 leaves a row as it was when deleting moves a never written one there."""

    def delete_lines(self, count: int | None = None) -> None:
        for y in range(self.lines):
            self.buffer[y] = self.buffer[y]
        super().delete_lines(count)


class PyteTerminal:
    """Feed it what a terminal would be sent; read back its history and screen."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = _Screen(width, height, history=100_000)
        self.stream = pyte.Stream(self.screen)
        self.fed = ""

    def feed(self, text: str) -> None:
        assert "\x1b[2J" not in text
        assert "\x1b[3J" not in text
        assert "\x1b[6n" not in text
        assert not re.search(r"\x1b\[\d*;?\d*r", text)
        self.fed += text
        self.stream.feed(text)

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
