"""The settings that add to a request: stop texts, [request], [prices]."""

from datetime import date

import pytest

from streamchat.cli.arguments import parse_arguments
from streamchat.core.errors import ConfigError
from streamchat.core.options import OPTIONS
from streamchat.core.rates import Rates
from streamchat.core.settings import Settings, from_keys, resolve


def settings(**table: object) -> Settings:
    return resolve([from_keys(table, {}, "config.toml")])


def test_stop_texts_come_from_repeated_flags_and_from_a_list() -> None:
    flags = parse_arguments(["--stop", "a", "hello", "--stop", '["b"]'], OPTIONS).flags
    assert resolve([flags]).stop == ("a", '["b"]')
    assert settings(stop=["END", "\n\nUser:"]).stop == ("END", "\n\nUser:")
    assert settings(stop="END").stop == ("END",)
    assert settings().stop == ()


def test_a_profile_adds_parameters_of_its_own_to_the_request() -> None:
    local = {"base_url": "http://localhost:8080", "request": {"temperature": 0.3, "top_k": 5}}
    chosen = settings(profile="local", profiles={"local": local}, request={"seed": 1})
    assert dict(chosen.request) == {"temperature": 0.3, "top_k": 5}
    assert settings().request == ()


def test_prices_are_read_by_model() -> None:
    assert settings(prices={"m": {"input": 1, "output": 2}}).prices == (
        ("m", Rates(1, 2, 1, 1)),
    )


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"request": 3}, "type of value"),
        ({"request": "x"}, "type of value"),
        ({"request": {"model": "m"}}, "model has an option"),
        ({"request": {"messages": []}}, "messages has an option"),
        ({"request": {"day": date(2026, 1, 1)}}, "JSON cannot hold"),
        ({"request": {"x": float("inf")}}, "JSON cannot hold"),
        ({"prices": 3}, "type of value"),
        ({"prices": {"m": 3}}, "write sections"),
        ({"prices": {"m": {"input": 1}}}, "give input and output"),
        ({"stop": {"a": 1}}, "type of value"),
    ],
)
def test_what_makes_no_sense_is_one_line(table: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        settings(**table)
    assert "\n" not in caught.value.message
