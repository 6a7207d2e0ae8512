"""What a server says about the prompt cache, and how it is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from receiving import REQUEST, receive
from server import ScriptedServer, text_reply
from streamchat.core.events import PENDING, CacheDiagnosis, Finished, Started

ODD = ["odd", 3, [], {"cache_miss_reason": "x"}, {"cache_miss_reason": {"type": 4}}]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (None, CacheDiagnosis()),
        ({"cache_miss_reason": None}, CacheDiagnosis(PENDING)),
        (
            {"cache_miss_reason": {"type": "tools_changed", "cache_missed_input_tokens": 321}},
            CacheDiagnosis("tools_changed", 321),
        ),
        ({"cache_miss_reason": {"type": "unavailable"}}, CacheDiagnosis("unavailable")),
        (
            {"cache_miss_reason": {"type": "new_word", "cache_missed_input_tokens": -1}},
            CacheDiagnosis("new_word"),
        ),
        *((odd, CacheDiagnosis()) for odd in ODD),
    ],
)
def test_the_word_of_the_server_is_read(
    server: ScriptedServer, said: object, read: CacheDiagnosis
) -> None:
    server.enqueue(text_reply("hi", diagnostics=said))
    started, *_, finished = receive(server.base_url).read
    assert isinstance(started, Started)
    assert started.diagnosis == read
    assert isinstance(finished, Finished)
    assert finished.message.message_id == "msg_scripted"


def test_a_server_without_a_word_has_none(server: ScriptedServer) -> None:
    server.enqueue(text_reply("hi"))
    started, *_, finished = receive(server.base_url).read
    assert isinstance(started, Started)
    assert started.diagnosis is None
    assert isinstance(finished, Finished)
    assert finished.message.message_id is None


@pytest.mark.parametrize(
    ("compared_with", "sent"),
    [
        (None, None),
        ("", {"previous_message_id": None}),
        ("msg_1", {"previous_message_id": "msg_1"}),
    ],
)
def test_the_reply_before_is_named(
    server: ScriptedServer, compared_with: str | None, sent: object
) -> None:
    server.enqueue(text_reply("hi"))
    receive(server.base_url, replace(REQUEST, compared_with=compared_with))
    assert server.bodies[0].get("diagnostics") == sent
