"""A connection that is opened while the SDK is imported.

On a network, looking up a name and the round trips of TCP and TLS take about as long as the
import, and use little CPU time. Knows nothing of HTTP; `transport` hands the connection on.

Rule: it saves time or does nothing. Failures here are not reported: the request connects again,
and reports them. An old connection is not used, because servers close idle ones.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from select import select
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from streamchat.api.server import DEFAULT_BASE_URL, Server
from streamchat.core.errors import ApiError

if TYPE_CHECKING:
    from streamchat.api.early_tls import EarlyTls

FRESH_S = 5.0
MOST_WAIT_S = 2.0  # for TLS, once the request is ready
_FAULTS = (OSError, ValueError, ApiError)  # ValueError: a name that IDNA cannot encode
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class OpenedSocket:
    """A connected socket that does not block, and the TLS session on it."""

    socket: socket.socket
    tls: EarlyTls | None
    at_s: float

    def is_alive(self) -> bool:
        """Whether the server has not closed it."""
        if self.tls is not None:
            return self.tls.is_alive(self.socket)
        return not _has_news(self.socket)


class EarlySocket:
    """At most one connection, to one address, taken at most once."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout_s: float,
        build_context: Callable[[], ssl.SSLContext] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """With `build_context`, TLS is agreed on the connection."""
        self._address = (host, port)
        self._timeout_s = timeout_s
        self._build_context = build_context
        self._now = now
        self._lock = threading.Lock()
        self._is_wanted = True
        self._is_connected = False
        self._kept: OpenedSocket | None = None
        self._is_done = _signal()
        self._context: ssl.SSLContext | None = None
        self._has_context = _signal()

    def begin(self) -> None:
        """Connect in a thread of its own."""
        threading.Thread(target=self.connect, daemon=True).start()

    def connect(self) -> None:
        """Connect now; blocks."""
        try:
            opened = self._open()
            with self._lock:
                if self._is_wanted:
                    self._kept, opened = opened, None
            if opened is not None:
                opened.socket.close()
        finally:
            self._is_done.set_result(None)

    def _open(self) -> OpenedSocket | None:
        try:
            connected = socket.create_connection(self._address, timeout=self._timeout_s)
        except _FAULTS:
            return None
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._is_connected = True
            tls = self._secure(connected)
            connected.settimeout(0)
        except _FAULTS:
            connected.close()
            return None
        return OpenedSocket(connected, tls, self._now())

    def _secure(self, connected: socket.socket) -> EarlyTls | None:
        if self._build_context is None:
            return None
        from streamchat.api.early_tls import EarlyTls

        try:
            self._context = self._build_context()
        finally:
            self._has_context.set_result(None)
        tls = EarlyTls(self._context, self._address[0])
        tls.shake_hands(connected)
        return tls

    def context(self) -> ssl.SSLContext | None:
        """The TLS context, to be used again; None if there is none. Blocks while it is
        built."""
        if self._build_context is not None and self._is_connected:
            self._has_context.result()
        return self._context

    async def take(self, host: str, port: int) -> OpenedSocket | None:
        """The connection, if it leads to that address, is open and fresh. Otherwise it is
        closed, and the caller connects. Waits for TLS, but not for long, and not for TCP: the
        caller may know more than one way to the address."""
        if self._is_connected and (host, port) == self._address:
            try:
                async with asyncio.timeout(MOST_WAIT_S):
                    await asyncio.wrap_future(self._is_done)
            except TimeoutError:
                pass
            except asyncio.CancelledError:
                self.close()
                raise
        opened = self._give_up()
        if opened is None:
            return None
        is_fresh = self._now() - opened.at_s < FRESH_S and opened.is_alive()
        if is_fresh and (host, port) == self._address:
            return opened
        opened.socket.close()
        return None

    def close(self) -> None:
        opened = self._give_up()
        if opened is not None:
            opened.socket.close()

    def _give_up(self) -> OpenedSocket | None:
        """Take what is open; a connection that opens later is closed."""
        with self._lock:
            opened, self._kept, self._is_wanted = self._kept, None, False
        return opened


def early_socket(server: Server, *, timeout_s: float) -> EarlySocket | None:
    """A socket for the first connection to that server; None if it would save nothing, or if it
    is uncertain where requests will go."""
    has_credential = server.api_key or server.auth_token
    is_certain = server.base_url or has_credential  # else an SDK profile may decide
    if server.platform or server.proxy or server.is_loopback or not is_certain:
        return None
    with suppress(ValueError):
        url = urlsplit(server.base_url or DEFAULT_BASE_URL)
        if url.hostname and url.scheme in _PORTS:
            return EarlySocket(
                url.hostname,
                url.port or _PORTS[url.scheme],
                timeout_s=timeout_s,
                build_context=(
                    partial(_build_context, server) if url.scheme == "https" else None
                ),
            )
    return None


def _build_context(server: Server) -> ssl.SSLContext:
    from streamchat.api.authorities import build_ssl_context  # the SDK imports httpx2 anyway

    return build_ssl_context(server.certificates)


def _signal() -> Future[None]:
    """A future that a waiter cannot cancel."""
    signal: Future[None] = Future()
    signal.set_running_or_notify_cancel()
    return signal


def _has_news(connected: socket.socket) -> bool:
    """Whether there is something to read; before a request, this means that the server has
    closed the connection."""
    try:
        return bool(select([connected], [], [], 0)[0])
    except (OSError, ValueError):  # a descriptor that select cannot take
        return True
