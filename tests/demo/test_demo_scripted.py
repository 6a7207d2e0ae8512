"""The scripted server: that a test gets exactly what it scripted."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import anthropic
import httpx2
import pytest

from patience import PATIENCE_S
from server import (
    Close,
    Mark,
    Reset,
    ScriptedServer,
    Stall,
    Wait,
    error_event,
    error_reply,
    event_reply,
    html_reply,
    json_reply,
    message_object,
    raw_reply,
    redirect_reply,
    text_reply,
)

T = TypeVar("T")


@asynccontextmanager
async def opened(
    server: ScriptedServer, key: str = "demo"
) -> AsyncIterator[anthropic.AsyncMessageStream[None]]:
    """A stream on this server, asked "hi"."""
    client = anthropic.AsyncAnthropic(
        base_url=server.base_url,
        api_key=key,
        max_retries=0,
        http_client=anthropic.DefaultAsyncHttpxClient(verify=False),
    )
    async with (
        client,
        client.messages.stream(
            model="claude-sonnet-5-5",
            max_tokens=100,
            messages=[{"role": "user", "content": "hi"}],
        ) as stream,
    ):
        yield stream


def texts(server: ScriptedServer) -> list[str]:
    """The deltas of the reply."""

    async def use() -> list[str]:
        async with opened(server) as stream:
            return [text async for text in stream.text_stream]

    return asyncio.run(use())


def failure(server: ScriptedServer, key: str = "demo") -> Exception:
    """What reading a whole reply raises."""

    async def use() -> None:
        async with opened(server, key) as stream:
            await stream.until_done()

    with pytest.raises((anthropic.APIError, httpx2.HTTPError)) as failed:
        asyncio.run(use())
    return failed.value


def in_time(use: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return asyncio.run(asyncio.wait_for(use(), PATIENCE_S))


def test_strings_are_deltas(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Hel", "lo"), text_reply("Bye"))
    assert [texts(server), texts(server)] == [["Hel", "lo"], ["Bye"]]


def test_fields_of_the_message_can_be_set(server: ScriptedServer) -> None:
    usage = {"input_tokens": 1, "output_tokens": 2}
    server.enqueue(text_reply("x", thinking="hm", stop_reason="max_tokens", usage=usage))

    async def use() -> dict[str, Any]:
        async with opened(server) as stream:
            return (await stream.get_final_message()).to_dict(mode="json", warnings=False)

    message = asyncio.run(use())
    assert [block["type"] for block in message["content"]] == ["thinking", "text"]
    assert message["content"][0]["thinking"] == "hm"
    assert message["stop_reason"] == "max_tokens"
    assert message["usage"]["output_tokens"] == 2


def test_a_gate_holds_the_rest_back(server: ScriptedServer) -> None:
    gate, sent = threading.Event(), threading.Event()
    server.enqueue(text_reply("Hel", Mark(sent), Wait(gate), "lo"))

    async def use() -> list[str]:
        async with opened(server) as stream:
            deltas = aiter(stream.text_stream)
            arrived = [await anext(deltas)]
            assert sent.wait(PATIENCE_S)
            assert not server.posts[0].ended.is_set()
            gate.set()
            return [*arrived, *[text async for text in deltas]]

    assert in_time(use) == ["Hel", "lo"]
    assert server.posts[0].ended.wait(PATIENCE_S)
    assert not server.posts[0].client_left


def test_a_reply_can_be_cut_anywhere(server: ScriptedServer) -> None:
    reply = text_reply("Grüße, 世界")
    server.enqueue(reply.cut(every=1), reply.cut(every=7), reply.cut_at(3, reply.size - 1))
    assert [texts(server) for _ in range(3)] == [["Grüße, 世界"]] * 3
    assert reply.cut(every=1).size == reply.size
    assert len(reply.cut_at(5, 9).steps) == 3


def test_a_reply_can_end_early(server: ScriptedServer) -> None:
    reply = text_reply("Hello", "never")
    cut = reply.cut(every=1).until(reply.size // 2)
    server.enqueue(cut, text_reply("Hel", Close()), text_reply("Hel", Reset()))
    assert texts(server) in ([], ["Hello"])
    assert isinstance(failure(server), httpx2.RemoteProtocolError)
    assert isinstance(failure(server), httpx2.ReadError)


def test_a_stall_lasts_until_the_client_leaves(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Hel", Stall()))

    async def use() -> str:
        async with opened(server) as stream:
            return await anext(aiter(stream.text_stream))

    assert in_time(use) == "Hel"
    assert server.posts[0].ended.wait(PATIENCE_S)
    assert server.posts[0].client_left


def test_failures_can_be_scripted(server: ScriptedServer) -> None:
    server.enqueue(
        error_reply(429, "Slow down", retry_after="3"),
        text_reply("Hel", error_event()),
        raw_reply(b"SSH-2.0-OpenSSH_9.9\r\n"),
        redirect_reply("http://127.0.0.1:9/", status=307),
    )
    limited = failure(server)
    assert isinstance(limited, anthropic.RateLimitError)
    assert (limited.api_message, limited.response.headers["retry-after"]) == ("Slow down", "3")
    overloaded = failure(server)
    assert isinstance(overloaded, anthropic.APIStatusError)
    assert (overloaded.status_code, overloaded.type) == (200, "overloaded_error")
    assert isinstance(failure(server), anthropic.APIConnectionError)
    assert isinstance(failure(server), anthropic.APIConnectionError)


def test_odd_responses_can_be_scripted(server: ScriptedServer) -> None:
    server.enqueue(html_reply(), json_reply(message_object()), event_reply(b"data: {}\n\n"))
    kinds = []
    for _ in range(3):
        response = httpx2.post(f"{server.base_url}/v1/messages", json={})
        kinds.append((response.headers["content-type"], response.content[:8]))
    assert kinds == [
        ("text/html", b"<html><b"),
        ("application/json", b'{"id":"m'),
        ("text/event-stream; charset=utf-8", b"data: {}"),
    ]


def test_what_was_sent_is_recorded(server: ScriptedServer) -> None:
    server.enqueue(text_reply("x"))
    texts(server)
    assert server.bodies == [
        {
            "model": "claude-sonnet-5-5",
            "max_tokens": 100,
            "messages": [{"role": "user", "content": "hi"}],
            "stream": True,
        }
    ]
    received = server.wait_for_posts(1)
    assert received.headers["authorization"] == "Bearer demo"
    assert httpx2.get(f"{server.base_url}/v1/models").json()["data"]
    assert [request.path for request in server.requests] == ["/v1/messages", "/v1/models"]
    assert len(server.posts) == 1


def test_a_reply_that_was_not_scripted_is_a_500(server: ScriptedServer) -> None:
    assert "scripted no reply" in str(failure(server))


def test_a_key_can_be_required() -> None:
    with ScriptedServer(key="right") as server:
        server.enqueue(text_reply("x"))
        assert isinstance(failure(server, key="wrong"), anthropic.AuthenticationError)
        allowed = httpx2.post(f"{server.base_url}/v1/messages", headers={"x-api-key": "right"})
        assert allowed.status_code == 200


def test_stop_ends_a_reply_that_waits() -> None:
    with ScriptedServer() as server:
        server.enqueue(text_reply("Hel", Wait(threading.Event())))

        async def use() -> Exception:
            async with opened(server) as stream:
                deltas = aiter(stream.text_stream)
                assert await anext(deltas) == "Hel"
                server.stop()
                with pytest.raises(httpx2.HTTPError) as failed:
                    await anext(deltas)
                return failed.value

        assert isinstance(in_time(use), httpx2.RemoteProtocolError | httpx2.ReadError)


def test_stop_does_not_wait_for_a_client_that_does_not_read(server: ScriptedServer) -> None:
    server.enqueue(event_reply(b"." * 20_000_000))
    host, port = server.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as link:
        link.sendall(b"POST /v1/messages HTTP/1.1\r\n\r\n")
        while b"....." not in link.recv(1000):
            pass
        server.stop()
        gc.collect()  # a transport left open would warn here
        with suppress(ConnectionResetError):
            while link.recv(65536):
                pass
