"""What the turns of this run cost, and the cap that they must not exceed.

The rule of the cap: a turn is refused if the cost since the start of the program plus the
probable cost of the turn exceeds it. The probable cost is that of the input, as the server
counts it (at the cache's price if the cache is probably warm), and of an average answer: the
mean of the branch's replies, at least 1,000 tokens. An answer may be longer: what it costs more
is reserved while it arrives, and the stream is stopped where the cap leaves nothing to reserve.
So answers that arrive together, also those of other processes, cannot exceed a cap together.
Until the server counts, 3 characters are one token. Without a known price a cap cannot be
kept, and the turn is refused.

Pure. A price is a callable of a model and a Usage; None is an unknown price.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from streamchat.core.errors import OverBudget
from streamchat.core.formatting import format_cap, format_price
from streamchat.core.messages import Usage
from streamchat.core.spending import Reservation, SpendingLog

USUAL_OUTPUT_TOKENS = 1000  # at least

Price: TypeAlias = Callable[[str, Usage], float | None]


def unknown(model: str, usage: Usage) -> float | None:
    """The price when there is no table: always unknown."""
    return None


def _ignore_name(_asked: str, _named: str) -> None:
    """Used where prices do not depend on the name."""


@dataclass(slots=True)
class Budget:
    """The cost so far, and the caps: `cap_usd` for this run, `day_cap_usd` for a day over
    all processes, which needs the `log`. `billed` is False for the demo, which is free."""

    price: Price = unknown
    cap_usd: float | None = None
    spent_usd: float = 0.0
    billed: bool = True
    has_unpriced: bool = False  # something was asked whose price is not known
    day_cap_usd: float | None = None
    log: SpendingLog | None = None
    # Called with the model that was asked for and the name that the server gives it.
    note_name: Callable[[str, str], None] = _ignore_name
    reserved_usd: float = 0.0  # by turns that are being answered

    @property
    def binds(self) -> bool:
        return self.billed and (self.cap_usd is not None or self.day_cap_usd is not None)

    def admit(self, model: str, expected: Usage) -> Reservation:
        """Reserve the probable cost of a turn of that size until it is charged or released.
        Raises OverBudget if it would exceed a cap, DiskError if the spending log is
        unreadable."""
        if not self.binds:
            return Reservation()
        cost = self.price(model, expected)
        if cost is None:
            cap = self.cap_usd if self.cap_usd is not None else self.day_cap_usd
            raise OverBudget(
                f"Not sent: the price of {model} is unknown here, so the cap of"
                f" {format_cap(cap or 0.0)} cannot be kept."
            )
        coming = self.spent_usd + self.reserved_usd + cost
        if self.cap_usd is not None and coming > self.cap_usd:
            raise OverBudget(
                f"Not sent: the turn would cost about {format_price(cost)}, and"
                f" {self.format_spent()} is spent."
            )
        reservation = Reservation(usd=cost)
        if self.day_cap_usd is not None and self.log is not None:
            reservation = self.log.reserve(cost, cap_usd=self.day_cap_usd)
        self.reserved_usd += reservation.usd
        return reservation

    def charge(
        self, model: str, usage: Usage, cost_usd: float | None, reservation: Reservation
    ) -> None:
        """Add the cost of a reply (None if unknown) and end its reservation."""
        self.reserved_usd -= reservation.usd
        self.spent_usd += cost_usd or 0.0
        self.has_unpriced = self.has_unpriced or cost_usd is None
        if self.log is not None and self.billed:
            self.log.charge(model, usage, cost_usd, reservation.id)

    def release(self, reservation: Reservation) -> None:
        """End the reservation of a turn that cost nothing."""
        self.reserved_usd -= reservation.usd
        if self.log is not None and reservation.id:
            self.log.release(reservation)

    def check(self, model: str, so_far: Usage, held: Reservation) -> Reservation:
        """Reserve more if a reply that is still arriving costs more than `held`. Returns the
        reservation that it has afterwards. Raises OverBudget if a cap does not allow it."""
        cost = (self.price(model, so_far) or 0.0) if self.binds else 0.0
        if cost <= held.usd:
            return held
        others = self.spent_usd + self.reserved_usd - held.usd
        if self.cap_usd is not None and others + cost > self.cap_usd:
            raise OverBudget(
                f"Stopped: the answer has passed the cap of {format_cap(self.cap_usd)}"
                f" (about {format_price(others + cost)} is spent or reserved)."
            )
        longer = replace(held, usd=cost)
        if self.day_cap_usd is not None and self.log is not None:
            longer = self.log.extend(held, cost, cap_usd=self.day_cap_usd)
        self.reserved_usd += longer.usd - held.usd
        return longer

    def format_spent(self) -> str:
        """$0.4321 of $1.00"""
        if not self.spent_usd and (self.has_unpriced or self.price is unknown):
            cap = "" if self.cap_usd is None else f" (the cap is {format_cap(self.cap_usd)})"
            return f"unknown{cap}"
        spent = format_price(self.spent_usd)
        return spent if self.cap_usd is None else f"{spent} of {format_cap(self.cap_usd)}"


def expected_usage(
    input_tokens: int, *, cached_tokens: int, caches: bool, replies: Sequence[Usage | None]
) -> Usage:
    """The probable usage of a turn. `cached_tokens` of the input are probably in the cache;
    the rest is written to it if the request `caches`. `replies` are the earlier ones of
    the branch."""
    cached = min(cached_tokens, input_tokens)
    fresh = input_tokens - cached
    return Usage(
        input_tokens=0 if caches else fresh,
        cache_creation_input_tokens=fresh if caches else 0,
        cache_read_input_tokens=cached,
        output_tokens=_usual_output(replies),
    )


def _usual_output(replies: Sequence[Usage | None]) -> int:
    counts = [u.output_tokens for u in replies if u is not None and u.output_tokens]
    mean = sum(counts) // len(counts) if counts else 0
    return max(mean, USUAL_OUTPUT_TOKENS)
