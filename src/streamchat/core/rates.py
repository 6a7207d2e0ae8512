"""The prices of a model that the user sets: `[prices."MODEL"]` in config.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamchat.core.messages import Usage

_MILLION = 1_000_000
_SEARCH = 10.0  # what Anthropic charges for 1,000 searches


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per million tokens, and per 1,000 searches. Unless the user says otherwise,
    reading and writing the prompt cache cost as much as other input, and searches cost what
    Anthropic charges."""

    input: float
    output: float
    cache_read: float
    cache_write: float
    search: float = _SEARCH

    def price(self, usage: Usage) -> float | None:
        """The price in dollars; None for unknown counts."""
        total, output = usage.prompt_tokens, usage.output_tokens
        if total is None or output is None:
            return None
        read = usage.cache_read_input_tokens or 0
        written = usage.cache_creation_input_tokens or 0
        fresh = max(total - read - written, 0)
        dollars = (
            fresh * self.input
            + read * self.cache_read
            + written * self.cache_write
            + output * self.output
        )
        return dollars / _MILLION + (usage.web_searches or 0) * self.search / 1000


def read_rates(table: Mapping[str, object]) -> Rates:
    """The rates of one section. Raises ValueError that says what to write."""
    unknown = set(table) - {"input", "output", "cache_read", "cache_write", "search"}
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r}")
    rates = {name: _dollars(name, value) for name, value in table.items()}
    if "input" not in rates or "output" not in rates:
        raise ValueError("give input and output, in dollars per million tokens")
    both = rates["input"]
    return Rates(
        both,
        rates["output"],
        rates.get("cache_read", both),
        rates.get("cache_write", both),
        rates.get("search", _SEARCH),
    )


def _dollars(name: str, value: object) -> float:
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 <= value <= _MILLION  # not a NaN, not infinite
    ):
        return float(value)
    unit = "1,000 searches" if name == "search" else "million tokens"
    raise ValueError(f"{name} must be dollars per {unit}, 0 or more")
