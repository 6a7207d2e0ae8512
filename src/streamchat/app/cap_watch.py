"""Keeps one reply under the caps: reserves its probable cost, watches it, charges it."""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.app.context_window import expected
from streamchat.app.session import Session
from streamchat.core.events import Event, Started, TextDelta, ThinkingDelta, UsageUpdated
from streamchat.core.messages import Request, Usage
from streamchat.core.ports import Source
from streamchat.core.reply import ReplyFold
from streamchat.core.spending import Reservation

PRICED_CHARACTERS = 400  # how much of an answer may arrive between two cost checks


@dataclass(slots=True)
class CapWatch:
    """The caps and the cost of one reply."""

    session: Session
    _reservation: Reservation | None = None  # the caps allow this reply
    _unpriced_characters: int = 0

    async def admit(self, request: Request, source: Source) -> None:
        """Raises OverBudget when the reply would exceed a cap."""
        if self.session.budget.binds and self._reservation is None:
            tokens = await source.count_tokens(request)
            usage = expected(self.session, tokens, request.tools)
            self._reservation = self.session.budget.admit(request.model, usage)

    def watch(self, event: Event, so_far: ReplyFold, model: str) -> None:
        """Raises OverBudget when the reply exceeds the cap."""
        match event:
            case TextDelta(text) | ThinkingDelta(text):
                self._unpriced_characters += len(text)
                due = self._unpriced_characters >= PRICED_CHARACTERS
            case Started() | UsageUpdated():
                due = True
            case _:
                due = False
        usage = so_far.usage_so_far() if due else None
        if usage is not None:
            self._unpriced_characters = 0
            held = self._reservation or Reservation()
            self._reservation = self.session.budget.check(model, usage, held)

    def charge(self, model: str, usage: Usage | None) -> float | None:
        """Charge the reply, or release what was reserved for it. Returns its cost."""
        budget, reservation = self.session.budget, self._reservation or Reservation()
        if usage is None:
            budget.release(reservation)
            return None
        cost = budget.price(model, usage)
        budget.charge(model, usage, cost, reservation)
        return cost
