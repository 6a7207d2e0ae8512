"""A TCP connection that is opened while the SDK is imported.

On a network, looking up a name and the first round trip take about as long as the import, and
use no CPU time. Knows nothing of HTTP; `transport` hands the socket on.

Rule: it saves time or does nothing. Failures here are not reported: the request connects again,
and reports them. An old socket is not used, because servers close idle connections.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from select import select
from urllib.parse import urlsplit

from streamchat.api.server import DEFAULT_BASE_URL, Server

FRESH_S = 5.0
_PORTS = {"https": 443, "http": 80}


class EarlySocket:
    """At most one connection, to one address, taken at most once."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout_s: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = (host, port)
        self._timeout_s = timeout_s
        self._now = now
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._opened_at = 0.0
        self._is_wanted = True

    def begin(self) -> None:
        """Connect in a thread of its own."""
        threading.Thread(target=self.connect, daemon=True).start()

    def connect(self) -> None:
        """Connect now; blocks."""
        try:
            connected = socket.create_connection(self._address, timeout=self._timeout_s)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.settimeout(0)
        except OSError:
            return
        with self._lock:
            if self._is_wanted:
                self._socket, self._opened_at = connected, self._now()
                return
        connected.close()

    def take(self, host: str, port: int) -> socket.socket | None:
        """The socket, if it leads to that address, and is connected and fresh. Otherwise it is
        closed, and the caller connects."""
        with self._lock:
            taken, self._socket, self._is_wanted = self._socket, None, False
        if taken is None:
            return None
        is_fresh = self._now() - self._opened_at < FRESH_S and not _has_news(taken)
        if is_fresh and (host, port) == self._address:
            return taken
        taken.close()
        return None

    def close(self) -> None:
        self.take("", 0)


def early_socket(server: Server, *, timeout_s: float) -> EarlySocket | None:
    """A socket for the first connection to that server; None if it would save nothing, or if it
    is uncertain where requests will go."""
    has_credential = server.api_key or server.auth_token
    is_certain = server.base_url or has_credential  # else a profile of the SDK may say
    if server.platform or server.proxy or server.is_loopback or not is_certain:
        return None
    with suppress(ValueError):
        url = urlsplit(server.base_url or DEFAULT_BASE_URL)
        if url.hostname and url.scheme in _PORTS:
            port = url.port or _PORTS[url.scheme]
            return EarlySocket(url.hostname, port, timeout_s=timeout_s)
    return None


def _has_news(connected: socket.socket) -> bool:
    """Whether there is something to read. Before a request, that means that the server has
    closed it."""
    try:
        return bool(select([connected], [], [], 0)[0])
    except (OSError, ValueError):  # a descriptor that select cannot take
        return True
