"""`prices`: what the usage that the API reports costs by a table.

The table is ours: what genai_prices knows of today's models changes with its releases.
"""

import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal

import pytest
from genai_prices.data_snapshot import DataSnapshot, set_custom_snapshot
from genai_prices.types import (
    ClauseEquals,
    ClauseStartsWith,
    MatchLogic,
    ModelInfo,
    ModelPrice,
    Provider,
    Tier,
    TieredPrices,
)

from streamchat.core.messages import Usage
from streamchat.core.rates import Rates
from streamchat.models.prices import Prices

MILLION = 1_000_000


def model(name: str, match: MatchLogic, **prices: Decimal | TieredPrices) -> ModelInfo:
    return ModelInfo(id=name, match=match, prices=ModelPrice(**prices))


TABLE = [
    model(
        "flat",
        ClauseEquals("flat"),
        input_mtok=Decimal(2),
        output_mtok=Decimal(10),
        cache_read_mtok=Decimal("0.1"),
        cache_write_mtok=Decimal("2.5"),
        cache_write_1h_mtok=Decimal(4),
        web_searches_kcount=Decimal(10),
    ),
    model(
        "tiered",
        ClauseStartsWith("tiered"),
        input_mtok=TieredPrices(Decimal("0.1"), [Tier(100_000, Decimal("0.5"))]),
        output_mtok=TieredPrices(Decimal("0.5"), [Tier(100_000, Decimal("2.5"))]),
    ),
]


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    provider = Provider("anthropic", "Anthropic", "https://api.example", models=TABLE)
    set_custom_snapshot(DataSnapshot([provider], from_auto_update=False))
    yield
    set_custom_snapshot(None)


@pytest.mark.parametrize(
    ("name", "usage", "usd"),
    [
        ("flat", Usage(MILLION, 0), 2.0),
        ("flat", Usage(0, MILLION), 10.0),
        ("flat", Usage(0, 0, cache_read_input_tokens=MILLION), 0.10),
        ("flat", Usage(0, 0, cache_creation_input_tokens=MILLION), 2.50),
        ("flat", Usage(1000, 500, 4000, 2000), 0.0172),
        ("flat", Usage(0, 0, MILLION, cache_1h_tokens=400_000), 3.10),
        ("flat", Usage(0, 0, web_searches=3), 0.03),
        ("tiered", Usage(100_000, 1000), 0.0105),
        ("tiered", Usage(200_000, 1000), 0.1025),  # the dearer tier, all of it
        ("tiered-20261001", Usage(100_000, 0), 0.01),
    ],
)
def test_what_tokens_cost(name: str, usage: Usage, usd: float) -> None:
    assert Prices()(name, usage) == pytest.approx(usd)


def test_thinking_is_part_of_the_output_and_not_paid_twice() -> None:
    counted = Prices()("flat", Usage(0, 1000, thinking_tokens=900))
    assert counted == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("llama-3.2", Usage(10, 10)),
        ("", Usage(10, 10)),
        ("flat", Usage()),
        ("flat", Usage(10)),
        ("flat", Usage(-10, 10)),
    ],
)
def test_what_is_not_known_has_no_price(name: str, usage: Usage) -> None:
    assert Prices()(name, usage) is None


def test_the_status_does_not_wait_for_the_table() -> None:
    prices = Prices()
    assert prices.if_loaded("flat", Usage(MILLION, 0)) is None
    prices.load()
    assert prices.if_loaded("flat", Usage(MILLION, 0)) == pytest.approx(2.0)


def test_importing_the_module_does_not_load_the_table() -> None:
    code = "import sys, streamchat.models.prices; print('genai_prices' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "False\n"


def test_a_model_costs_the_same_by_the_name_that_its_server_uses() -> None:
    rates = Rates(3.0, 15.0, 0.3, 3.75)
    prices = Prices({"gateway/big": rates}, has_table=False)
    usage = Usage(1_000_000, 0)
    assert prices("big-2026", usage) is None
    prices.note_name("gateway/big", "big-2026")
    prices.note_name("unknown", "other")
    prices.note_name("gateway/big", "")
    assert prices("big-2026", usage) == 3.0
    assert prices("other", usage) is None
