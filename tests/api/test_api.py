"""The edge to the Messages API against a server on loopback."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from receiving import REQUEST, receive
from scripts import SIGNATURE
from server import (
    ScriptedServer,
    event_reply,
    message_object,
    message_reply,
    sse,
    text_reply,
)
from streamchat.core.errors import InvalidRequest
from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Finished,
    RawEvent,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import Message, Request, Usage, text_block, user_message

FIRST, LAST = Usage(input_tokens=12, output_tokens=1), Usage(input_tokens=12, output_tokens=34)


def test_a_reply_is_its_events_in_order(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Hel", "lo.", thinking="Let me see."))
    thought = {"type": "thinking", "thinking": "Let me see.", "signature": SIGNATURE}
    whole = Message(
        "assistant",
        (thought, text_block("Hello.")),
        model="claude-sonnet-5-5",
        stop_reason="end_turn",
        usage=LAST,
        request_id="req_scripted",
    )
    assert receive(server.base_url).read == [
        Started("msg_scripted", "claude-sonnet-5-5", FIRST, "req_scripted"),
        BlockStarted(0, "thinking"),
        ThinkingDelta("Let me see."),
        BlockStopped(0, thought),
        BlockStarted(1, "text"),
        TextDelta("Hello."),
        BlockStopped(1, text_block("Hello.")),
        UsageUpdated(LAST),
        Finished(whole),
    ]


def test_raw_events_are_the_wires_own_and_precede_what_was_read_from_them(
    server: ScriptedServer,
) -> None:
    reply = text_reply("Grüße", " 🙂", thinking="hm")
    server.enqueue(reply)
    received = receive(server.base_url)
    sent = b"".join(step for step in reply.steps if isinstance(step, bytes)).decode()
    lines = [line.removeprefix("data: ") for line in sent.split("\n") if line[:5] == "data:"]
    on_wire = [data for data in map(json.loads, lines) if data["type"] != "ping"]
    assert received.raw == on_wire
    place = next(at for at, e in enumerate(received.events) if isinstance(e, TextDelta))
    delta = {"type": "text_delta", "text": "Grüße"}
    raw = {"type": "content_block_delta", "index": 1, "delta": delta}
    assert RawEvent(raw) in received.events[:place]


@pytest.mark.parametrize(
    "last",
    [
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": 7},
        },
    ],
)
def test_the_event_that_ends_a_reply_is_among_the_raw_ones(
    server: ScriptedServer, last: dict[str, object]
) -> None:
    fields = {name: value for name, value in last.items() if name != "type"}
    start = sse("message_start", message=message_object())
    server.enqueue(event_reply(start, sse(str(last["type"]), **fields)))
    received = receive(server.base_url)
    assert received.error is not None
    assert received.events[-1] == RawEvent(last)


def test_a_request_id_has_other_names_elsewhere(server: ScriptedServer) -> None:
    plain = text_reply("a")
    headers = {k: v for k, v in plain.headers.items() if k != "request-id"}
    server.enqueue(replace(plain, headers={**headers, "x-request-id": "r1"}))
    received = receive(server.base_url)
    assert received.kept is not None
    assert received.kept.request_id == "r1"


def test_blocks_come_back_as_the_wire_had_them(server: ScriptedServer) -> None:
    citation = {
        "type": "char_location",
        "cited_text": "x",
        "document_index": 0,
        "document_title": None,
        "start_char_index": 0,
        "end_char_index": 1,
        "file_id": None,
    }
    blocks = (
        {"type": "redacted_thinking", "data": "b3BhcXVl"},
        {
            "type": "server_tool_use",
            "id": "t1",
            "name": "web_search",
            "input": {"q": [1, None]},
        },
        {"type": "web_search_tool_result", "tool_use_id": "t1", "content": []},
        {"type": "text", "text": "x", "citations": [citation]},
        {"type": "novel", "data": {"deep": [None, 1.5]}},
    )
    server.enqueue(message_reply(*blocks))
    received = receive(server.base_url)
    assert received.kept is not None
    assert received.kept.content == blocks
    stopped = [event.block for event in received.events if isinstance(event, BlockStopped)]
    assert tuple(stopped) == blocks


def test_a_refusal_finishes_with_its_details(server: ScriptedServer) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "No."}
    server.enqueue(message_reply(stop_reason="refusal", stop_details=details))
    last = receive(server.base_url).events[-1]
    assert isinstance(last, Finished)
    assert (last.message.stop_reason, last.message.content) == ("refusal", ())
    assert last.stop_details == details


def test_usage_is_what_the_start_and_the_deltas_said_together(server: ScriptedServer) -> None:
    full = {
        "input_tokens": 3,
        "cache_creation_input_tokens": 5,
        "cache_read_input_tokens": 7,
        "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 2},
        "output_tokens": 1,
    }
    last = {
        "output_tokens": 9,
        "output_tokens_details": {"thinking_tokens": 4},
        "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0},
    }
    server.enqueue(
        event_reply(
            sse("message_start", message=message_object(usage=full)),
            sse(
                "message_delta",
                delta={"stop_reason": "end_turn"},
                usage=last,
            ),
            sse("message_stop"),
        )
    )
    events = receive(server.base_url).events
    assert UsageUpdated(Usage(3, 9, 5, 7, 4, cache_1h_tokens=2, web_searches=2)) in events


def test_the_request_carries_all_that_was_set(server: ScriptedServer) -> None:
    server.enqueue(text_reply("a"))
    asked = Request(
        "claude-sonnet-5-5",
        (user_message("one"), Message("assistant", (text_block("two"),)), user_message("3")),
        max_tokens=99,
        system="Be brief.",
        effort="low",
        thinking="adaptive",
    )
    receive(server.base_url, asked)
    assert server.bodies == [
        {
            "model": "claude-sonnet-5-5",
            "max_tokens": 99,
            "messages": [
                {"role": "user", "content": [text_block("one")]},
                {"role": "assistant", "content": [text_block("two")]},
                {"role": "user", "content": [text_block("3")]},
            ],
            "system": "Be brief.",
            "output_config": {"effort": "low"},
            "thinking": {"type": "adaptive", "display": "summarized"},
            "cache_control": {"type": "ephemeral"},
            "stream": True,
        }
    ]


@pytest.mark.parametrize(
    ("thinking", "sent"),
    [
        (None, None),
        ("off", {"type": "disabled"}),
        ("hidden", {"type": "adaptive", "display": "omitted"}),
    ],
)
def test_what_is_not_set_is_not_sent(
    server: ScriptedServer, thinking: str | None, sent: object
) -> None:
    server.enqueue(text_reply("a"))
    receive(server.base_url, replace(REQUEST, thinking=thinking, cache=False))
    body = server.bodies[0]
    assert body.pop("thinking", None) == sent
    assert body.keys() == {"model", "max_tokens", "messages", "stream"}


def test_half_characters_and_nuls_are_replaced_before_sending(server: ScriptedServer) -> None:
    server.enqueue(text_reply("a"))
    receive(server.base_url, replace(REQUEST, messages=(user_message("a\0b\ud800c 🙂"),)))
    assert server.bodies[0]["messages"][0]["content"][0]["text"] == "a�b�c 🙂"


def test_a_request_over_the_limit_is_refused_before_it_is_sent(server: ScriptedServer) -> None:
    too_much = replace(REQUEST, messages=(user_message("x" * (32 * 1024 * 1024)),))
    error = receive(server.base_url, too_much).error
    assert isinstance(error, InvalidRequest)
    assert error.message.startswith("The request has 32.0 MB, and the API takes 32 MB")
    assert server.requests == []
