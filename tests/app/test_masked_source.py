"""MaskedSource: a reply that repeats a key, event by event."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from fakes import ScriptedSource
from streamchat.app.masked_source import MaskedSource
from streamchat.core.errors import CutOff
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


def raw_delta(text: str, index: int = 0) -> RawEvent:
    return RawEvent(
        {
            "type": "content_block_delta",
            "index": index,
            "delta": {"type": "text_delta", "text": text},
        }
    )


@pytest.mark.parametrize("cut", range(1, len(KEY)))
def test_a_key_that_raw_events_cut_is_masked_and_nothing_else_is_lost(cut: int) -> None:
    stop = RawEvent({"type": "content_block_stop", "index": 0})
    shown = through(
        raw_delta(f"It is {KEY[:cut]}"), raw_delta(f"{KEY[cut:]}, I say {KEY[:12]}"), stop
    )
    deltas = [
        event.data["delta"]["text"] for event in shown[:-1] if isinstance(event, RawEvent)
    ]
    start = KEY[:cut] if cut < 8 else ""  # too short to be told from other words
    assert "".join(deltas) == f"It is {start}[k], I say {KEY[:12]}"
    assert shown[-1] == stop


def test_words_of_another_block_do_not_wait_behind_what_is_held_back() -> None:
    first, second = raw_delta(KEY[:12]), raw_delta("other", index=1)
    assert through(first, second) == [raw_delta(""), first, second]


def test_what_was_held_back_comes_before_a_failure() -> None:
    source = MaskedSource(ScriptedSource([[TextDelta(KEY[:12]), CutOff("cut")]]), [KEY], str)

    async def play() -> list[Event]:
        events = source.stream(REQUEST)
        first = [await anext(events)]
        with pytest.raises(CutOff):
            await anext(events)
        return first

    assert asyncio.run(play()) == [TextDelta(KEY[:12])]


def test_counting_is_the_sources_own() -> None:
    source = ScriptedSource([], counts=[7])
    masked = MaskedSource(source, [KEY], lambda _: "[k]")
    assert asyncio.run(masked.count_tokens(REQUEST)) == 7
