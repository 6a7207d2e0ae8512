"""What a conversation cost: tokens and money of every reply, of all its branches."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

from streamchat.messages import Message, Usage
from streamchat.records import Sealed, Turn

_N = TypeVar("_N", int, float)


class Totals:
    """Running sums. Replies are counted when someone asks: a resume need not."""

    def __init__(self) -> None:
        self._uncounted: list[Turn | Sealed] = []
        self._cost_usd: float | None = None
        self._usage = Usage()

    def add(self, turn: Turn | Sealed) -> None:
        if turn.role == "assistant":
            self._uncounted.append(turn)

    @property
    def cost_usd(self) -> float | None:
        """None when no reply has a price."""
        self._count()
        return self._cost_usd

    @property
    def usage(self) -> Usage:
        self._count()
        return self._usage

    def _count(self) -> None:
        for turn in self._uncounted:
            reply = turn.about_reply() if isinstance(turn, Sealed) else turn.message
            self._cost_usd = _sum(self._cost_usd, reply.cost_usd)
            self._usage = _added(self._usage, reply)
        self._uncounted.clear()


def _added(total: Usage, reply: Message) -> Usage:
    if reply.usage is None:
        return total
    new = reply.usage
    names = (field.name for field in fields(Usage))
    return Usage(*(_sum(getattr(total, name), getattr(new, name)) for name in names))


def _sum(total: _N | None, more: _N | None) -> _N | None:
    if total is None or more is None:
        return more if total is None else total
    return total + more
