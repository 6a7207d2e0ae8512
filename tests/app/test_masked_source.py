"""MaskedSource: a reply that repeats a key, event by event."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fakes import ScriptedSource
from streamchat.app.masked_source import MaskedSource
from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    RawEvent,
    TextDelta,
    ThinkingDelta,
)
from streamchat.core.messages import Message, Request, text_block

KEY = "sk-ant-api03-abcdefgh"
REQUEST = Request(model="m", messages=(), max_tokens=1)


def through(*events: Event) -> Sequence[Event]:
    source = MaskedSource(ScriptedSource([events]), [KEY], lambda _: "[k]")

    async def play() -> list[Event]:
        return [event async for event in source.stream(REQUEST)]

    return asyncio.run(play())


def test_deltas_blocks_and_the_message_are_masked() -> None:
    assert through(
        TextDelta("It is "), TextDelta(KEY[:12]), TextDelta(KEY[12:]),
        BlockStopped(0, text_block(f"It is {KEY}")),
        Finished(Message("assistant", (text_block(f"It is {KEY}"),))),
    ) == [
        TextDelta("It is "), TextDelta("[k]"),
        BlockStopped(0, text_block("It is [k]")),
        Finished(Message("assistant", (text_block("It is [k]"),))),
    ]  # fmt: skip


def test_what_was_held_back_comes_before_the_block_ends() -> None:
    assert through(TextDelta(KEY[:12]), BlockStopped(0, text_block(KEY[:12]))) == [
        TextDelta(KEY[:12]), BlockStopped(0, text_block(KEY[:12])),
    ]  # fmt: skip


def test_a_thinking_block_that_holds_a_key_is_not_signed_any_more() -> None:
    clean = {"type": "thinking", "thinking": "hm", "signature": "s"}
    block = {"type": "thinking", "thinking": KEY, "signature": "s"}
    assert through(
        BlockStarted(0, "thinking"), ThinkingDelta(KEY), BlockStopped(0, block),
        BlockStopped(1, clean),
    ) == [
        BlockStarted(0, "thinking"), ThinkingDelta("[k]"),
        BlockStopped(0, {"type": "thinking", "thinking": "[k]"}), BlockStopped(1, clean),
    ]  # fmt: skip


def test_raw_events_are_masked() -> None:
    raw = RawEvent({"type": "x", "delta": {"text": [f"a {KEY}"]}})
    assert through(raw) == [RawEvent({"type": "x", "delta": {"text": ["a [k]"]}})]


def test_counting_is_the_sources_own() -> None:
    source = ScriptedSource([], counts=[7])
    masked = MaskedSource(source, [KEY], lambda _: "[k]")
    assert asyncio.run(masked.count_tokens(REQUEST)) == 7
