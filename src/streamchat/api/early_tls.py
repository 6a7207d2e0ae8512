"""A TLS session that is set up while the SDK is imported.

A thread does the handshake on a blocking socket. The HTTP library then continues with the
session object and its two buffers. It uses such a session anyway, from `SSLContext.wrap_bio`.
"""

from __future__ import annotations

import socket
import ssl

_CHUNK_BYTES = 65_536


class EarlyTls:
    """One session. Only `shake_hands` blocks."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        context.set_alpn_protocols(["http/1.1"])  # as the HTTP library does
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.session = context.wrap_bio(self.incoming, self.outgoing, server_hostname=host)

    def shake_hands(self, connected: socket.socket) -> None:
        """Do the handshake. Raises OSError, which includes ssl.SSLError."""
        while True:
            try:
                self.session.do_handshake()
            except ssl.SSLWantReadError:
                connected.sendall(self.outgoing.read())
                self._feed(connected.recv(_CHUNK_BYTES))
            else:
                connected.sendall(self.outgoing.read())
                return

    def is_alive(self, connected: socket.socket) -> bool:
        """Whether the server has left both the session and the connection open. What it sends
        before a request, such as tickets, is read here."""
        try:
            while True:
                self._feed(connected.recv(_CHUNK_BYTES))
        except BlockingIOError:
            pass
        except OSError:
            return False
        try:
            self.session.read(1)
        except ssl.SSLWantReadError:
            return True
        except OSError:
            return False
        return False  # text before a request, or the end

    def _feed(self, received: bytes) -> None:
        if not received:
            raise ConnectionResetError
        self.incoming.write(received)
