"""`capabilities`: what a model object says, and what follows when it says nothing."""

from collections.abc import Mapping
from typing import Any

import pytest

from streamchat.core.capabilities import ModelFacts, facts_by_table

YES, NO = {"supported": True}, {"supported": False}


def test_a_model_object_is_read_whole() -> None:
    data = {
        "max_input_tokens": 500_000,
        "capabilities": {
            "effort": {**YES, "low": YES, "high": YES, "max": NO, "medium": YES},
            "thinking": {**YES, "types": {"adaptive": YES, "disabled": NO, "enabled": YES}},
        },
    }
    facts = ModelFacts.read("claude-new", data)
    assert facts == ModelFacts(
        "claude-new", 500_000, ("low", "medium", "high"), frozenset({"adaptive", "enabled"})
    )
    assert [facts.takes_effort(level) for level in ("low", "max")] == [True, False]
    assert facts.thinking_settings == ("adaptive", "hidden")


def test_no_effort_is_not_the_same_as_not_said() -> None:
    data = {"capabilities": {"effort": {**NO, "low": NO}, "thinking": {"types": {}}}}
    facts = ModelFacts.read("m", data)
    assert not facts.takes_effort("low")
    assert facts.thinking_settings == ()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"capabilities": None, "max_input_tokens": None},
        {"capabilities": {"effort": None, "thinking": {"types": None}}},
        {"capabilities": [], "max_input_tokens": 0},
        {"capabilities": {"effort": True, "thinking": True}, "max_input_tokens": "1M"},
    ],
)
def test_what_a_server_does_not_say_is_allowed(data: Mapping[str, Any]) -> None:
    facts = ModelFacts.read("llama", data)
    assert facts == ModelFacts("llama")
    assert facts.takes_effort("max")
    assert facts.thinking_settings == ("adaptive", "hidden", "off")


@pytest.mark.parametrize(
    ("id", "window"),
    [
        ("claude-sonnet-5-5", 1_000_000),
        ("claude-haiku-4-5-20251001", 200_000),
        ("claude-fable-5-2", None),
        ("gpt-oss", None),
    ],
)
def test_the_table_knows_what_is_documented(id: str, window: int | None) -> None:
    filters = False if id.startswith("claude-haiku-4-5") else None
    found = facts_by_table(id)
    assert (found.window, found.filters_web) == (window, filters)
    assert ModelFacts.read(id, {}).window == window
    assert ModelFacts.read(id, {"max_input_tokens": 5}).window == 5
