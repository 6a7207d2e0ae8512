"""`amounts`: figures as people read them."""

import pytest

from streamchat.core.formatting import format_cap, format_price, format_size


def test_prices() -> None:
    assert [format_price(usd) for usd in (0.0123, 0.00001, 0.0, 1.5, 1234.5)] == [
        "$0.0123", "<$0.0001", "$0.0000", "$1.50", "$1,234.50"
    ]  # fmt: skip


def test_a_cap_has_the_digits_it_was_given() -> None:
    assert [format_cap(usd) for usd in (2, 2.5, 0.005, 1500, 1e-6)] == [
        "$2.00", "$2.50", "$0.005", "$1,500.00", "$0.000001"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (1_500_000, "1.5M"),
        (1_000_000, "1M"),
        (999_500, "1M"),
        (999_499, "999k"),
        (200_000, "200k"),
        (8192, "8.19k"),
        (512, "512"),
    ],
)
def test_sizes(tokens: int, words: str) -> None:
    assert format_size(tokens) == words
