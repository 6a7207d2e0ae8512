"""Formats for money, token counts, the time of day, quotations and paths.

Rule: an unknown amount is not formatted here; the caller leaves it out or says so.
"""

from __future__ import annotations

from datetime import datetime

_LONGEST_QUOTE = 60
_LONGEST_PATH = 200


def format_price(usd: float) -> str:
    """Four decimals below a dollar, because most replies cost cents; never 0 for a cost."""
    if 0 < usd < 0.00005:
        return "<$0.0001"
    return f"${usd:.4f}" if usd < 1 else f"${usd:,.2f}"


def format_cap(usd: float) -> str:
    """A cap as the user would type it: $2.50, with as many digits as it needs."""
    if round(usd, 2) == usd:
        return f"${usd:,.2f}"
    return f"${usd:.12f}".rstrip("0") if usd >= 1e-12 else f"${usd:g}"


def format_size(tokens: int) -> str:
    """A number of tokens: 1M, 200k, 512."""
    if tokens >= 999_500:  # rounds to 1M
        return f"{tokens / 1_000_000:.3g}M"
    return f"{tokens / 1_000:.3g}k" if tokens >= 1_000 else str(tokens)


def format_bytes(count: int) -> str:
    """A size on disk: 512 B, 3.4 KB, 12 MB."""
    size = float(count)
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{count} B" if unit == "B" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


def format_clock(seconds: float) -> str:
    """A time (seconds since the epoch) as local time of day: 14:05."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%H:%M")


def escape_markdown(text: str) -> str:
    """Markdown that shows exactly these characters, also in a table cell."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>|~$&!#" else c for c in text)


def quoted(text: str) -> str:
    """The text in quotes, printable, and not too long for one line."""
    short = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
    return repr(short)


def format_path(path: str) -> str:
    """A path for an error message; quoted and shortened if it is long or unprintable."""
    return path if path.isprintable() and len(path) <= _LONGEST_PATH else quoted(path)
