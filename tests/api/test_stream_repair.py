"""The events of a reply put right: no word is lost, and the blocks follow one another."""

from __future__ import annotations

import random

import pytest

from mutants import EVENTS, misnumbered
from streamchat.api.repair import StreamEvent, StreamRepair
from streamchat.core.errors import CutOff
from streamchat.core.messages import JsonObject


def repaired(events: list[JsonObject]) -> list[StreamEvent]:
    repair = StreamRepair()
    return [each for event in events for each in repair.feed(event["type"], event)]


def words(events: list[JsonObject]) -> str:
    """All text and thinking, in order."""
    deltas = [event.get("delta") or event.get("content_block") or {} for event in events]
    return "".join(delta.get("text", "") + delta.get("thinking", "") for delta in deltas)


def check_order(events: list[JsonObject]) -> None:
    """As the API promises it: numbered from 0, one open at a time, deltas in their kind."""
    kinds: list[str] = []
    is_open = False
    for number, event in enumerate(events):
        kind = event["type"]
        assert (number == 0) == (kind == "message_start")
        if kind == "content_block_start":
            assert not is_open
            assert event["index"] == len(kinds)
            kinds.append(event["content_block"]["type"])
            is_open = True
        elif kind == "content_block_stop":
            assert is_open
            assert event["index"] == len(kinds) - 1
            is_open = False
        elif kind == "content_block_delta":
            assert 0 <= event["index"] < len(kinds)
            if event["delta"]["type"] in ("text_delta", "thinking_delta"):
                assert is_open
                assert event["index"] == len(kinds) - 1
                assert event["delta"]["type"] == f"{kinds[-1]}_delta"
    assert not is_open


def test_a_whole_reply_is_left_as_it_is() -> None:
    whole = [event for event in EVENTS if event["type"] != "ping"]
    given = repaired(whole)
    assert [(kind, data) for kind, data in given] == [(e["type"], e) for e in whole]
    deltas = [event for event in whole if event["type"] == "content_block_delta"]
    kept = [data for kind, data in given if kind == "content_block_delta"]
    assert all(one is other for one, other in zip(deltas, kept, strict=True))


def test_however_blocks_are_begun_ended_and_numbered_no_word_is_lost() -> None:
    for seed in range(3000):
        events = [e for e in misnumbered(random.Random(seed)) if e["type"] != "ping"]
        stops = [at for at, event in enumerate(events) if event["type"] == "message_stop"]
        given = [data for _, data in repaired(events[: stops[0] + 1 if stops else None])]
        assert words(given) == words(events), seed
        if stops or any(event["type"] == "message_delta" for event in events):
            check_order(given)


def test_a_later_ending_does_not_undo_the_first() -> None:
    start: JsonObject = {"type": "message_start", "message": {}}
    details = {"type": "refusal", "category": "cyber"}
    first = {"stop_reason": "refusal", "stop_details": details}
    repair = StreamRepair()
    repair.feed("message_start", start)
    repair.feed("message_delta", {"delta": first, "usage": {"output_tokens": 7}})
    [(_, later)] = repair.feed("message_delta", {"delta": {"stop_reason": None}})
    assert later["delta"] == first
    assert later["usage"] == {"output_tokens": 7}
    assert (repair.stop_reason, repair.stop_details) == ("refusal", details)


def test_a_whole_message_becomes_the_events_that_it_would_have_been() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
    message = {
        "type": "message",
        "id": "m",
        "content": [thought, {"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 2},
    }
    given = StreamRepair().feed("message", message)
    assert [kind for kind, _ in given] == [
        "message_start",
        *["content_block_start", "content_block_stop"] * 2,
        "message_delta",
        "message_stop",
    ]
    check_order([data for _, data in given])
    assert words([data for _, data in given]) == "hmHi"
    assert given[-2][1]["usage"] == message["usage"]


@pytest.mark.parametrize("text", [7, ["a"], {"a": 1}, True])
def test_words_that_are_no_string_are_refused(text: object) -> None:
    delta = {"type": "text_delta", "text": text}
    with pytest.raises(CutOff, match="malformed: text is not a string"):
        StreamRepair().feed("content_block_delta", {"index": 0, "delta": delta})
