"""The connection that is opened while the SDK is imported."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import aclosing

import pytest

from patience import PATIENCE_S
from receiving import REQUEST
from relays import CERTIFICATE, Place, server_context, tls_front
from server import ScriptedServer, text_reply
from streamchat.api import ApiClient, Deadlines, Server
from streamchat.api.authorities import build_ssl_context
from streamchat.api.connection import Connection
from streamchat.api.early_socket import FRESH_S, EarlySocket, OpenedSocket, early_socket
from streamchat.core.events import TextDelta
from streamchat.core.settings import read_certificates


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


def take(early: EarlySocket, address: tuple[str, int]) -> OpenedSocket | None:
    return asyncio.run(early.take(*address))


def test_it_is_taken_once_by_who_connects_there(listener: socket.socket) -> None:
    early = opened(listener)
    taken = take(early, listener.getsockname())
    assert taken is not None
    assert taken.socket.getpeername() == listener.getsockname()
    assert take(early, listener.getsockname()) is None
    taken.socket.close()


def test_it_is_closed_when_somebody_connects_elsewhere(listener: socket.socket) -> None:
    early = opened(listener)
    accepted, _ = listener.accept()
    host, port = listener.getsockname()
    assert take(early, (host, port + 1)) is None
    assert accepted.recv(1) == b""
    accepted.close()


def test_an_old_one_is_not_used(listener: socket.socket) -> None:
    clock = Clock()
    early = opened(listener, clock)
    clock.now_s += FRESH_S
    assert take(early, listener.getsockname()) is None


def test_one_that_the_server_has_closed_is_not_used(listener: socket.socket) -> None:
    early = opened(listener)
    accepted, _ = listener.accept()
    accepted.close()
    assert early._kept is not None
    early._kept.socket.settimeout(PATIENCE_S)
    assert early._kept.socket.recv(1, socket.MSG_PEEK) == b""  # the end has come
    assert take(early, listener.getsockname()) is None


def test_what_is_wanted_no_more_is_closed_when_it_comes(listener: socket.socket) -> None:
    host, port = listener.getsockname()
    early = EarlySocket(host, port, timeout_s=PATIENCE_S)
    early.close()
    early.connect()
    accepted, _ = listener.accept()
    assert accepted.recv(1) == b""
    accepted.close()
    assert take(early, (host, port)) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "no..name"])
def test_who_cannot_be_reached_is_no_fault(host: str) -> None:
    early = EarlySocket(host, 9, timeout_s=PATIENCE_S)
    early.connect()
    assert take(early, (host, 9)) is None


def secure(front: Place, environ: Mapping[str, str]) -> EarlySocket:
    certificates = read_certificates(environ)
    return EarlySocket(
        "127.0.0.1",
        front.port,
        timeout_s=PATIENCE_S,
        build_context=lambda: build_ssl_context(certificates),
        now=Clock(),
    )


def texts_over(early: EarlySocket, settings: Server, count: int) -> str:
    async def ask() -> str:
        connection = Connection(settings, Deadlines(), early)
        text = ""
        for _ in range(count):
            async with aclosing(connection.reply(REQUEST)) as events:
                text += "".join([e.text async for e in events if isinstance(e, TextDelta)])
        await connection.aclose()
        return text

    return asyncio.run(ask())


def test_tls_is_agreed_before_the_request(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Hello"))
    with tls_front(server.base_url) as front:
        early = secure(front, {"SSL_CERT_FILE": str(CERTIFICATE)})
        early.connect()
        settings = Server(f"https://{front.authority}", api_key="k")  # trusts nobody itself
        assert texts_over(early, settings, 1) == "Hello"
        assert early._kept is None


def test_who_is_not_trusted_is_no_fault_yet(server: ScriptedServer) -> None:
    with tls_front(server.base_url) as front:
        for environ in ({}, {"SSL_CERT_FILE": "/nowhere"}):
            early = secure(front, environ)
            early.connect()
            assert take(early, ("127.0.0.1", front.port)) is None
            assert (early.context() is None) == bool(environ)


def test_nobody_waits_for_a_connection_that_was_lost_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost = socket.socket()
    lost.close()
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_words: lost)
    early = secure(Place(1), {})
    early.connect()
    assert early.context() is None
    assert take(early, ("127.0.0.1", 1)) is None


def test_a_session_that_the_server_has_ended_is_not_used(listener: socket.socket) -> None:
    def agree_and_close() -> None:
        connected, _ = listener.accept()
        server_context().wrap_socket(connected, server_side=True).close()

    serving = threading.Thread(target=agree_and_close)
    serving.start()
    host, port = listener.getsockname()
    early = secure(Place(port), {"SSL_CERT_FILE": str(CERTIFICATE)})
    early.connect()
    serving.join()
    kept = early._kept
    assert kept is not None
    assert kept.tls is not None
    kept.socket.settimeout(PATIENCE_S)
    while tickets := kept.socket.recv(65536):
        kept.tls.incoming.write(tickets)
    kept.socket.settimeout(0)
    assert take(early, (host, port)) is None


@pytest.mark.parametrize("waits", [True, False])
def test_a_request_waits_for_tls_but_neither_for_long_nor_for_tcp(
    waits: bool, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    most_s = PATIENCE_S if waits else 0.0
    monkeypatch.setattr("streamchat.api.early_socket.MOST_WAIT_S", most_s)
    with tls_front(server.base_url) as front:
        early = secure(front, {"SSL_CERT_FILE": str(CERTIFICATE)})
        building, built = threading.Event(), threading.Event()
        build = early._build_context
        assert build is not None

        def build_late() -> ssl.SSLContext:
            building.set()
            assert built.wait(PATIENCE_S)
            return build()

        early._build_context = build_late

        async def take_twice() -> list[bool]:
            address = ("127.0.0.1", front.port)
            other = secure(front, {})
            found = [await other.take(*address) is not None]  # nobody has begun
            early.begin()
            await asyncio.to_thread(building.wait, PATIENCE_S)
            taking = asyncio.create_task(early.take(*address))
            if waits:
                await asyncio.sleep(0)
                built.set()
            taken = await taking
            built.set()
            await asyncio.wrap_future(early._is_done)
            if taken is not None:
                taken.socket.close()
                found.append(taken.tls is not None)
            return found

        assert asyncio.run(take_twice()) == ([False, True] if waits else [False])
        assert early._kept is None


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
    assert texts_over(early, Server(server.base_url, api_key="k"), 2) == "onetwo"
    assert early._kept is None


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
