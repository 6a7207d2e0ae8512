"""Loading late, warming up, and what a server tells about its models."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
from contextlib import aclosing
from dataclasses import replace
from datetime import date

import pytest
from anthropic.resources.messages import messages

from patience import PATIENCE_S
from receiving import REQUEST, listen, receive, use
from server import (
    ScriptedServer,
    text_reply,
)
from streamchat.api import ApiClient, Deadlines, ModelInfo, Server, connection
from streamchat.api.connection import Connection
from streamchat.core.errors import Unreachable
from streamchat.core.messages import user_message


def test_making_an_api_imports_nothing_heavy() -> None:
    code = (
        "import sys; from streamchat.api import ApiClient, Server; ApiClient(Server());"
        "print({'anthropic', 'httpx2', 'pydantic', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


def test_loading_from_many_places_happens_once(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Server] = []
    all_here = threading.Barrier(4)

    class Counted(Connection):
        def __init__(self, server: Server, deadlines: Deadlines, early: None) -> None:
            made.append(server)
            super().__init__(server, deadlines, early)

    monkeypatch.setattr("streamchat.api.connection.Connection", Counted)

    def load(api: ApiClient) -> None:
        all_here.wait(PATIENCE_S)
        api.load()

    async def load_often(api: ApiClient) -> None:
        loads = [asyncio.to_thread(load, api) for _ in range(all_here.parties)]
        await asyncio.gather(*loads, api.ready())

    use(server, load_often)
    assert len(made) == 1


def test_a_waiter_that_is_cancelled_does_not_stop_the_loading(server: ScriptedServer) -> None:
    async def cancel(api: ApiClient) -> bool:
        waiter = asyncio.create_task(api.ready())
        await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.wait({waiter})
        await api.ready()
        return api._connection is not None

    assert use(server, cancel)


def test_one_connection_serves_the_warming_and_the_turns(server: ScriptedServer) -> None:
    server.enqueue(text_reply("a"), text_reply("b"))

    async def take_turns(api: ApiClient) -> None:
        await api.warm("claude-sonnet-5-5")
        for _ in range(2):
            await listen(api)

    use(server, take_turns)
    warmed, first, second = (request.client for request in server.requests)
    assert warmed == first == second


def test_warming_tells_what_the_server_says_about_the_model(server: ScriptedServer) -> None:
    info = use(server, lambda api: api.warm("claude-haiku-4-5"))
    assert info is not None
    assert (info.max_input_tokens, info.max_tokens) == (200_000, 64_000)


def test_warming_up_fails_in_silence() -> None:
    async def warm() -> object:
        async with aclosing(ApiClient(Server("http://127.0.0.1:9", api_key="k"))) as api:
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
        async with aclosing(ApiClient(Server("http://127.0.0.1:9", api_key="k"))) as api:
            return await api.count_tokens(REQUEST)

    with pytest.raises(Unreachable, match="refuses the connection"):
        asyncio.run(count())


ENDS = {"old": "June 15th, 2026", "aging": "November 30th, 2026"}


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("new", None),
        (
            "old",
            "old was retired on June 15th, 2026: requests for it fail."
            " --list-models lists the current models.",
        ),
        (
            "aging",
            "aging is deprecated and ends on November 30th, 2026."
            " --list-models lists the current models.",
        ),
    ],
)
def test_a_model_that_ends_gets_a_line(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, model: str, line: str | None
) -> None:
    monkeypatch.setattr(messages, "DEPRECATED_MODELS", ENDS)
    today = date(2026, 11, 22)
    assert use(server, lambda api: api.deprecation(model, today=today)) == line


def test_an_sdk_without_the_table_of_endings_costs_only_the_line(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = date(2026, 11, 22)
    monkeypatch.delattr(messages, "DEPRECATED_MODELS")
    assert use(server, lambda api: api.deprecation("old", today=today)) is None
    monkeypatch.setattr(connection, "sdk_messages", None)
    assert use(server, lambda api: api.deprecation("old", today=today)) is None


def test_a_deprecated_model_is_asked_without_the_sdks_warning(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "DEPRECATED_MODELS", ENDS)
    server.enqueue(text_reply("a"))
    assert receive(server.base_url, replace(REQUEST, model="old")).text == "a"


def test_the_collector_runs_again_after_the_import(server: ScriptedServer) -> None:
    async def load(api: ApiClient) -> bool:
        await api.ready()
        return gc.isenabled()

    assert use(server, load)
