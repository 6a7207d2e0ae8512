"""An open code block: lines in, coloured lines out once they are settled."""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.render.look import Palette
from streamchat.render.spans import Line, Span

TAB_CELLS = 4


@dataclass(slots=True)
class Work:
    """Counted for tests: a linear program is one whose counts are."""

    characters_lexed: int = 0


class OpenCode:
    def __init__(self, info: str | None, palette: Palette, work: Work) -> None:
        self._work = work

    def feed(self, text: str) -> list[Line]:
        return [[Span(text.expandtabs(TAB_CELLS))]]

    def close(self) -> list[Line]:
        return []

    def branch(self) -> OpenCode:
        return self
