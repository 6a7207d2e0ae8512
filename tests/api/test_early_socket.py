"""The connection that is opened while the SDK is imported."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from patience import PATIENCE_S
from receiving import REQUEST
from server import ScriptedServer, text_reply
from streamchat.api import ApiClient, Deadlines, Server
from streamchat.api.connection import Connection
from streamchat.api.early_socket import FRESH_S, EarlySocket, early_socket
from streamchat.core.events import TextDelta


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def opened(listener: socket.socket, clock: Clock | None = None) -> EarlySocket:
    host, port = listener.getsockname()
    early = EarlySocket(host, port, timeout_s=PATIENCE_S, now=clock or Clock())
    early.connect()
    return early


def test_it_is_taken_once_by_who_connects_there(listener: socket.socket) -> None:
    early = opened(listener)
    taken = early.take(*listener.getsockname())
    assert taken is not None
    assert taken.getpeername() == listener.getsockname()
    assert early.take(*listener.getsockname()) is None
    taken.close()


def test_it_is_closed_when_somebody_connects_elsewhere(listener: socket.socket) -> None:
    early = opened(listener)
    accepted, _ = listener.accept()
    host, port = listener.getsockname()
    assert early.take(host, port + 1) is None
    assert accepted.recv(1) == b""
    accepted.close()


def test_an_old_one_is_not_used(listener: socket.socket) -> None:
    clock = Clock()
    early = opened(listener, clock)
    clock.now_s += FRESH_S
    assert early.take(*listener.getsockname()) is None


def test_one_that_the_server_has_closed_is_not_used(listener: socket.socket) -> None:
    early = opened(listener)
    accepted, _ = listener.accept()
    accepted.close()
    assert early._socket is not None
    early._socket.settimeout(PATIENCE_S)
    assert early._socket.recv(1, socket.MSG_PEEK) == b""  # the end has come
    assert early.take(*listener.getsockname()) is None


def test_what_is_wanted_no_more_is_closed_when_it_comes(listener: socket.socket) -> None:
    host, port = listener.getsockname()
    early = EarlySocket(host, port, timeout_s=PATIENCE_S)
    early.close()
    early.connect()
    accepted, _ = listener.accept()
    assert accepted.recv(1) == b""
    accepted.close()
    assert early.take(host, port) is None


def test_who_cannot_be_reached_is_no_fault() -> None:
    early = EarlySocket("127.0.0.1", 9, timeout_s=PATIENCE_S)
    early.connect()
    assert early.take("127.0.0.1", 9) is None


@pytest.mark.parametrize(
    ("server", "address"),
    [
        (Server(api_key="k"), ("api.anthropic.com", 443)),
        (Server("https://example.org/path"), ("example.org", 443)),
        (Server("http://example.org:8080"), ("example.org", 8080)),
        (Server("http://127.0.0.1:8080", api_key="k"), None),  # nothing is gained
        (Server(), None),  # a profile may name another host
        (Server(platform="bedrock"), None),
        (Server("ftp://example.org", api_key="k"), None),
        (Server("https://[", api_key="k"), None),
    ],
)
def test_it_leads_only_where_requests_surely_go(
    server: Server, address: tuple[str, int] | None
) -> None:
    early = early_socket(server, timeout_s=PATIENCE_S)
    assert (early._address if early else None) == address


def test_the_first_request_takes_it(server: ScriptedServer) -> None:
    server.enqueue(text_reply("one"), text_reply("two"))
    host, port = server.base_url.removeprefix("http://").split(":")
    early = EarlySocket(host, int(port), timeout_s=PATIENCE_S)
    early.connect()
    assert early._socket is not None
    local = early._socket.getsockname()

    async def ask() -> tuple[str, list[Any]]:
        connection = Connection(Server(server.base_url, api_key="k"), Deadlines(), early)
        text = ""
        for _ in range(2):
            async with aclosing(connection.reply(REQUEST)) as events:
                text += "".join([e.text async for e in events if isinstance(e, TextDelta)])
        pool: Any = connection._http._transport._pool  # type: ignore[attr-defined]
        streams = [each._connection._network_stream for each in pool.connections]
        locals_ = [stream.get_extra_info("client_addr") for stream in streams]
        await connection.aclose()
        return text, locals_

    assert asyncio.run(ask()) == ("onetwo", [local])


def test_it_begins_with_the_import_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[EarlySocket] = []
    monkeypatch.setattr(EarlySocket, "begin", lambda self: begun.append(self))
    for is_imported in (True, False):
        monkeypatch.setattr("streamchat.api.client.is_imported", lambda is_=is_imported: is_)
        client = ApiClient(Server("https://example.org", api_key="k"))
        client.begin()
        client.begin()
        asyncio.run(client.ready())
    assert [early._address for early in begun] == [("example.org", 443)]
