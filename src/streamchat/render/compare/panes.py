"""What columns and answers in turn have in common: ending and abandoning all answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import inf

from streamchat.render.compare.pane import Pane
from streamchat.render.rows import Row


class PaneRows(ABC):
    def __init__(self, panes: Sequence[Pane]) -> None:
        self._panes = panes

    @abstractmethod
    def settle(self, *, budget_s: float = inf) -> list[Row]:
        """See `AnswerRows`."""

    def end(self) -> None:
        for pane in self._panes:
            pane.end()

    def close(self) -> list[Row]:
        self.end()
        return self.settle()

    def abandon(self) -> None:
        for pane in self._panes:
            pane.abandon()
