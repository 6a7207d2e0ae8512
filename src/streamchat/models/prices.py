"""What tokens cost at Anthropic: the only importer of genai_prices, whose table is offline.

Rule 1: what is not known has no price: None, never 0. Rule 2: importing this module does
not import the table (0.17 s); `load` does, in a thread behind the first prompt, and so does
the first question that was not waiting for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from streamchat.core.messages import Usage
from streamchat.core.rates import Rates

_PROVIDER = "anthropic"
_NO_RATES: Mapping[str, Rates] = {}


class Prices:
    """Call it with a model and what was used. `own` are the rates that the user gave, by
    model; they count before the table, which is left out with `has_table=False`."""

    def __init__(self, own: Mapping[str, Rates] = _NO_RATES, *, has_table: bool = True) -> None:
        self._own = own
        self._has_table = has_table
        self._is_loaded = not has_table

    def load(self) -> None:
        """Import the table and make its first use fast. From any thread."""
        if not self._has_table:
            return
        import genai_prices  # 0.17 s with its data: after the first prompt

        usage = genai_prices.Usage(input_tokens=1)
        genai_prices.calc_price(usage, "claude-sonnet-4-5", provider_id=_PROVIDER)
        self._is_loaded = True

    def __call__(self, model: str, usage: Usage) -> float | None:
        """Dollars; None for a model that the table does not have, and for unknown counts.

        Counts of output include the thinking, as the API's do."""
        if (rates := self._own.get(model)) is not None:
            return rates.price(usage)
        total = usage.prompt_tokens
        if not self._has_table or total is None or usage.output_tokens is None:
            return None
        from genai_prices import Usage as Counts  # loaded, or worth the wait
        from genai_prices import calc_price

        try:
            counts = Counts(
                input_tokens=total,  # here what went through the cache is counted too
                output_tokens=usage.output_tokens,
                cache_read_tokens=usage.cache_read_input_tokens,
                cache_write_tokens=usage.cache_creation_input_tokens,
                cache_write_1h_tokens=usage.cache_1h_tokens,
                web_searches=usage.web_searches,
            )
            return float(calc_price(counts, model, provider_id=_PROVIDER).total_price)
        except (LookupError, ValueError):  # no such model; counts that cannot be
            return None

    def if_loaded(self, model: str, usage: Usage) -> float | None:
        """The same without ever waiting: None until the table is there."""
        is_known = self._is_loaded or model in self._own
        return self(model, usage) if is_known else None
