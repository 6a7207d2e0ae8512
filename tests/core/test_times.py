"""Times of records: what is read, what is written, what the clock on the wall shows."""

from datetime import datetime

import pytest

from streamchat.core.times import format_local, parse_time, stamp


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-09-21T14:13:20Z", 1_790_000_000.0),
        ("2026-09-21T16:13:20+02:00", 1_790_000_000.0),
        ("2026-09-21 14:13:20", 1_790_000_000.0),  # without a zone: UTC
        ("2026-09-21", 1_789_948_800.0),
        ("0001-01-01T00:00:00Z", -62_135_596_800.0),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("soon", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_any_text_is_a_time_or_none(text: object, seconds: float | None) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    "seconds", [0.0, 1_790_000_000.0, -62_135_596_800.0, 253_402_300_799.0]
)
def test_a_stamp_is_read_back(seconds: float) -> None:
    assert parse_time(stamp(seconds)) == seconds


@pytest.mark.parametrize("seconds", [1e300, -1e300, float("inf"), float("nan"), 1e12])
def test_no_moment_is_too_far_for_a_line(seconds: float) -> None:
    assert stamp(seconds) == ""
    assert isinstance(format_local(seconds, now=0.0), str)


def test_a_moment_of_another_day_has_its_day() -> None:
    noon = datetime(2026, 9, 21, 12, 0).timestamp()
    assert format_local(noon, now=noon + 60) == "12:00"
    assert format_local(noon, now=noon + 3 * 86400) == "21 September, 12:00"
