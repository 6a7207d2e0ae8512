"""Interfaces: what a frame shows of arriving replies, and what a frame offers its callers."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Protocol

from streamchat.core.ports import TypeAhead
from streamchat.render.rows import Row


class Arriving(Protocol):
    """Rows that settle, and the tail that may still change: see `AnswerRows`."""

    @property
    def ends_blank(self) -> bool: ...
    @property
    def is_behind(self) -> bool: ...
    def settle(self, *, budget_s: float = inf) -> list[Row]: ...
    def tail(self, height: int, pushed: int = 0) -> list[Row]: ...
    def close(self) -> list[Row]: ...
    def end(self) -> None: ...
    def abandon(self) -> None: ...
    def resize(self, width: int) -> None: ...


class Status(Protocol):
    """What is waited for: the row below the tail, and the same in one word."""

    @property
    def awaited(self) -> str: ...
    def row(self, now_s: float, width: int) -> Row: ...


class Frame(Protocol):
    """Shows what arrives on one terminal, from the first row to `finish`."""

    def changed(self, *, at_once: bool = False) -> None:
        """There is more to show."""

    def tell(self, text: str) -> None:
        """A line for screens without a status row."""

    async def catch_up(self) -> None:
        """See ports.View."""

    def finish(self, last: Callable[[int], list[Row]]) -> None:
        """Settle everything, then the rows that `last` gives for the window's width, and
        give the terminal back."""

    def show_type_ahead(self, shown: TypeAhead | None) -> None: ...
    def show_above(self, rows: list[Row]) -> None: ...
    def resized(self) -> None: ...
    def leave(self) -> str: ...
    def withdraw(self) -> str: ...
    def repaint(self) -> None: ...
