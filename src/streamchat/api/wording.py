"""Prepares texts from outside for our messages: one line, not too long, no secrets. The screen
removes control characters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

KEY_ADVICE = (
    "Check ANTHROPIC_API_KEY, or the key of this profile; /login in a chat takes another."
)
LONGEST = 600  # characters of a server's own words
_KEY = re.compile(r"sk-ant-[\w-]+")
_BEARER = re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]{8,}")
_URL_LOGIN = re.compile(r"(?<=//)[^/@\s]+@")  # of a proxy
REDACTED = "[redacted]"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = (
    ("s", 1, 2 * _MINUTE),
    ("minutes", _MINUTE, 2 * _HOUR),
    ("hours", _HOUR, 2 * _DAY),
    ("days", _DAY, 366 * _DAY),
)


def clean_line(text: str) -> str:
    """The text with white space collapsed, cut if it is long."""
    line = " ".join(text[: 4 * LONGEST].split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def redact_text(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets and without anything that looks like one."""
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    text = _URL_LOGIN.sub("…@", text)
    return _BEARER.sub(rf"\1{REDACTED}", _KEY.sub(REDACTED, text))


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends a sentence already."""
    return text if not text or text[-1] in ".!?…" else f"{text}."


def format_wait(seconds: float) -> str:
    """61 s, 5 minutes, 3 hours, 12 days."""
    for unit, size, most in _UNITS:
        if seconds < most:
            return f"{seconds / size:.0f} {unit}"
    return "more than a year"


def retry_after_s(value: str | None, *, now: datetime) -> float | None:
    """Seconds that a `retry-after` header asks for: a number or an HTTP date.

    None for anything else, also for inf, nan and negative numbers.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _seconds_until(date: str, now: datetime) -> float:
    try:
        then = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return math.nan
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
