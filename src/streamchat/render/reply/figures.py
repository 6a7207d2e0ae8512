"""Formats token counts, times and prices for the usage line and the status row.

Rule: an unknown count is left out, never shown as 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

from streamchat.core.formatting import format_price, format_size
from streamchat.core.messages import Message, Usage

SEPARATOR = " · "


def format_seconds(seconds: float) -> str:
    """The duration of something finished, in tenths below a minute: 12.3 s, 2 min 05 s."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    return format_whole_seconds(round(seconds))


def format_whole_seconds(seconds: float) -> str:
    """The duration of something still running: 12 s, 2 min 05 s."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def format_usage(message: Message | None, seconds: float) -> str:
    """1,234 in · cache 1k read · 567 out (99 thinking) · 12.3 s · 46 tok/s · $0.0123"""
    usage = (message.usage if message else None) or Usage()
    parts = [
        _count(usage.prompt_tokens, "in", {"to cache": usage.cache_creation_input_tokens}),
        _read(usage.cache_read_input_tokens),
        _output(usage),
        _searches(usage.web_searches),
        "" if isnan(seconds) else format_seconds(seconds),
        _rate(usage.output_tokens, seconds),
        _cost(message),
    ]
    return SEPARATOR.join(part for part in parts if part)


def _read(tokens: int | None) -> str:
    return f"cache {format_size(tokens)} read" if tokens else ""


def _output(usage: Usage) -> str:
    return _count(usage.output_tokens, "out", {"thinking": usage.thinking_tokens})


def _searches(count: int | None) -> str:
    return f"{count:,} search{'es' * (count > 1)}" if count else ""


def _cost(message: Message | None) -> str:
    """The cost; marked as approximate if the answer ended before the server counted it."""
    if message is None or message.cost_usd is None:
        return ""
    counted = message.usage is not None and message.usage.output_tokens is not None
    return f"{'' if counted else '~'}{format_price(message.cost_usd)}"


def _count(tokens: int | None, unit: str, of_which: Mapping[str, int | None]) -> str:
    if tokens is None:
        return ""
    remarks = ", ".join(f"{count:,} {what}" for what, count in of_which.items() if count)
    return f"{tokens:,} {unit} ({remarks})" if remarks else f"{tokens:,} {unit}"


def _rate(tokens: int | None, seconds: float) -> str:
    return f"{tokens / seconds:.0f} tok/s" if tokens and seconds > 0 else ""
