"""The strict server of the tests: the demo server with the rules of the API itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from test_demo import SHOWN, ask, user

from strict_api import StrictServer


@pytest.fixture
def strict() -> Iterator[StrictServer]:
    with StrictServer() as running:
        yield running


def test_thinking_comes_back_only_behind_the_same_conversation(strict: StrictServer) -> None:
    first = ask(strict, "thinking", thinking=SHOWN)
    history = [*user("thinking"), first.to_param(), *user("hi")]
    assert ask(strict, messages=history).stop_reason == "end_turn"
    same = [{"role": "user", "content": [{"type": "text", "text": "thinking"}]}, *history[1:]]
    assert ask(strict, messages=same).stop_reason == "end_turn"
    with pytest.raises(anthropic.BadRequestError, match="bound to a different conversation"):
        ask(strict, messages=history, system="You are a pirate")
    with pytest.raises(anthropic.BadRequestError, match="Invalid `signature`"):
        ask(strict, messages=[*user("think"), *history[1:]])


def test_a_foreign_signature_is_let_through(strict: StrictServer) -> None:
    block = {"type": "thinking", "thinking": "hm", "signature": "RXVEZ0FpQUFB"}
    history = [*user("hi"), {"role": "assistant", "content": [block]}, *user("hi")]
    assert ask(strict, messages=history).stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": user("")}, "messages.0: all messages must have non-empty content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]},
            "messages: text content blocks must be non-empty",
        ),
        ({"messages": user(" \n")}, "messages: text content blocks must contain"),
        ({"messages": user("hi", "Dear")}, "does not support assistant message prefill"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 'must use the "user" role'),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role: Input should"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater"),
        ({"max_tokens": 128_001}, "max_tokens: 128001 > 128000"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "thinking.type: 'enabled'"),
        ({"model": "claude-opus-5-5", "thinking": {"type": "disabled"}}, "thinking.type"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort: Input should be one"),
        ({"extra_body": {"temperature": 1}}, "temperature: Extra inputs are not permitted"),
        ({"system": [{"type": "text", "text": ""}]}, "text content blocks must be non-empty"),
        ({"messages": user("word " * 900_000)}, "prompt is too long: 1125004 tokens"),
    ],
)
def test_a_bad_request_is_refused(
    strict: StrictServer, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(anthropic.BadRequestError) as refused:
        ask(strict, "hi", **fields)
    assert refused.value.type == "invalid_request_error"
    assert message in str(refused.value.api_message)
    assert refused.value.request_id
