"""What tokens cost at Anthropic, from the offline table of genai_prices.

Rule 1: an unknown price is None, never 0. Rule 2: importing this module does not import the
table (0.17 s). `load` does, in a thread while the first prompt waits, and so does the first
call that needs it earlier.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from streamchat.core.messages import Usage
from streamchat.core.rates import Rates

_PROVIDER = "anthropic"
_NO_RATES: Mapping[str, Rates] = {}


class Prices:
    """Call it with a model and its usage. `own` are the user's rates by model, which come
    before the table; `has_table=False` leaves out the table."""

    def __init__(self, own: Mapping[str, Rates] = _NO_RATES, *, has_table: bool = True) -> None:
        self._own = dict(own)
        self._has_table = has_table
        self._is_loaded = not has_table

    def load(self) -> None:
        """Import the table and warm it up. May run in any thread."""
        if not self._has_table:
            return
        import genai_prices  # 0.17 s with its data: after the first prompt

        usage = genai_prices.Usage(input_tokens=1)
        with suppress(LookupError):  # a newer table may lack the model
            genai_prices.calc_price(usage, "claude-sonnet-5-5", provider_id=_PROVIDER)
        self._is_loaded = True

    def __call__(self, model: str, usage: Usage) -> float | None:
        """The price in dollars; None for an unknown model or unknown counts. As in the API,
        output tokens include thinking."""
        if (rates := self._own.get(model)) is not None:
            return rates.price(usage)
        total = usage.prompt_tokens
        if not self._has_table or total is None or usage.output_tokens is None:
            return None
        from genai_prices import Usage as Counts  # loaded already, or needed now
        from genai_prices import calc_price

        try:
            counts = Counts(
                input_tokens=total,  # includes the tokens read from and written to the cache
                output_tokens=usage.output_tokens,
                cache_read_tokens=usage.cache_read_input_tokens,
                cache_write_tokens=usage.cache_creation_input_tokens,
                cache_write_1h_tokens=usage.cache_1h_tokens,
                web_searches=usage.web_searches,
            )
            return float(calc_price(counts, model, provider_id=_PROVIDER).total_price)
        except (LookupError, ValueError):  # no such model, or impossible counts
            return None

    def note_name(self, asked: str, named: str) -> None:
        """The server calls the model `asked` by another name: it costs the same."""
        if asked in self._own and named:
            self._own.setdefault(named, self._own[asked])

    def if_loaded(self, model: str, usage: Usage) -> float | None:
        """The same without waiting; None until the table is loaded."""
        is_known = self._is_loaded or model in self._own
        return self(model, usage) if is_known else None
