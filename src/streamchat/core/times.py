"""Times as records carry them: ISO 8601 in UTC, to the second. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

_EARLIEST, _LATEST = -62_135_596_800.0, 253_402_300_799.0  # the years 1 and 9999


def stamp(seconds: float) -> str:
    """A moment, in seconds since the epoch; "" for one outside the years 1 to 9999."""
    if not _EARLIEST <= seconds <= _LATEST:
        return ""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%SZ}"


def parse_time(text: object) -> float | None:
    """The moment of any ISO 8601 text; None for any other text. A time without a zone is
    UTC."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if _EARLIEST <= seconds <= _LATEST else None


def format_local(seconds: float, *, now: float) -> str:
    """A moment in local time, "14:05"; with the day, "21 September, 14:05", unless it is within
    a day. "" for a time outside the calendar."""
    try:
        moment = datetime.fromtimestamp(seconds)  # local
    except (ValueError, OverflowError, OSError):
        return ""
    is_recent = abs(now - seconds) < 86400
    return f"{moment:%H:%M}" if is_recent else f"{moment.day} {moment:%B, %H:%M}"
