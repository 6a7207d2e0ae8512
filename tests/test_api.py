"""The edge to the Messages API against a server on loopback."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from receiving import CANARY, REQUEST, listen, receive, receive_from
from scripts import SIGNATURE
from server import (
    Mark,
    ScriptedServer,
    Stall,
    Wait,
    error_reply,
    event_reply,
    message_object,
    message_reply,
    sse,
    text_reply,
)
from streamchat.api import Api, Deadlines, ModelInfo, Server
from streamchat.errors import NO_CREDENTIALS, CutOff, InvalidRequest, NoPermission, Unreachable
from streamchat.events import (
    BlockStarted,
    BlockStopped,
    Finished,
    RawEvent,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.messages import Message, Request, Usage, text_block, user_message

T = TypeVar("T")
FIRST, LAST = Usage(input_tokens=12, output_tokens=1), Usage(input_tokens=12, output_tokens=34)


def use(server: ScriptedServer, work: Callable[[Api], Awaitable[T]], **fields: Any) -> T:
    """Do something with an Api for the server, in a loop of its own."""

    async def run() -> T:
        async with aclosing(Api(Server(server.base_url, api_key=CANARY), **fields)) as api:
            return await work(api)

    return asyncio.run(run())


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
    events = receive(server.base_url).events
    assert [event for event in events if not isinstance(event, RawEvent)] == [
        Started("msg_scripted", "claude-sonnet-5-5", FIRST, "req_scripted"),
        BlockStarted(0, "thinking"),
        ThinkingDelta("Let me see."),
        BlockStopped(0, thought),
        BlockStarted(1, "text"),
        TextDelta("Hel"),
        TextDelta("lo."),
        BlockStopped(1, text_block("Hello.")),
        UsageUpdated(LAST),
        Finished(whole),
    ]


def test_raw_events_are_the_wires_own_and_precede_what_was_read_from_them(
    server: ScriptedServer,
) -> None:
    reply = text_reply("Grüße", " 🙂", thinking="hm")
    server.enqueue(reply)
    events = receive(server.base_url).events
    sent = b"".join(step for step in reply.steps if isinstance(step, bytes)).decode()
    lines = [line.removeprefix("data: ") for line in sent.split("\n") if line[:5] == "data:"]
    on_wire = [data for data in map(json.loads, lines) if data["type"] != "ping"]
    assert [event.data for event in events if isinstance(event, RawEvent)] == on_wire
    place = events.index(TextDelta("Grüße"))
    delta = {"type": "text_delta", "text": "Grüße"}
    raw = {"type": "content_block_delta", "index": 1, "delta": delta}
    assert events[place - 1] == RawEvent(raw)


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
        "output_tokens": 1,
    }
    server.enqueue(
        event_reply(
            sse("message_start", message=message_object(usage=full)),
            sse(
                "message_delta",
                delta={"stop_reason": "end_turn"},
                usage={"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}},
            ),
            sse("message_stop"),
        )
    )
    events = receive(server.base_url).events
    assert UsageUpdated(Usage(3, 9, 5, 7, 4)) in events


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


# --- Who is asked, and with which key


def test_the_key_goes_out_in_both_headers_to_hosts_that_are_not_the_default(
    server: ScriptedServer,
) -> None:
    server.enqueue(text_reply("a"))
    receive_from(Server(server.base_url, api_key=f" {CANARY}\n", headers={"X-Team": "a"}))
    headers = server.posts[0].headers
    assert headers["authorization"] == f"Bearer {CANARY}"
    assert headers["x-api-key"] == CANARY
    assert headers["x-team"] == "a"


def test_a_token_is_sent_as_bearer_only(server: ScriptedServer) -> None:
    server.enqueue(text_reply("a"))
    receive_from(Server(server.base_url, auth_token="token"))
    headers = server.posts[0].headers
    assert headers["authorization"] == "Bearer token"
    assert "x-api-key" not in headers


def test_another_host_without_a_key_gets_none_not_even_one_the_sdk_would_find(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", CANARY)
    server.enqueue(text_reply("a"))
    received = receive_from(Server(server.base_url))
    assert received.text == "a"
    assert {"authorization", "x-api-key"}.isdisjoint(server.posts[0].headers)


@pytest.mark.parametrize("header", ["Authorization", "x-api-key"])
def test_a_profiles_own_authorisation_is_enough(server: ScriptedServer, header: str) -> None:
    server.enqueue(text_reply("a"))
    receive_from(Server(server.base_url, headers={header: CANARY}))
    assert server.posts[0].headers[header.lower()] == CANARY


def test_the_token_that_the_sdk_finds_is_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "found")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)  # else it goes to Anthropic
    server.enqueue(text_reply("a"))
    assert receive_from(Server()).text == "a"
    assert server.posts[0].headers["authorization"] == "Bearer found"


def test_the_profile_that_the_sdk_finds_is_used(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = {"authentication": {"type": "user_oauth"}, "base_url": server.base_url}
    tokens = {"type": "oauth_token", "version": "1.0", "access_token": "from-profile"}
    for folder, data in (("configs", profile), ("credentials", tokens)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "work.json").write_text(json.dumps(data))
        (tmp_path / folder / "work.json").chmod(0o600)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_PROFILE", "work")
    server.enqueue(text_reply("a"))
    received = receive_from(Server())
    assert received.error is None
    assert server.posts[0].headers["authorization"] == "Bearer from-profile"


def test_a_profile_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_PROFILE", "absent")
    error = receive_from(Server()).error
    assert isinstance(error, NoPermission)
    assert error.message.startswith("The credentials cannot be used: ")
    assert "absent" in error.message


def test_no_key_anywhere_says_how_to_get_going() -> None:
    error = receive_from(Server()).error
    assert isinstance(error, NoPermission)
    assert error.kind == NO_CREDENTIALS
    assert all(hint in error.message for hint in ("ANTHROPIC_API_KEY", ".env", "--demo"))
    assert len(error.message.splitlines()) == 4  # what is wrong, and three ways out


@pytest.mark.parametrize("key", ["sk-ant-a\nb", "sk-ant-é", "sk-ant a", "sk-ant-\x1b"])
def test_a_key_that_no_header_can_carry_is_refused_in_words(
    server: ScriptedServer, key: str
) -> None:
    error = receive_from(Server(server.base_url, api_key=key)).error
    assert isinstance(error, NoPermission)
    assert error.message.startswith("The API key has a line break, a space or a foreign")
    assert "sk-ant" not in error.message
    assert server.requests == []


def test_a_server_that_repeats_the_key_does_not_get_it_shown(server: ScriptedServer) -> None:
    said = f"bad key {CANARY}, Bearer abcdefgh12345, sk-ant-other"
    server.enqueue(error_reply(401, said))
    error = receive(server.base_url).error
    assert error is not None
    assert "bad key [redacted], Bearer [redacted], [redacted]" in error.message
    assert "canary" not in repr(error) + repr(Server(server.base_url, api_key=CANARY))


# --- Waiting


def test_retry_after_is_read_whatever_it_says(server: ScriptedServer) -> None:
    later = datetime.now(UTC) + timedelta(seconds=90)
    values = ["1", "3600", "0.5", "inf", "nan", "-1", "soon", "", format_datetime(later)]
    server.enqueue(*(error_reply(429, "slow", retry_after=value) for value in values))

    async def ask(api: Api) -> list[float | None]:
        errors = [(await listen(api)).error for _ in values]
        return [error.retry_after_s for error in errors if error is not None]

    *plain, dated = use(server, ask)
    assert plain == [1.0, 3600.0, 0.5, None, None, None, None, None]
    assert dated == pytest.approx(90, abs=5)


def test_thinking_may_be_silent_for_longer(server: ScriptedServer) -> None:
    block = {"type": "thinking", "thinking": "", "signature": ""}
    start = sse("message_start", message=message_object())
    opened = sse("content_block_start", index=0, content_block=block)
    server.enqueue(event_reply(start, opened, Stall()))
    deadlines = Deadlines(idle_s=30, thinking_s=0.05)
    error = receive(server.base_url, deadlines=deadlines).error
    assert isinstance(error, CutOff)
    assert "for 0.05 s" in error.message


def test_time_that_the_reader_takes_does_not_count_as_silence(server: ScriptedServer) -> None:
    gate = threading.Event()
    server.enqueue(text_reply("a", Wait(gate), "b"))

    async def read_slowly(api: Api) -> str:
        text = ""
        async for event in api.stream(REQUEST):
            if isinstance(event, TextDelta):
                text += event.text
                time.sleep(0.2)  # noqa: ASYNC251 - a busy program, longer than the deadline
                gate.set()
        return text

    assert use(server, read_slowly, deadlines=Deadlines(idle_s=0.15)) == "ab"


@pytest.mark.parametrize("when", ["before the headers", "in the middle"])
def test_cancelling_ends_the_connection_at_once_and_quietly(
    server: ScriptedServer, caplog: pytest.LogCaptureFixture, when: str
) -> None:
    sent = threading.Event()
    head = [Stall()] if when == "before the headers" else ["Hel", Mark(sent), Stall()]
    reply = text_reply(*head)
    server.enqueue(replace(reply, head=False, steps=(Stall(),)) if len(head) == 1 else reply)

    async def cancel(api: Api) -> float:
        begun = asyncio.Event()

        async def read() -> None:
            async for event in api.stream(REQUEST):
                if isinstance(event, TextDelta):
                    begun.set()

        await api.ready()
        task = asyncio.create_task(read())
        if len(head) == 1:
            await asyncio.to_thread(server.wait_for_posts)
        else:
            await begun.wait()
        cancelled_at = time.perf_counter()
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        return time.perf_counter() - cancelled_at

    with caplog.at_level(logging.WARNING):
        seconds = use(server, cancel)
    assert seconds < 0.05
    assert server.posts[0].ended.wait(5)
    assert server.posts[0].client_left
    assert caplog.records == []


def test_leaving_the_loop_over_the_events_closes_too(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Hel", Stall()))

    async def leave(api: Api) -> None:
        async with aclosing(api.stream(REQUEST)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    return

    use(server, leave)
    assert server.posts[0].ended.wait(5)
    assert server.posts[0].client_left


# --- Loading, warming, models


def test_making_an_api_imports_nothing_heavy() -> None:
    code = (
        "import sys; from streamchat.api import Api, Server; Api(Server());"
        "print({'anthropic', 'httpx2', 'pydantic', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


def test_loading_from_many_places_happens_once(server: ScriptedServer) -> None:
    async def load_often(api: Api) -> set[object]:
        threads = [threading.Thread(target=api.load) for _ in range(4)]
        for thread in threads:
            thread.start()
        await asyncio.gather(*(api.ready() for _ in range(4)))
        found = {api._connection}
        for thread in threads:
            await asyncio.to_thread(thread.join)
        return found | {api._connection}

    assert len(use(server, load_often)) == 1


def test_a_waiter_that_is_cancelled_does_not_stop_the_loading(server: ScriptedServer) -> None:
    async def cancel(api: Api) -> bool:
        waiter = asyncio.create_task(api.ready())
        await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.wait({waiter})
        await api.ready()
        return api.is_loaded

    assert use(server, cancel)


def test_one_connection_serves_the_warming_and_the_turns(server: ScriptedServer) -> None:
    server.enqueue(text_reply("a"), text_reply("b"))

    async def take_turns(api: Api) -> set[int]:
        seen = set()
        await api.warm("claude-sonnet-5-5")
        for _ in range(2):
            seen |= connections(api)
            await listen(api)
        return seen | connections(api)

    def connections(api: Api) -> set[int]:
        transport: Any = api._connection._http._transport  # type: ignore[union-attr]
        return {id(connection) for connection in transport._pool.connections}

    assert len(use(server, take_turns)) == 1


def test_warming_tells_what_the_server_says_about_the_model(server: ScriptedServer) -> None:
    info = use(server, lambda api: api.warm("claude-haiku-4-5"))
    assert info is not None
    assert (info.max_input_tokens, info.max_tokens) == (200_000, 64_000)


def test_warming_up_fails_in_silence() -> None:
    async def warm() -> object:
        async with aclosing(Api(Server("http://127.0.0.1:9", api_key="k"))) as api:
            return await api.warm("m")

    assert asyncio.run(warm()) is None


def test_models_are_the_servers(server: ScriptedServer) -> None:
    models = use(server, lambda api: api.models())
    assert "claude-sonnet-5-5" in [model.id for model in models]
    assert use(server, lambda api: api.model("claude-sonnet-5-5")) in models
    assert use(server, lambda api: api.model("no-such-model")) is None


def test_a_model_of_which_little_is_known() -> None:
    assert ModelInfo.from_wire({"id": "llama", "max_tokens": None, "capabilities": None}) == (
        ModelInfo("llama", "llama")
    )
    assert ModelInfo.from_wire({"name": "llama"}) is None


def test_tokens_are_counted_by_the_server(server: ScriptedServer) -> None:
    few = use(server, lambda api: api.count_tokens(REQUEST))
    many = replace(REQUEST, messages=(user_message("word " * 500),), thinking="adaptive")
    assert few < use(server, lambda api: api.count_tokens(many))
    body = server.requests[-1].body
    assert body.keys() == {"model", "messages", "thinking"}


def test_a_failing_count_is_an_api_error() -> None:
    async def count() -> int:
        async with aclosing(Api(Server("http://127.0.0.1:9", api_key="k"))) as api:
            return await api.count_tokens(REQUEST)

    with pytest.raises(Unreachable, match="refuses the connection"):
        asyncio.run(count())


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("claude-sonnet-5-5", None),
        (
            "claude-opus-4-0",
            "claude-opus-4-0 was retired on June 15th, 2026: requests for it fail."
            " --list-models shows which there are.",
        ),
        (
            "claude-sonnet-4-5",
            "claude-sonnet-4-5 is deprecated and ends on November 30th, 2026."
            " --list-models shows which there are.",
        ),
    ],
)
def test_a_model_that_ends_gets_a_line(
    server: ScriptedServer, model: str, line: str | None
) -> None:
    today = date(2026, 11, 22)
    assert use(server, lambda api: api.deprecation(model, today=today)) == line


def test_a_deprecated_model_is_asked_without_the_sdks_warning(server: ScriptedServer) -> None:
    server.enqueue(text_reply("a"))
    assert receive(server.base_url, replace(REQUEST, model="claude-sonnet-4-5")).text == "a"
