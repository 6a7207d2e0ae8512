"""Proxies and certificate authorities: what the environment names is used, or blamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from receiving import CANARY, Received, receive_from
from relays import CERTIFICATE, Place, http_proxy, tls_front
from server import ScriptedServer, text_reply
from streamchat.api import Server, transport
from streamchat.core.errors import ApiError, Unconfigured, Unreachable
from streamchat.core.settings import choose_proxy, read_certificates
from streamchat.core.settings.address import parse_address

ADA = "https://ada.example"
HASH = "68d9f526"  # of the certificate's subject, as OpenSSL looks for it
TRUSTED = {"SSL_CERT_FILE": str(CERTIFICATE)}


def ask(url: str, environ: Mapping[str, str]) -> Received:
    """Ask the server once, on the way that the environment names."""
    return receive_from(
        Server(
            url,
            api_key=CANARY,
            proxy=choose_proxy(parse_address(url), environ),
            certificates=read_certificates(environ),
        )
    )


def error_of(url: str, environ: Mapping[str, str]) -> ApiError:
    error = ask(url, environ).error
    assert error is not None
    assert "\n" not in error.message
    return error


@pytest.mark.parametrize(
    "variable",
    ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"],
)
def test_an_own_authority_is_trusted_on_loopback_too(
    server: ScriptedServer, variable: str
) -> None:
    server.enqueue(text_reply("Hello"))
    with tls_front(server.base_url) as front:
        assert ask(f"https://{front.authority}", {variable: str(CERTIFICATE)}).text == "Hello"


def test_a_directory_of_authorities_is_trusted(server: ScriptedServer, tmp_path: Path) -> None:
    shutil.copy(CERTIFICATE, tmp_path / f"{HASH}.0")
    server.enqueue(text_reply("Hello"))
    with tls_front(server.base_url) as front:
        environ = {"SSL_CERT_DIR": f"{tmp_path}:{tmp_path}"}
        assert ask(f"https://{front.authority}", environ).text == "Hello"


def test_named_authorities_take_the_place_of_others(server: ScriptedServer) -> None:
    other = str(CERTIFICATE.with_name("untrusted.pem"))
    with tls_front(server.base_url) as front:
        for environ in (
            {},
            {"SSL_CERT_FILE": other, "REQUESTS_CA_BUNDLE": str(CERTIFICATE)},
            {"REQUESTS_CA_BUNDLE": other, "CURL_CA_BUNDLE": str(CERTIFICATE)},
        ):
            error = error_of(f"https://{front.authority}", environ)
            assert f"certificate of {front.authority} is not trusted" in error.message
            assert "NODE_EXTRA_CA_CERTS" in error.message


@pytest.mark.parametrize(
    "variable",
    [
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        "NODE_EXTRA_CA_CERTS",
    ],
)
def test_certificates_that_are_not_there_are_named(variable: str) -> None:
    error = error_of("https://127.0.0.1:9", {variable: "/nowhere/ca.pem"})
    assert isinstance(error, Unconfigured)
    assert error.message == f"{variable} names /nowhere/ca.pem, which is not there."


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("hello")
    error = error_of(ADA, {"SSL_CERT_FILE": str(tmp_path / "ca.pem")})
    assert error.message.endswith("ca.pem, which holds no certificates (PEM).")


def test_a_pipe_for_certificates_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ca.pem")
    error = error_of(ADA, {"SSL_CERT_FILE": str(tmp_path / "ca.pem")})
    assert error.message.endswith("ca.pem, which cannot be read: it is a named pipe.")


def test_a_proxy_leads_to_the_server(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Hello"), text_reply("Again"))
    with tls_front(server.base_url) as front, http_proxy(front) as proxy:
        environ = {"HTTPS_PROXY": f"http://{proxy.authority}", **TRUSTED}
        assert ask(ADA, environ).text == "Hello"
        assert ask(ADA, {**environ, "ALL_PROXY": "socks5://127.0.0.1:9"}).text == "Again"
        assert proxy.asked == ["CONNECT ada.example:443 HTTP/1.1"] * 2


def test_a_proxy_may_speak_tls(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Hello"))
    with tls_front(server.base_url) as front, http_proxy(front, tls=True) as proxy:
        environ = {"HTTPS_PROXY": f"https://{proxy.authority}", **TRUSTED}
        assert ask(ADA, environ).text == "Hello"


def test_loopback_needs_no_proxy(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Hello"))
    assert ask(server.base_url, {"ALL_PROXY": "http://127.0.0.1:9"}).text == "Hello"


def blamed(front: Place, proxy: Place, environ: Mapping[str, str]) -> ApiError:
    scheme = environ.get("scheme", "http")
    error = error_of(ADA, {"HTTPS_PROXY": f"{scheme}://{proxy.authority}", **environ})
    assert isinstance(error, Unreachable)
    return error


def test_a_proxy_that_speaks_no_tls_is_blamed_itself(server: ScriptedServer) -> None:
    with tls_front(server.base_url) as front, http_proxy(front) as proxy:
        error = blamed(front, proxy, {"scheme": "https", **TRUSTED})
        assert error.message == (
            f"The proxy {proxy.authority} (HTTPS_PROXY) does not speak TLS: its URL should"
            " begin with http://."
        )


def test_a_proxy_that_nobody_vouches_for_is_blamed_itself(server: ScriptedServer) -> None:
    with tls_front(server.base_url) as front, http_proxy(front, tls=True) as proxy:
        error = blamed(front, proxy, {"scheme": "https"})
        assert f"certificate of the proxy {proxy.authority} (HTTPS_PROXY)" in error.message


def test_a_server_behind_a_proxy_is_blamed_itself(server: ScriptedServer) -> None:
    with tls_front(server.base_url) as front, http_proxy(front) as proxy:
        error = blamed(front, proxy, {})
        assert error.message.startswith("The certificate of ada.example is not trusted")


def test_a_server_behind_a_proxy_that_speaks_no_tls_is_blamed_itself(
    server: ScriptedServer,
) -> None:
    with (
        tls_front(server.base_url) as front,
        http_proxy(front) as behind,
        http_proxy(behind) as plain,
        http_proxy(behind, tls=True) as secure,
    ):
        for place, scheme in ((plain, "http"), (secure, "https")):
            error = blamed(behind, place, {"scheme": scheme, **TRUSTED})
            assert error.message.startswith("No secure connection to ada.example:")


@pytest.mark.parametrize(
    ("status", "again"),
    [
        ("407 Proxy Authentication Required", False),
        ("403 Forbidden", False),
        ("501 Unsupported method", False),
        ("502 Bad Gateway", True),
    ],
)
def test_a_proxy_that_refuses_says_why(
    server: ScriptedServer, status: str, *, again: bool
) -> None:
    with tls_front(server.base_url) as front, http_proxy(front, status=status) as proxy:
        error = blamed(front, proxy, {})
        assert (error.message, error.kind) == (f"The proxy refused: {status}.", "proxy")
        assert error.retryable == again


def test_a_proxy_that_speaks_something_else_is_blamed_itself(server: ScriptedServer) -> None:
    with tls_front(server.base_url) as front, http_proxy(front, status="\r\nhm") as proxy:
        error = blamed(front, proxy, {})
        assert (
            f"The answer of the proxy {proxy.authority} (HTTPS_PROXY) is not HTTP"
            in error.message
        )


@pytest.mark.parametrize(
    ("proxy", "says"),
    [
        ("socks4://u:hunter2@127.0.0.1:9", "begins with none of http, https, socks5, socks5h."),
        ("ftp://127.0.0.1:9", "begins with none of http, https, socks5, socks5h."),
        ("http://u:hunter2@[::1", "cannot be used: "),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named(proxy: str, says: str) -> None:
    error = error_of(ADA, {"ALL_PROXY": proxy})
    assert isinstance(error, Unconfigured)
    assert error.message.startswith("The proxy ")
    assert says in error.message
    assert "(ALL_PROXY)" in error.message
    assert "hunter2" not in error.message


def test_a_socks_proxy_without_the_library_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "find_spec", lambda name: None)
    error = error_of(ADA, {"ALL_PROXY": "socks5://127.0.0.1:9"})
    assert isinstance(error, Unconfigured)
    assert error.message == (
        "The proxy 127.0.0.1:9 (ALL_PROXY) speaks SOCKS, which needs one more package:"
        " pip install 'httpx2[socks]'."
    )
