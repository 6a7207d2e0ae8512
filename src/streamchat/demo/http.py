"""HTTP on loopback: requests in, responses out, each connection in a thread of its own.

The standard library parses. Rules: a request is read whole before it is answered; whatever a
client sends, it gets a response or a closed connection, never a traceback; a client that leaves
is a ConnectionError for the code that writes to it; `stop` waits for no client. Must not know:
the Messages API.
"""

from __future__ import annotations

import math
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_BODY_BYTES = 32 * 1024 * 1024  # the API's own limit for a request
_HOST = "127.0.0.1"
_READ_BYTES = 1 << 20
_LEAVING_S = 5.0  # for the threads of connections that were torn down


class BadRequest(Exception):
    """What arrived is not an HTTP request that can be served; `status` is the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, read whole; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    peer: tuple[str, int]

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


class Channel:
    """Sends one response to a client. Its methods raise ConnectionError if the client has
    left."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._chunked = False
        self.is_whole = False  # the connection can carry another request

    def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send a whole response."""
        self._head(status, {**headers, "content-length": str(len(body))})
        self.send_raw(b"" if self._connection.command == "HEAD" else body)
        self.is_whole = True

    def begin(self, status: int, headers: Mapping[str, str], *, chunked: bool = True) -> None:
        """Send the head of a response whose body comes piece by piece. Unless it is chunked,
        its body ends with the connection."""
        self._chunked = chunked and self._connection.request_version != "HTTP/1.0"
        encoding = {"transfer-encoding": "chunked"} if self._chunked else {}
        self._head(status, {**headers, **encoding})

    def send(self, piece: bytes) -> None:
        """Send a piece of the body."""
        if self._chunked and piece:
            piece = b"%x\r\n%b\r\n" % (len(piece), piece)
        self.send_raw(piece)

    def end(self) -> None:
        """The body is complete."""
        if self._chunked:
            self.send_raw(b"0\r\n\r\n")
            self.is_whole = True

    def send_raw(self, data: bytes) -> None:
        """Send bytes without any framing."""
        self._connection.wfile.write(data)

    def wait(self, seconds: float | None) -> None:
        """Wait. None: until the client leaves or the server stops."""
        if seconds is not None and seconds <= 0:
            return
        link = self._connection.connection
        began = time.monotonic()
        poll = select.poll()
        poll.register(link, select.POLLIN)
        if poll.poll(None if seconds is None else math.ceil(seconds * 1000)):
            if not link.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError("the client is gone")
            # The client has already sent its next request.
            left = 0.0 if seconds is None else seconds - (time.monotonic() - began)
            time.sleep(max(0.0, left))

    def reset(self) -> None:
        """Make the connection end with a reset (RST), like a broken one."""
        self.is_whole = False
        linger = struct.pack("ii", 1, 0)  # on, for 0 s: closing then discards and resets
        self._connection.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        connection = self._connection
        connection.send_response_only(status)
        alive = {"connection": "close"} if connection.close_connection else {}
        dated = {"date": connection.date_time_string(), **alive, **headers}
        for name, value in dated.items():
            connection.send_header(name, value)
        connection.end_headers()


Answer: TypeAlias = Callable[[HttpRequest, Channel], None]
Refusal: TypeAlias = Callable[[BadRequest, Channel], None]


class _Connection(BaseHTTPRequestHandler):
    """The requests of one client, one after the other."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # so that every answer has a head
    disable_nagle_algorithm = True  # a delta goes out at once

    def __init__(self, link: socket.socket, peer: Any, answer: Answer, refuse: Refusal) -> None:
        self._answer = answer
        self._refuse = refuse
        super().__init__(link, peer, None)  # type: ignore[arg-type] # this serves the whole connection

    def _serve(self) -> None:
        try:
            body = self._read_body()
        except BadRequest as bad:
            self.send_error(bad.status, bad.message)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        channel = Channel(self)
        self._answer(
            HttpRequest(self.command, self.path, headers, body, self.client_address), channel
        )
        self.close_connection = self.close_connection or not channel.is_whole

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _read_body(self) -> bytes:
        if "transfer-encoding" in self.headers:
            raise BadRequest(411, "give the length of the body")
        length = self.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise BadRequest(400, "the content length is not a number")
        if int(length) > MAX_BODY_BYTES:
            self._skip(int(length))
            raise BadRequest(413, "Request exceeds the maximum size")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionResetError("the client left before its request was whole")
        return body

    def _skip(self, length: int) -> None:
        """Read the rest, or the client sees a broken pipe instead of the 413."""
        while length > 0 and (piece := self.rfile.read(min(length, _READ_BYTES))):
            length -= len(piece)

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """Answer something that is not an HTTP request, and end the connection."""
        self.close_connection = True
        self._refuse(BadRequest(code, message or "this is not a request"), Channel(self))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""


class LoopbackServer:
    """Answers requests on 127.0.0.1 with `answer`, and anything else with `refuse`."""

    def __init__(self, answer: Answer, refuse: Refusal) -> None:
        self._answer = answer
        self._refuse = refuse
        self._listener: socket.socket | None = None
        self._open: dict[socket.socket, threading.Thread] = {}
        self._opening = threading.Lock()  # held until a connection's thread has started
        self.base_url = ""

    def start(self) -> None:
        """Listen. Raises OSError when the machine has no loopback."""
        if self._listener is not None:
            raise RuntimeError("the server is already running")
        self._listener = socket.create_server((_HOST, 0))
        self.base_url = f"http://{_HOST}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """End every connection at once; a second call does nothing."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        with suppress(OSError), socket.create_connection(listener.getsockname()):
            pass  # wakes the thread that accepts
        with self._opening:
            connections = list(self._open.items())
        for link, thread in connections:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            thread.join(_LEAVING_S)

    def __enter__(self) -> LoopbackServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while True:
                link, peer = listener.accept()
                if self._listener is not listener:
                    link.close()
                    return
                thread = threading.Thread(
                    target=self._converse, args=(link, peer), name="loopback", daemon=True
                )
                with self._opening:
                    self._open[link] = thread
                    thread.start()

    def _converse(self, link: socket.socket, peer: Any) -> None:
        try:
            _Connection(link, peer, self._answer, self._refuse)
        except ConnectionError:
            pass  # the client has left
        finally:
            link.close()
            del self._open[link]
