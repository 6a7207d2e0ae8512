"""`prices`: the table's answers to the usage that the API reports."""

import subprocess
import sys

import pytest

from streamchat.core.messages import Usage
from streamchat.models.prices import Prices

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "usage", "usd"),
    [
        ("claude-sonnet-5-5", Usage(MILLION, 0), 2.0),
        ("claude-sonnet-5-5", Usage(0, MILLION), 10.0),
        ("claude-sonnet-5-5", Usage(0, 0, cache_read_input_tokens=MILLION), 0.10),
        ("claude-sonnet-5-5", Usage(0, 0, cache_creation_input_tokens=MILLION), 2.50),
        ("claude-opus-5-5", Usage(1000, 500, 2000, 4000), 0.0248),
        ("claude-sonnet-5-5", Usage(0, 0, MILLION, cache_1h_tokens=400_000), 3.10),
        ("claude-sonnet-5-5", Usage(0, 0, web_searches=3), 0.03),
        ("claude-haiku-5-5", Usage(100_000, 1000), 0.0105),
        ("claude-haiku-5-5", Usage(200_000, 1000), 0.1025),  # the dearer tier, all of it
        ("claude-haiku-4-5-20251001", Usage(MILLION, 0), 1.0),
    ],
)
def test_what_tokens_cost(model: str, usage: Usage, usd: float) -> None:
    assert Prices()(model, usage) == pytest.approx(usd)


def test_thinking_is_part_of_the_output_and_not_paid_twice() -> None:
    counted = Prices()("claude-sonnet-5-5", Usage(0, 1000, thinking_tokens=900))
    assert counted == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        ("llama-3.2", Usage(10, 10)),
        ("", Usage(10, 10)),
        ("claude-sonnet-5-5", Usage()),
        ("claude-sonnet-5-5", Usage(10)),
        ("claude-sonnet-5-5", Usage(-10, 10)),
    ],
)
def test_what_is_not_known_has_no_price(model: str, usage: Usage) -> None:
    assert Prices()(model, usage) is None


def test_the_status_does_not_wait_for_the_table() -> None:
    prices = Prices()
    assert prices.if_loaded("claude-sonnet-5-5", Usage(MILLION, 0)) is None
    prices.load()
    assert prices.if_loaded("claude-sonnet-5-5", Usage(MILLION, 0)) == pytest.approx(2.0)


def test_importing_the_module_does_not_load_the_table() -> None:
    code = "import sys, streamchat.models.prices; print('genai_prices' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "False\n"
