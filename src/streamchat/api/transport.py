"""The HTTP client for one server: its proxy, and the authorities that it trusts.

Everything that the environment says about this is in the `Server`; httpx2 does not read the
environment. Rule: the error for an unusable setting is one line that names its variable.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any

import httpcore2
import httpx2

from streamchat.api.authorities import bare_context, build_ssl_context, unusable
from streamchat.api.early_socket import EarlySocket, OpenedSocket
from streamchat.api.server import Deadlines, Server
from streamchat.api.wording import clean_line, redact_text, sentence
from streamchat.core.settings import Proxy

KEEPALIVE_S = 60.0  # httpx2's own 5 s would end the connection between two turns
AT_THE_PROXY = "streamchat: at the proxy"  # marks a failure on this side of the proxy
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


def build_http_client(
    server: Server, deadlines: Deadlines, early: EarlySocket | None = None
) -> httpx2.AsyncClient:
    """The client, whose first connection is the early one. Raises ApiError for a proxy or
    certificates that cannot be used."""
    is_plain = (server.base_url or "").startswith("http://") and (
        server.proxy is None or server.proxy.scheme != "https"
    )
    # Loading the authorities takes 20 ms, which plain http does not need: a context
    # without any trusts nobody.
    context = (
        bare_context()
        if is_plain
        else (early.context() if early else None) or build_ssl_context(server.certificates)
    )
    proxy = _build_proxy(server.proxy, context) if server.proxy else None
    client = httpx2.AsyncClient(
        follow_redirects=False,
        verify=context,
        proxy=proxy,
        trust_env=False,
        limits=httpx2.Limits(keepalive_expiry=KEEPALIVE_S),
        timeout=httpx2.Timeout(None, connect=deadlines.connect_s),  # Countdown ends silence
        event_hooks={"request": [_watch_the_hops]} if proxy else {},
    )
    if early is not None:
        _lend(early, client)
    return client


def _build_proxy(proxy: Proxy, context: ssl.SSLContext) -> httpx2.Proxy:
    if proxy.scheme not in _PROXY_SCHEMES:
        schemes = ", ".join(_PROXY_SCHEMES)
        raise unusable(
            f"The proxy {proxy} cannot be used: its URL begins with none of {schemes}."
        )
    if proxy.scheme.startswith("socks") and find_spec("socksio") is None:
        raise unusable(
            f"The proxy {proxy} speaks SOCKS, which needs one more package:"
            " pip install 'httpx2[socks]'."
        )
    try:
        return httpx2.Proxy(proxy.url, ssl_context=context if proxy.scheme == "https" else None)
    except (ValueError, httpx2.InvalidURL) as fault:
        why = sentence(clean_line(redact_text(str(fault), ())))
        raise unusable(f"The proxy {proxy} cannot be used: {why}") from None


def _lend(early: EarlySocket, http: httpx2.AsyncClient) -> None:
    """Let the client use the open socket as its first connection. The parts are private to
    httpx2: if a release has other ones, it connects as usual."""
    pool: Any = getattr(getattr(http, "_transport", None), "_pool", None)
    usual = getattr(pool, "_network_backend", None)
    if isinstance(usual, httpcore2.AsyncNetworkBackend):
        pool._network_backend = _Lending(usual, early)  # noqa: SLF001


class _Lending(httpcore2.AsyncNetworkBackend):
    """Connects like `usual`, except that the first connection is a socket that is already
    open."""

    def __init__(self, usual: httpcore2.AsyncNetworkBackend, early: EarlySocket) -> None:
        self._usual = usual
        self._early = early

    async def connect_tcp(
        self, host: str, port: int, *args: Any, **kwargs: Any
    ) -> httpcore2.AsyncNetworkStream:
        opened = await self._early.take(host, port)
        stream = await _stream_of(opened) if opened is not None else None
        return stream or await self._usual.connect_tcp(host, port, *args, **kwargs)

    async def connect_unix_socket(
        self, *args: Any, **kwargs: Any
    ) -> httpcore2.AsyncNetworkStream:
        return await self._usual.connect_unix_socket(*args, **kwargs)

    async def sleep(self, seconds: float) -> None:
        await self._usual.sleep(seconds)


class _Agreed(httpcore2.AsyncNetworkStream):
    """A connection that the HTTP library is about to secure, although it is secure already."""

    def __init__(self, secured: httpcore2.AsyncNetworkStream) -> None:
        self._secured = secured

    async def start_tls(self, *_args: Any, **_kwargs: Any) -> httpcore2.AsyncNetworkStream:
        return self._secured

    async def aclose(self) -> None:
        await self._secured.aclose()


async def _stream_of(opened: OpenedSocket) -> httpcore2.AsyncNetworkStream | None:
    """The connection in the form that the HTTP library uses; None if that fails, and it is
    closed."""
    try:
        from anyio.abc import SocketStream
        from anyio.streams.tls import TLSStream
        from httpcore2._backends.anyio import AnyIOStream  # private

        stream = await SocketStream.from_socket(opened.socket)
        if opened.tls is None:
            return AnyIOStream(stream)
        tls = opened.tls
        secured = TLSStream(  # private, because anyio's own `wrap` would do a new handshake
            transport_stream=stream,
            standard_compatible=False,
            _ssl_object=tls.session,
            _read_bio=tls.incoming,
            _write_bio=tls.outgoing,
        )
        return _Agreed(AnyIOStream(secured))
    except (ImportError, AttributeError, TypeError, ValueError, OSError):
        opened.socket.close()
        return None


async def _watch_the_hops(request: httpx2.Request) -> None:
    """Trace the request, so that a failure at the proxy can be told from one behind it."""
    request.extensions["trace"] = partial(_note_the_hop, _Hops())


class _Hops:
    """Which hops of a new connection have been made."""

    is_new = False
    is_through = False


async def _note_the_hop(hops: _Hops, name: str, info: Mapping[str, Any]) -> None:
    """The HTTP library's trace: `proxy.start_tls.started` is the first step behind a proxy."""
    if name.endswith("connect_tcp.started"):
        hops.is_new = True
    elif name in ("proxy.start_tls.started", "socks.start_tls.started"):
        hops.is_through = True
    elif name.endswith(".failed") and hops.is_new and not hops.is_through:
        fault = info.get("exception")
        if isinstance(fault, BaseException):
            fault.add_note(AT_THE_PROXY)
