"""Random answers as a fold would give them: rows that settle, and a live tail."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from streamchat.core.terminal import Traits
from streamchat.render.cells import cell_len
from streamchat.render.rows import BLANK, Row
from streamchat.render.screen.painter import Painter

WORDS = [
    "the",
    "rows",
    "of",
    "an",
    "answer",
    "好的",
    "ありがとう",
    "naïve",
    "x",
    "→",
    "a-much-longer-word",
]
STYLES = ["\x1b[1m", "\x1b[2m", "\x1b[38;5;141m", "\x1b[3m\x1b[32m"]


def build_row(text: str, style: str = "") -> Row:
    return Row(f"{style}{text}\x1b[0m" if style and text else text, cell_len(text))


def build_painter(
    *,
    width: int,
    height: int,
    reflows: bool = False,
    deletes_rows: bool = True,
    keeps_wraps: bool = False,
    synchronizes: bool = False,
) -> Painter:
    traits = Traits(
        reflows=reflows,
        deletes_rows=deletes_rows,
        keeps_wraps=keeps_wraps,
        synchronizes=synchronizes,
    )
    return Painter(width=width, height=height, traits=traits)


def fit(text: str, width: int) -> str:
    """As much of the text as fits, cut between characters."""
    while cell_len(text) > width:
        text = text[:-1]
    return text


@dataclass
class RowStream:
    """Each step grows the last row, adds one, settles some, or changes the tail."""

    width: int
    seed: int
    words: list[str] = field(default_factory=lambda: WORDS)
    settled: list[Row] = field(default_factory=list)
    tail: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.text, self.style = "", ""

    def step(self) -> list[Row]:
        """Move on; the rows that settled."""
        action = self.random.random()
        if action < 0.6:
            return self._grow()
        if action < 0.75:
            return self._open_row()
        if action < 0.9:
            return self._settle(self.random.randint(0, len(self.tail)))
        if action < 0.95:
            return self._change_tail()
        return self._settle(len(self.tail))

    def close(self) -> list[Row]:
        return self._settle(len(self.tail))

    def _grow(self) -> list[Row]:
        self.text = fit(f"{self.text} {self.random.choice(self.words)}".strip(), self.width)
        self.tail[-1:] = [build_row(self.text, self.style)]
        return []

    def _open_row(self) -> list[Row]:
        self.text, self.style = "", self.random.choice(["", "", *STYLES])
        self.tail.append(BLANK)
        return self._grow() if self.random.random() < 0.8 else []

    def _settle(self, count: int) -> list[Row]:
        rows, self.tail = self.tail[:count], self.tail[count:]
        self.settled += rows
        if not self.tail:
            self.text, self.style = "", ""
        return rows

    def _change_tail(self) -> list[Row]:
        """What a table or a repaired markup does: other rows, more or fewer."""
        count = self.random.randint(0, 2 * len(self.tail) + 1)
        self.tail = [
            build_row(
                fit(self.random.choice(self.words) * self.random.randint(0, 9), self.width)
            )
            for _ in range(count)
        ]
        self.text = ""
        return []
