"""No connection came about: each cause in words, with whether another try may help."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import anthropic
import httpx2
import pytest

from receiving import CANARY, receive, receive_from
from server import ScriptedServer
from streamchat.api import Server
from streamchat.api.network_failures import unreachable
from streamchat.api.transport import AT_THE_PROXY
from streamchat.core.errors import Unreachable
from streamchat.core.settings import Proxy

CERTIFICATE = Path(__file__).parents[1] / "data" / "untrusted.pem"  # self-signed, of nobody
ADA = Server("https://ada.example")


@contextmanager
def tls_server() -> Iterator[str]:
    """A server whose certificate nobody has signed; it answers nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=_shake_hands, args=(listener, context))
        answering.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        answering.join()


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    try:
        context.wrap_socket(connection, server_side=True).close()
    except OSError:
        connection.close()  # the client walked away, as it should


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def check(error: Exception | None, says: str, kind: str, *, again: bool) -> None:
    assert isinstance(error, Unreachable)
    assert (error.kind, error.retryable) == (kind, again)
    assert says in error.message
    assert "canary" not in error.message


def test_nobody_listens() -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    says = f"{url[7:]} refuses the connection: is the server running?"
    check(receive(url).error, says, "connection_refused", again=True)


def test_an_untrusted_certificate() -> None:
    with tls_server() as url:
        error = receive(url).error
    says = f"The certificate of {url[8:]} is not trusted: self-signed certificate."
    check(error, says, "tls", again=False)


def test_https_to_a_server_that_speaks_something_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        greeting = threading.Thread(target=_greet, args=(listener,))
        greeting.start()
        error = receive(f"https://127.0.0.1:{listener.getsockname()[1]}").error
        greeting.join()
    check(error, "No secure connection to 127.0.0.1:", "tls", again=False)


def _greet(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.recv(4096)


@pytest.mark.parametrize("url", ["http://[::1", "ftp://a", "nonsense", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    check(receive(url).error, "The base URL cannot be used: ", "invalid_url", again=False)


def test_a_proxy_that_is_not_there() -> None:
    proxy = Proxy(f"http://127.0.0.1:{closed_port()}", "HTTP_PROXY")
    error = receive_from(Server("http://ada.example", api_key=CANARY, proxy=proxy)).error
    check(error, f"the proxy {proxy} refuses the connection", "connection_refused", again=True)


def test_the_http_library_reads_no_environment(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
        assert receive("http://a..b").error is not None
        assert proxy.requests == []


def caused_by(*causes: BaseException) -> anthropic.APIConnectionError:
    """The SDK's error with these down its chain, the deepest last."""
    request = httpx2.Request("POST", "https://ada.example/v1/messages")
    top = anthropic.APIConnectionError(request=request)
    above: BaseException = top
    for cause in causes:
        above.__cause__ = cause
        above = cause
    return top


@pytest.mark.parametrize(
    ("causes", "says", "kind", "again"),
    [
        (
            [httpx2.ConnectError("x"), socket.gaierror(-2, "Name or service not known")],
            "The name of ada.example was not found (DNS).",
            "dns",
            True,
        ),
        (
            [
                OSError("all attempts failed"),
                ExceptionGroup("tried", [ConnectionRefusedError(111, "refused")]),
            ],
            "ada.example refuses the connection",
            "connection_refused",
            True,
        ),
        (
            [OSError(101, "Network is unreachable")],
            "Network is unreachable.",
            "connection_error",
            True,
        ),
        ([httpx2.ConnectTimeout("x")], "did not accept a connection in time", "timeout", True),
        (
            [
                httpx2.ConnectTimeout("x"),
                ssl.SSLWantReadError("The operation did not complete"),
            ],
            "did not accept a connection in time",
            "timeout",
            True,
        ),
        ([httpx2.ReadTimeout("x")], "gave no answer", "timeout", True),
        ([httpx2.ProxyError("502 no")], "The proxy refused: 502 no.", "proxy", True),
        ([httpx2.LocalProtocolError("x")], "A header cannot be sent", "invalid_header", False),
        ([ValueError("odd")], "ada.example cannot be reached: odd.", "connection_error", True),
    ],
)
def test_the_cause_is_found_down_the_chain(
    causes: list[BaseException], says: str, kind: str, again: object
) -> None:
    error = unreachable(caused_by(*causes), ADA)
    check(error, says, kind, again=bool(again))


def test_what_is_no_socks_proxy_is_blamed_itself() -> None:
    fault = ValueError("Malformed reply")
    fault.add_note(AT_THE_PROXY)
    proxy = Proxy("socks5://127.0.0.1:9", "ALL_PROXY")
    error = unreachable(caused_by(fault), replace(ADA, proxy=proxy))
    says = "The proxy 127.0.0.1:9 (ALL_PROXY) does not speak SOCKS 5: Malformed reply."
    check(error, says, "proxy", again=False)
