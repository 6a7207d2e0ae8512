"""What the turns of this run cost, and the cap that they must not pass.

The rule of the cap: a turn is refused when what was spent since the program started and
what the turn will probably cost pass it together. Probably means: the input as the server
counts it (as read from the cache where that is probably warm, as written to it otherwise)
and an answer of the usual length: the mean of the branch's replies, at least 1,000 tokens.
An answer may be longer than that, so a stream is stopped as soon as what it has cost
passes the cap, one token for 3 characters until the server counts. Where a price is not
known a cap cannot be kept, and the turn is refused.

Pure. A price is a callable of a model and a Usage; None is "not known".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from streamchat.core.errors import OverBudget
from streamchat.core.formatting import format_cap, format_price
from streamchat.core.messages import Usage

USUAL_OUTPUT_TOKENS = 1000  # at least

Price: TypeAlias = Callable[[str, Usage], float | None]


def unknown(model: str, usage: Usage) -> float | None:
    """The price where there is no table."""
    return None


@dataclass(slots=True)
class Budget:
    """Spent so far, and the cap if there is one. `billed` is False where nothing costs
    anything (the demo)."""

    price: Price = unknown
    cap_usd: float | None = None
    spent_usd: float = 0.0
    billed: bool = True
    has_unpriced: bool = False  # something was asked whose price is not known

    @property
    def binds(self) -> bool:
        return self.billed and self.cap_usd is not None

    def charge(self, cost_usd: float | None) -> None:
        """None is "not known"."""
        self.spent_usd += cost_usd or 0.0
        self.has_unpriced = self.has_unpriced or cost_usd is None

    def admit(self, model: str, expected: Usage) -> None:
        """Raises OverBudget when a turn of that size would pass the cap."""
        if self.cap_usd is None or not self.billed:
            return
        cost = self.price(model, expected)
        if cost is None:
            raise OverBudget(
                f"Not sent: what {model} costs here is not known, so the cap of"
                f" {format_cap(self.cap_usd)} cannot be kept."
            )
        if self.spent_usd + cost > self.cap_usd:
            raise OverBudget(
                f"Not sent: the turn would cost about {format_price(cost)}, and"
                f" {self.in_words} is spent."
            )

    def check(self, model: str, so_far: Usage) -> None:
        """Raises OverBudget when a reply that is arriving has passed the cap."""
        if self.cap_usd is None or not self.billed:
            return
        cost = self.price(model, so_far) or 0.0
        if self.spent_usd + cost > self.cap_usd:
            raise OverBudget(
                f"Stopped: the answer has passed the cap of {format_cap(self.cap_usd)}"
                f" (about {format_price(self.spent_usd + cost)} is spent)."
            )

    @property
    def in_words(self) -> str:
        """$0.4321 of $1.00"""
        if not self.spent_usd and (self.has_unpriced or self.price is unknown):
            cap = "" if self.cap_usd is None else f" (the cap is {format_cap(self.cap_usd)})"
            return f"unknown{cap}"
        spent = format_price(self.spent_usd)
        return spent if self.cap_usd is None else f"{spent} of {format_cap(self.cap_usd)}"


def expected_usage(
    input_tokens: int, *, cached_tokens: int, caches: bool, replies: Sequence[Usage | None]
) -> Usage:
    """What a turn will probably use. `cached_tokens` of the input are probably in the
    cache; the rest is written to it when the request `caches`. `replies` are those
    before it on the branch."""
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
