"""What this program uses of its libraries though it is private to them, or data of theirs.

A release may change any of it. Then the canary fails here, in .ci/run, and its message names
the release; the program itself falls back, which the tests of each room assert. `canary`
keeps these tests out of the default run.
"""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from importlib.metadata import version
from typing import Any

import pytest

from patience import PATIENCE_S
from receiving import REQUEST
from relays import CERTIFICATE, Place, tls_front
from server import ScriptedServer, text_reply
from streamchat.api import Deadlines, Server
from streamchat.api.authorities import build_ssl_context
from streamchat.api.connection import Connection
from streamchat.api.early_socket import EarlySocket
from streamchat.core.messages import Usage
from streamchat.core.settings import read_certificates
from streamchat.models.prices import Prices
from streamchat.posix.cpu_limit import BUILDS_LEXER
from streamchat.render.screen.console import takes_environ

pytestmark = pytest.mark.canary


_CHANGES = (AssertionError, AttributeError, ImportError, LookupError, TypeError, ValueError)


@contextmanager
def leaning_on(library: str, what: str, otherwise: str) -> Iterator[None]:
    """Names the release that broke what is checked within, and what the program does now."""
    try:
        yield
    except _CHANGES as fault:
        broken = f"{library} {version(library)} changed {what}"
        pytest.fail(f"{broken} ({type(fault).__name__}: {fault}). Now {otherwise}.")


def test_the_sdk_asks_for_the_events_by_the_name_that_is_overridden() -> None:
    from anthropic import AsyncStream

    with leaning_on("anthropic", "AsyncStream._iter_events", "events are written twice"):
        assert inspect.isasyncgenfunction(AsyncStream._iter_events)
        assert "self._iter_events()" in inspect.getsource(AsyncStream.__stream__)


def test_the_sdk_decodes_with_the_decoder_of_its_client() -> None:
    from anthropic import AsyncAnthropic, AsyncStream

    with leaning_on("anthropic", "AsyncStream._decoder", "clouds that frame events fail"):
        assert "_decoder" in inspect.getsource(AsyncStream.__init__)
        assert callable(AsyncAnthropic(api_key="k")._make_sse_decoder().aiter_bytes)


def test_the_sdk_has_a_table_of_models_that_end() -> None:
    from anthropic.resources.messages import messages

    with leaning_on("anthropic", "DEPRECATED_MODELS", "no model is said to end"):
        table: dict[str, str] = vars(messages)["DEPRECATED_MODELS"]
        assert table
        assert all(re.search(r"\d{4}", day) for day in table.values())


def test_the_sdk_can_be_imported_without_what_a_chat_does_not_use() -> None:
    code = (
        "import json; from streamchat.api import import_sdk_once;"
        "how = import_sdk_once(full=False); print(json.dumps([how.is_slim, how.why]))"
    )
    with leaning_on("anthropic", "its layout", "the whole of it is imported"):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        is_slim, why = json.loads(done.stdout)
        assert is_slim, why


def test_rich_draws_a_live_region_by_the_names_that_are_replaced() -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.live_render import LiveRender

    with leaning_on("rich", "Live._live_render or Live._lock", "answers are not live"):
        live = Live(console=Console(file=io.StringIO()), auto_refresh=False)
        assert isinstance(live._live_render, LiveRender)
        with live._lock:
            pass
        source = inspect.getsource(Live)
        assert "self._live_render.position_cursor()" in source
        assert "self._live_render.last_render_height" in source


def test_a_console_of_rich_takes_an_environment() -> None:
    from rich.console import Console

    with leaning_on("rich", "Console(_environ=...)", "rich reads variables of its own"):
        assert takes_environ(Console)


def test_pygments_keeps_the_tables_of_a_lexer() -> None:
    from pygments.lexers import get_lexer_by_name
    from pygments.token import _TokenType

    with leaning_on("pygments", "RegexLexer._tokens", "code is lexed from its beginning"):
        tables = vars(type(get_lexer_by_name("python")))["_tokens"]
        matches, action, move = tables["root"][0]
        assert callable(matches)
        assert type(action) is _TokenType or callable(action)
        assert move is None or isinstance(move, str | tuple | int)


@pytest.mark.parametrize("model", ["claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5"])
def test_the_table_of_prices_knows_todays_models(model: str) -> None:
    with leaning_on("genai-prices", f"the price of {model}", "its answers have no price"):
        usage = Usage(1000, 500, 2000, 4000, cache_1h_tokens=1000, web_searches=1)
        price = Prices()(model, usage)
        assert price is not None
        assert price > 0


SLIM = """
import json, sys
from streamchat.api import import_sdk_once
how = import_sdk_once(full=False)
count = sum(name.partition(".")[0] == "anthropic" for name in sys.modules)
json.dump([how.is_slim, how.why, count], sys.stdout)
"""


def test_the_sdk_has_a_layout_that_can_be_imported_slim() -> None:
    done = subprocess.run([sys.executable, "-c", SLIM], capture_output=True, check=True)
    is_slim, why, count = json.loads(done.stdout)
    with leaning_on("anthropic", "its layout", "it is imported whole, which takes a second"):
        assert is_slim, why
        assert count < 250  # of about 3,000


def test_a_connection_that_is_open_already_can_be_lent_to_httpx2(
    server: ScriptedServer,
) -> None:
    server.enqueue(text_reply("Hello"))
    with (
        leaning_on("httpx2", "its connections, or anyio its TLS", "it connects late"),
        tls_front(server.base_url) as front,
    ):
        certificates = read_certificates({"SSL_CERT_FILE": str(CERTIFICATE)})
        early = EarlySocket(
            "127.0.0.1",
            front.port,
            timeout_s=PATIENCE_S,
            build_context=lambda: build_ssl_context(certificates),
        )
        early.connect()
        assert early._kept is not None
        local = early._kept.socket.getsockname()
        assert asyncio.run(address_asked_from(early, front)) == [local]


async def address_asked_from(early: EarlySocket, front: Place) -> list[Any]:
    settings = Server(f"https://{front.authority}", api_key="k")
    connection = Connection(settings, Deadlines(), early)
    async with aclosing(connection.reply(REQUEST)) as events:
        async for _ in events:
            pass
    pool: Any = connection._http._transport._pool  # type: ignore[attr-defined]
    streams = [each._connection._network_stream for each in pool.connections]
    addresses = [stream.get_extra_info("client_addr") for stream in streams]
    await connection.aclose()
    return addresses


def test_prompt_toolkit_loads_the_history_in_a_task() -> None:
    from prompt_toolkit.buffer import Buffer

    with leaning_on("prompt_toolkit", "Buffer's history", "an early Up finds nothing"):
        source = inspect.getsource(Buffer.load_history_if_not_yet_loaded)
        assert "if self._load_history_task is None" in source
        assert "self._working_lines.appendleft(item)" in source


def test_pygments_builds_a_lexer_in_the_function_whose_time_does_not_count() -> None:
    from pygments.lexer import RegexLexerMeta

    with leaning_on("pygments", "RegexLexerMeta", "code may be plain on a slow machine"):
        assert RegexLexerMeta.__call__.__qualname__ == BUILDS_LEXER
