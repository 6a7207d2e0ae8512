"""How often a request is repeated, and after how long."""

from __future__ import annotations

import pytest

from streamchat.app.retry_policy import RetryPolicy
from streamchat.core.errors import TryLater


def busy(retry_after_s: float | None = None, *, retryable: bool = True) -> TryLater:
    return TryLater("Busy.", retryable=retryable, retry_after_s=retry_after_s)


def test_each_wait_is_twice_the_one_before_up_to_eight_seconds() -> None:
    retry_policy = RetryPolicy(retries=6, jitter=lambda: 0.0)
    waits = [retry_policy.delay_s(attempt, busy()) for attempt in range(1, 8)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, None]


@pytest.mark.parametrize(("drawn", "wait"), [(0.0, 4.0), (0.5, 3.5), (1.0, 3.0)])
def test_jitter_shortens_a_wait_by_up_to_a_quarter(drawn: float, wait: float) -> None:
    assert RetryPolicy(jitter=lambda: drawn).delay_s(4, busy()) == wait


@pytest.mark.parametrize(
    ("asked", "wait"), [(0.0, 0.0), (7.5, 7.5), (60.0, 60.0), (60.1, None), (3600.0, None)]
)
def test_a_server_is_obeyed_for_up_to_a_minute(asked: float, wait: float | None) -> None:
    assert RetryPolicy(jitter=lambda: 1.0).delay_s(1, busy(asked)) == wait


def test_what_waiting_does_not_heal_is_not_repeated() -> None:
    assert RetryPolicy().delay_s(1, busy(retryable=False)) is None
    assert RetryPolicy(retries=0).delay_s(1, busy()) is None
