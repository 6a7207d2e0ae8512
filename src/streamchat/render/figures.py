"""Counts, times and prices in words: the usage line and parts of the status.

Rule: what is not known is left out, never shown as 0.
"""

from __future__ import annotations

from streamchat.messages import Message, Usage

SEPARATOR = " · "


def seconds_in_words(seconds: float) -> str:
    """Tenths below a minute, as of a finished thing: 12.3 s, 2 min 05 s."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    return whole_seconds_in_words(round(seconds))


def whole_seconds_in_words(seconds: float) -> str:
    """As of a thing under way: 12 s, 2 min 05 s."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def price_in_words(usd: float) -> str:
    """Four places below a dollar, where a reply usually is."""
    return f"${usd:.4f}" if usd < 1 else f"${usd:,.2f}"


def usage_in_words(message: Message | None, seconds: float) -> str:
    """1,234 in (1,000 cached) · 567 out · 12.3 s · 46 tok/s · $0.0123"""
    usage = (message.usage if message else None) or Usage()
    parts = [
        _input(usage),
        _count(usage.output_tokens, "out"),
        seconds_in_words(seconds),
        _rate(usage.output_tokens, seconds),
        price_in_words(message.cost_usd) if message and message.cost_usd is not None else "",
    ]
    return SEPARATOR.join(part for part in parts if part)


def _input(usage: Usage) -> str:
    cached = usage.cache_read_input_tokens
    remark = f" ({cached:,} cached)" if cached else ""
    text = _count(usage.prompt_tokens, "in")
    return text + remark if text else ""


def _count(tokens: int | None, unit: str) -> str:
    return "" if tokens is None else f"{tokens:,} {unit}"


def _rate(tokens: int | None, seconds: float) -> str:
    return f"{tokens / seconds:.0f} tok/s" if tokens and seconds > 0 else ""
