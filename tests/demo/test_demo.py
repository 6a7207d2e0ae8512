"""The demo server as the SDK sees it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import anthropic
import httpx2
import pytest
from anthropic.types import Message, TextBlock

from loop_time import LoopClock, leaping_time
from patience import PATIENCE_S
from shares import share
from streamchat.demo import DemoServer
from streamchat.demo.http import LoopbackServer
from streamchat.demo.pace import INSTANT, Pace
from streamchat.demo.replies import MAX_LONG_CHARS, text_page
from streamchat.demo.tokens import MIN_CACHED_TOKENS

T = TypeVar("T")
MODEL = "claude-sonnet-5-5"
SHOWN = {"type": "adaptive", "display": "summarized"}


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    with DemoServer(speed=INSTANT) as running:
        yield running


def run(server: LoopbackServer, use: Callable[[anthropic.AsyncAnthropic], Awaitable[T]]) -> T:
    """Use a client of the SDK against this server."""

    async def session() -> T:
        plain = anthropic.DefaultAsyncHttpxClient(verify=False)  # reads no certificates: 40 ms
        async with anthropic.AsyncAnthropic(
            base_url=server.base_url, api_key="demo", max_retries=0, http_client=plain
        ) as client:
            return await use(client)

    return asyncio.run(session())


def user(*texts: str) -> list[dict[str, Any]]:
    """A conversation that alternates, the user first."""
    roles = ("user", "assistant")
    return [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]


def request(*texts: str, **fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": 4000, "messages": user(*texts), **fields}


async def read(client: anthropic.AsyncAnthropic, **fields: Any) -> Message:
    async with client.messages.stream(**fields) as stream:
        return await stream.get_final_message()


def ask(server: LoopbackServer, *texts: str, **fields: Any) -> Message:
    """The streamed reply to a conversation."""
    return run(server, lambda client: read(client, **request(*texts, **fields)))


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if isinstance(block, TextBlock))


def interrupted(server: DemoServer, typed: str) -> tuple[str, BaseException | None]:
    """The text that arrived, and what ended it."""

    async def use(client: anthropic.AsyncAnthropic) -> tuple[str, BaseException | None]:
        arrived = ""
        try:
            async with client.messages.stream(**request(typed)) as stream:
                async for event in stream:
                    arrived += event.text if event.type == "text" else ""
        except (anthropic.APIError, httpx2.HTTPError) as error:
            return arrived, error
        return arrived, None

    return run(server, use)


# The reply


def test_a_reply_streams_as_the_api_streams(demo: DemoServer) -> None:
    async def use(client: anthropic.AsyncAnthropic) -> list[tuple[str, Any]]:
        stream = await client.messages.create(**request("echo Hello"), stream=True)
        return [(event.type, event) async for event in stream]

    events = run(demo, use)
    assert [kind for kind, _ in events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert events[0][1].message.stop_reason is None
    assert [e.delta.text for kind, e in events if kind == "content_block_delta"] == [
        "Hell",
        "o",
    ]
    assert events[5][1].delta.stop_reason == "end_turn"
    assert events[5][1].usage.output_tokens == 2


def test_streamed_or_whole_the_reply_is_the_same(demo: DemoServer) -> None:
    fields = request("tour", thinking=SHOWN)
    streamed = run(demo, lambda client: read(client, **fields))
    whole = run(demo, lambda client: client.messages.create(**fields))
    assert [block.to_dict() for block in streamed.content] == [
        block.to_dict() for block in whole.content
    ]
    assert streamed.usage.output_tokens == whole.usage.output_tokens
    assert text_of(whole) == text_page("tour").text


def test_replies_carry_a_request_id_and_the_rate_limits(demo: DemoServer) -> None:
    async def use(client: anthropic.AsyncAnthropic) -> httpx2.Headers:
        async with client.messages.stream(**request("hi")) as stream:
            return stream.response.headers

    headers = run(demo, use)
    assert headers["request-id"].startswith("req_")
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["anthropic-ratelimit-requests-limit"] == "1000"
    assert headers["anthropic-ratelimit-requests-remaining"] == "999"


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("hi", "welcome"),
        ("Hello!", "welcome"),
        ("help", "help"),
        ("show me a table, please", "table"),
        ("Code?", "code"),
        ("hi, what about Unicode", "unicode"),
        ("slow", "slow"),
    ],
)
def test_a_word_chooses_the_page(demo: DemoServer, typed: str, page: str) -> None:
    assert text_of(ask(demo, typed)) == text_page(page).text


def test_every_page_is_well_formed(demo: DemoServer) -> None:
    for page in ("help", "keys", "tour", "code", "lists", "math", "thinking", "faults"):
        text = text_of(ask(demo, page))
        assert text.startswith("#")
        assert text.count("```") % 2 == 0
        assert "{" + page + "}" not in text
        assert not text.startswith("<!--")


def test_what_means_nothing_is_described(demo: DemoServer) -> None:
    picture = {"type": "base64", "media_type": "image/png", "data": "aGVsbG8h"}
    content = [{"type": "image", "source": picture}, {"type": "text", "text": "What is this?"}]
    text = text_of(ask(demo, messages=[{"role": "user", "content": content}]))
    assert "- an image, `image/png`, 6 bytes\n- 3 words of text: `What is this?`" in text


def test_echo_is_verbatim(demo: DemoServer) -> None:
    said = "two\n\n  lines \x1b[31m\u2028 and \U0001f468\u200d\U0001f469 "
    assert text_of(ask(demo, "echo " + said)) == said.rstrip()


def test_what_was_typed_is_the_last_text_of_the_last_question(demo: DemoServer) -> None:
    context = {"type": "text", "text": "<system-reminder>tour</system-reminder>"}
    asked = {"role": "user", "content": [context, {"type": "text", "text": "echo Hi"}]}
    later = {"role": "system", "content": "Available tools: none"}
    assert text_of(ask(demo, messages=[asked, later])) == "Hi"


def test_the_conversation_is_what_was_sent(demo: DemoServer) -> None:
    text = text_of(ask(demo, "one `tick`", "I see", "two", "Fine", "What did I say?"))
    assert "1. `one ˋtickˋ`\n2. `two`\n" in text
    assert "system prompt" not in text
    shown = text_of(ask(demo, "what did I say", system="Be brief"))
    assert "Nothing before this question" in shown
    assert "The system prompt: `Be brief`" in shown


@pytest.mark.parametrize("wanted", share([3_000, 20_000], every=2))
def test_a_long_answer_is_about_as_long_as_asked(demo: DemoServer, wanted: int) -> None:
    text = text_of(ask(demo, f"long {wanted}", max_tokens=100_000))
    assert abs(len(text) - wanted) < 1_000
    assert "\n## 1. On reading\n" in text
    assert text == text_of(ask(demo, f"long {wanted}", max_tokens=100_000))


def test_a_long_answer_has_its_limit(demo: DemoServer) -> None:
    whole = run(
        demo,
        lambda client: client.messages.create(
            **request("long 999999999", max_tokens=128_000), timeout=PATIENCE_S
        ),
    )
    assert MAX_LONG_CHARS - 1_000 < len(text_of(whole)) <= MAX_LONG_CHARS + 100


# Thinking


def test_thinking_is_shown_when_asked_for(demo: DemoServer) -> None:
    reply = ask(demo, "thinking", thinking=SHOWN)
    thought, said = reply.content
    assert thought.type == "thinking"
    assert thought.thinking == text_page("thinking").thinking
    assert thought.signature
    assert said.type == "text"
    details = reply.usage.output_tokens_details
    assert details is not None
    assert 0 < details.thinking_tokens < reply.usage.output_tokens


def test_thinking_is_omitted_unless_asked_for(demo: DemoServer) -> None:
    thought, said = ask(demo, "thinking").content
    assert thought.type == "thinking"
    assert (thought.thinking, bool(thought.signature)) == ("", True)
    assert said.type == "text"


def test_thinking_can_be_off(demo: DemoServer) -> None:
    reply = ask(demo, "thinking", thinking={"type": "between_tools"})
    assert [block.type for block in reply.content] == ["text"]


# Limits and counts


def test_max_tokens_cuts_the_answer(demo: DemoServer) -> None:
    reply = ask(demo, "echo one two three four five", max_tokens=3)
    assert (text_of(reply), reply.stop_reason) == ("one two thre", "max_tokens")
    assert reply.usage.output_tokens == 3


def test_thinking_counts_in_max_tokens(demo: DemoServer) -> None:
    reply = ask(demo, "thinking", max_tokens=5, thinking=SHOWN)
    assert [block.type for block in reply.content] == ["thinking"]
    assert reply.stop_reason == "max_tokens"


def test_a_stop_sequence_ends_the_answer(demo: DemoServer) -> None:
    reply = ask(demo, "echo one two three", stop_sequences=["three", " two"])
    assert (text_of(reply), reply.stop_reason) == ("one", "stop_sequence")
    assert reply.stop_sequence == " two"


def test_tokens_are_counted(demo: DemoServer) -> None:
    async def use(client: anthropic.AsyncAnthropic) -> list[int]:
        counts = [
            await client.messages.count_tokens(model=MODEL, messages=user(text))  # type: ignore[arg-type]
            for text in ("a b c d", "word" * 1000, "早" * 400)
        ]
        return [counted.input_tokens for counted in counts]

    assert run(demo, use) == [8, 1004, 304]


def prompt_usage(message: Message) -> tuple[int, int | None, int | None]:
    usage = message.usage
    return (
        usage.input_tokens,
        usage.cache_creation_input_tokens,
        usage.cache_read_input_tokens,
    )


def test_a_repeated_prefix_is_read_from_the_cache(demo: DemoServer) -> None:
    cached = {"cache_control": {"type": "ephemeral"}}
    opening = "word " * 1000
    size = 1000 * 5 // 4 + 4
    assert prompt_usage(ask(demo, opening, **cached)) == (0, size, 0)
    assert prompt_usage(ask(demo, opening, **cached)) == (0, 0, size)
    assert prompt_usage(ask(demo, opening, "I see", "go on", **cached)) == (0, 12, size)
    assert prompt_usage(ask(demo, opening, **cached, system="new")) == (0, size + 1, 0)
    assert prompt_usage(ask(demo, opening)) == (size, 0, 0)
    other = ask(demo, opening, **cached, model="claude-opus-5-5")
    assert prompt_usage(other) == (0, size, 0)


def test_the_cache_ends_where_it_is_marked(demo: DemoServer) -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    system = [{"type": "text", "text": "word " * 1000, **mark}]
    tools = [{"name": "t", "input_schema": {"type": "object"}, "description": "w " * 2000}]
    size = 1000 * 5 // 4
    assert prompt_usage(ask(demo, "a b c", system=system)) == (7, size, 0)
    assert prompt_usage(ask(demo, "d e f", system=system)) == (7, 0, size)
    fresh, written, read = prompt_usage(ask(demo, "d e f", system=system, tools=tools))
    assert (fresh, read) == (7, 0)  # tools come before the system prompt
    assert (written or 0) > size
    asked = [{"role": "user", "content": [{"type": "text", "text": "g h i", **mark}]}]
    assert prompt_usage(ask(demo, system=system, messages=asked)) == (0, 7, size)


def test_a_small_prompt_is_not_cached(demo: DemoServer) -> None:
    text = "word" * (MIN_CACHED_TOKENS - 5)
    cached = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
    assert prompt_usage(ask(demo, text, **cached)) == (MIN_CACHED_TOKENS - 1, 0, 0)
    reply = ask(demo, text + "word", **cached)
    assert prompt_usage(reply) == (0, MIN_CACHED_TOKENS, 0)
    assert reply.usage.cache_creation is not None
    assert reply.usage.cache_creation.ephemeral_1h_input_tokens == MIN_CACHED_TOKENS


# What is refused


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": []},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": 7}]},
        {"messages": [{"role": "assistant", "content": "x"}]},
        {"messages": user("")},
        {"max_tokens": 0},
        {"tools": [7]},
        {"system": [7]},
        {"extra_body": {"stop_sequences": "x"}},
    ],
)
def test_what_cannot_be_answered_is_refused(demo: DemoServer, fields: dict[str, Any]) -> None:
    with pytest.raises(anthropic.BadRequestError) as refused:
        ask(demo, "hi", **fields)
    assert refused.value.type == "invalid_request_error"
    assert refused.value.request_id


def test_what_the_demo_does_not_play_says_so(demo: DemoServer) -> None:
    for path in ("messages/batches", "files", "files/file_1"):
        answer = httpx2.get(f"{demo.base_url}/v1/{path}")
        assert answer.status_code == 404
        error = answer.json()["error"]
        assert error == {
            "type": "not_found_error",
            "message": f"The demo server does not play /v1/{path}.",
        }


def test_an_unknown_model_is_not_found(demo: DemoServer) -> None:
    with pytest.raises(anthropic.NotFoundError) as refused:
        ask(demo, "hi", model="claude-nonsense")
    assert refused.value.type == "not_found_error"
    assert refused.value.api_message == "model: claude-nonsense"


def test_a_retired_model_is_listed_but_not_found(demo: DemoServer) -> None:
    model = run(demo, lambda client: client.models.retrieve("claude-sonnet-4-0"))
    assert model.lifecycle == "retired"
    with pytest.raises(anthropic.NotFoundError):
        run(
            demo,
            lambda client: client.messages.count_tokens(model=model.id, messages=user("hi")),  # type: ignore[arg-type]
        )


# Models


def test_models_are_listed_page_by_page(demo: DemoServer) -> None:
    async def use(client: anthropic.AsyncAnthropic) -> list[list[str]]:
        whole = [model.id async for model in client.models.list()]
        paged = [model.id async for model in client.models.list(limit=2)]
        back = await client.models.list(limit=2, before_id=whole[3])
        return [whole, paged, [model.id for model in back.data]]

    whole, paged, back = run(demo, use)
    assert whole == paged
    assert len(set(whole)) == len(whole) > 4
    assert back == whole[1:3]


def test_a_model_says_what_it_can_do(demo: DemoServer) -> None:
    model = run(demo, lambda client: client.models.retrieve(MODEL))
    assert (model.id, model.display_name) == (MODEL, "Claude Sonnet 5.5")
    assert (model.max_input_tokens, model.max_tokens) == (1_000_000, 128_000)
    assert (model.lifecycle, model.deprecated_at, model.line) == ("active", None, "sonnet")
    assert model.capabilities is not None
    types = model.capabilities.thinking.types
    assert (types.adaptive.supported, types.enabled.supported) == (True, False)
    assert model.capabilities.effort.max.supported
    assert run(demo, lambda client: client.models.retrieve("claude-haiku-4-5")).line == "haiku"
    with pytest.raises(anthropic.NotFoundError):
        run(demo, lambda client: client.models.retrieve("gpt"))


# Misbehaviour


@pytest.mark.parametrize(
    ("typed", "status", "kind"),
    [
        ("error 400", 400, "invalid_request_error"),
        ("error 401", 401, "authentication_error"),
        ("error 413", 413, "request_too_large"),
        ("error 500", 500, "api_error"),
        ("Error 529.", 529, "overloaded_error"),
    ],
)
def test_an_error_can_be_had(demo: DemoServer, typed: str, status: int, kind: str) -> None:
    with pytest.raises(anthropic.APIStatusError) as failed:
        ask(demo, typed)
    assert (failed.value.status_code, failed.value.type) == (status, kind)


@pytest.mark.parametrize(("typed", "wait"), [("error 429", "1"), ("error 503 30", "30")])
def test_an_error_can_ask_for_patience(demo: DemoServer, typed: str, wait: str) -> None:
    with pytest.raises(anthropic.APIStatusError) as failed:
        ask(demo, typed)
    assert failed.value.response.headers["retry-after"] == wait


def test_retry_answers_the_third_time_and_begins_anew(demo: DemoServer) -> None:
    for _ in range(2):
        for _ in range(2):
            with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
                ask(demo, "retry")
        assert text_of(ask(demo, "retry")).startswith("There you are.")


def test_drop_breaks_the_connection_after_some_text(demo: DemoServer) -> None:
    arrived, error = interrupted(demo, "drop")
    assert arrived.startswith("This answer is going to be interrupted")
    assert isinstance(error, httpx2.ReadError)


def test_overloaded_is_an_error_event_after_some_text(demo: DemoServer) -> None:
    arrived, error = interrupted(demo, "overloaded")
    assert arrived.startswith("This answer is going to be interrupted")
    assert isinstance(error, anthropic.APIStatusError)
    assert (error.status_code, error.type) == (200, "overloaded_error")


def test_cut_ends_politely_without_an_end(demo: DemoServer) -> None:
    arrived, error = interrupted(demo, "cut")
    assert arrived.startswith("This answer is going to be interrupted")
    assert error is None
    assert ask(demo, "cut").stop_reason is None


@pytest.mark.parametrize("typed", ["stall", "stall ping"])
def test_a_stall_never_ends(demo: DemoServer, typed: str) -> None:
    clock = LoopClock()

    async def use(client: anthropic.AsyncAnthropic) -> None:
        async with client.messages.stream(**request(typed)) as stream:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(300):
                    async for _ in stream.text_stream:
                        clock.waits.set()
                    raise AssertionError("the stall ended")

    with leaping_time(clock):
        run(demo, use)


def test_a_refusal_says_why(demo: DemoServer) -> None:
    reply = ask(demo, "refuse")
    assert reply.stop_reason == "refusal"
    assert reply.stop_details is not None
    assert reply.stop_details.category == "general_harms"
    assert text_of(reply).startswith("I could begin")
    assert ask(demo, "refuse empty").content == []


def test_html_is_no_reply(demo: DemoServer) -> None:
    with pytest.raises(AssertionError):
        ask(demo, "html")


def test_a_redirect_leads_nowhere(demo: DemoServer) -> None:
    with pytest.raises(anthropic.NotFoundError):
        ask(demo, "redirect")
    response = httpx2.post(
        f"{demo.base_url}/v1/messages",
        json=request("redirect"),
        headers={"anthropic-version": "2026-10-21"},
    )
    assert (response.status_code, response.headers["location"]) == (
        307,
        "/elsewhere/v1/messages",
    )


# The server


def test_two_replies_at_once(demo: DemoServer) -> None:
    async def use(client: anthropic.AsyncAnthropic) -> list[str]:
        asked = (read(client, **request(typed)) for typed in ("tour", "code"))
        return [text_of(message) for message in await asyncio.gather(*asked)]

    assert run(demo, use) == [text_page("tour").text, text_page("code").text]


def test_the_speed_is_that_of_a_model() -> None:
    waited: list[float] = []
    pace = Pace(400, now=lambda: sum(waited), wait=waited.append)
    for _ in range(44):
        pace.tick()
    assert sum(waited) == pytest.approx(44 / 400)


def test_stop_does_not_wait_for_open_connections() -> None:
    server = DemoServer()
    server.start()

    async def use(client: anthropic.AsyncAnthropic) -> bool:
        async with client.messages.stream(**request("stall")) as stream:
            await anext(stream.__aiter__())
            server.stop()
            return any(thread.name == "loopback" for thread in threading.enumerate())

    assert not run(server, use)


def test_a_server_can_be_stopped_twice_and_started_again() -> None:
    server = DemoServer(speed=INSTANT)
    server.start()
    with pytest.raises(RuntimeError):
        server.start()
    server.stop()
    server.stop()
    with server:
        assert ask(server, "hi").stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("model", "page"),
    [
        ("claude-sonnet-5-5", "compare-sonnet"),
        ("claude-opus-5-5", "compare-opus"),
        ("claude-fable-5-2", "compare-opus"),
        ("claude-haiku-5-5", "compare-haiku"),
    ],
)
def test_models_can_be_compared(demo: DemoServer, model: str, page: str) -> None:
    assert text_of(ask(demo, "compare", model=model)) == text_page(page).text


def test_one_model_declines_and_another_answers(demo: DemoServer) -> None:
    declined = ask(demo, "decline", model="claude-sonnet-5-5")
    assert (declined.stop_reason, text_of(declined)) == ("refusal", "")
    assert ask(demo, "decline", model="claude-opus-5-5").stop_reason == "end_turn"
