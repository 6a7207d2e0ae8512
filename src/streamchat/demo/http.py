"""HTTP/1.1 as a server on loopback needs it: requests in, responses out, on asyncio streams.

Rules: a request is read whole before it is answered; whatever a client sends, the
answer is a response or a closed connection, never a traceback; a client that goes
away is a ConnectionError for the one who writes. Must not know: the Messages API.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from enum import Enum
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 32 * 1024 * 1024  # the API's own limit for a request
MAX_AHEAD_BYTES = 1024 * 1024  # what may be sent ahead while an answer is under way
_READ_BYTES = 64 * 1024
_REASONS = {status.value: status.phrase for status in HTTPStatus} | {529: "Overloaded"}


class BadRequest(Exception):
    """What arrived is no HTTP request that can be served; `status` answers it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Framing(Enum):
    """How a client learns where the body ends."""

    CHUNKED = "chunked"
    UNTIL_CLOSE = "until the connection closes"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, read whole; header names are in lower case."""

    method: str
    target: str
    version: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def keeps_alive(self) -> bool:
        wish = self.headers.get("connection", "").lower()
        return wish == "keep-alive" if self.version == "HTTP/1.0" else wish != "close"


def parse_head(head: bytes) -> HttpRequest:
    """Read a request line and its headers, without the blank line that ends them."""
    start, *lines = head.decode("latin-1").split("\r\n")
    match start.split(" "):
        case [method, target, ("HTTP/1.1" | "HTTP/1.0") as version] if method and target:
            return HttpRequest(method, target, version, _headers(lines))
        case [_, _, version] if version.startswith("HTTP/"):
            raise BadRequest(505, f"{version} is not spoken here")
        case _:
            raise BadRequest(400, "this is no HTTP request line")


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadRequest(400, "a header line is malformed")
        key, value = name.lower(), value.strip()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


class Inbox:
    """The bytes of one connection, as far as they arrived and were not yet read."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._ahead = bytearray()

    async def fill(self) -> bool:
        """Wait for more; False when the client is gone."""
        try:
            piece = await self._reader.read(_READ_BYTES)
        except ConnectionError:
            return False
        self._ahead += piece
        return bool(piece)

    async def client_gone(self) -> None:
        """Return when the client closed its side (or floods us with more requests)."""
        while len(self._ahead) <= MAX_AHEAD_BYTES and await self.fill():
            pass

    async def until(self, mark: bytes) -> bytes | None:
        """All before the mark, which is consumed too; None when the client is gone."""
        searched = 0
        while (found := self._ahead.find(mark, searched)) < 0:
            searched = max(0, len(self._ahead) - len(mark) + 1)
            if searched > MAX_HEAD_BYTES:
                break
            if not await self.fill():
                return None
        if not 0 <= found <= MAX_HEAD_BYTES:
            raise BadRequest(431, "the request's header fields are too large")
        return self._take(found, skip=len(mark))

    async def pieces(self, size: int) -> AsyncIterator[bytes]:
        """The next `size` bytes in pieces; fewer when the client is gone."""
        while size > 0:
            if not self._ahead and not await self.fill():
                return
            piece = self._take(min(size, len(self._ahead)))
            size -= len(piece)
            yield piece

    def _take(self, size: int, *, skip: int = 0) -> bytes:
        taken = bytes(self._ahead[:size])
        del self._ahead[: size + skip]
        return taken


async def read_request(inbox: Inbox, writer: asyncio.StreamWriter) -> HttpRequest | None:
    """The next request of a connection; None when there is no more."""
    head = await inbox.until(b"\r\n\r\n")
    if head is None:
        return None
    request = parse_head(head.lstrip(b"\r\n"))
    if request.headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _body(inbox, request.headers)
    if body is None:
        return None
    return HttpRequest(request.method, request.target, request.version, request.headers, body)


async def _body(inbox: Inbox, headers: Mapping[str, str]) -> bytes | None:
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked":
            raise BadRequest(501, "only the chunked transfer encoding is known")
        return await _chunked_body(inbox)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise BadRequest(400, "the content length is not a number")
    body = _Body()
    return body.whole() if await body.read(inbox, int(length)) else None


async def _chunked_body(inbox: Inbox) -> bytes | None:
    body = _Body()
    while (line := await inbox.until(b"\r\n")) is not None:
        size = _chunk_size(line)
        if size == 0:
            return body.whole() if await _trailers_read(inbox) else None
        if not await body.read(inbox, size) or await inbox.until(b"\r\n") is None:
            return None
    return None


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    try:
        return int(digits, 16)
    except ValueError:
        raise BadRequest(400, "a chunk size is not a number") from None


async def _trailers_read(inbox: Inbox) -> bool:
    while (line := await inbox.until(b"\r\n")) is not None:
        if not line:
            return True
    return False


class _Body:
    """A request body under the size limit.

    One that is over it is still read to its end, unstored: a client that is answered
    in the middle of sending sees a broken pipe and not the 413.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    async def read(self, inbox: Inbox, size: int) -> bool:
        """Take `size` bytes; False when the client left before that."""
        due = self._size + size
        async for piece in inbox.pieces(size):
            self._size += len(piece)
            if self._size > MAX_BODY_BYTES:
                self._pieces.clear()
            else:
                self._pieces.append(piece)
        return self._size == due

    def whole(self) -> bytes:
        if self._size > MAX_BODY_BYTES:
            raise BadRequest(413, "Request exceeds the maximum size")
        return b"".join(self._pieces)


class Channel:
    """The way back to one client, for one response.

    Afterwards `reusable` says whether the connection can carry another request.
    """

    def __init__(self, writer: asyncio.StreamWriter, request: HttpRequest | None) -> None:
        self._writer = writer
        self._request = request
        self._framing: Framing | None = None
        self.reusable = False

    async def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send a whole response."""
        self.reusable = self._request is not None and self._request.keeps_alive
        length = {"content-length": str(len(body))}
        bare = self._request is not None and self._request.method == "HEAD"
        await self.send_raw(self._head(status, {**headers, **length}) + (b"" if bare else body))

    async def begin(
        self, status: int, headers: Mapping[str, str], framing: Framing = Framing.CHUNKED
    ) -> None:
        """Send the head of a response whose body comes piece by piece."""
        if self._request is not None and self._request.version == "HTTP/1.0":
            framing = Framing.UNTIL_CLOSE
        self._framing = framing
        encoding = {"transfer-encoding": "chunked"} if framing is Framing.CHUNKED else {}
        await self.send_raw(self._head(status, {**headers, **encoding}))

    async def send(self, piece: bytes) -> None:
        """Send a piece of the body."""
        if self._framing is Framing.CHUNKED and piece:
            piece = b"%x\r\n%b\r\n" % (len(piece), piece)
        await self.send_raw(piece)

    async def end(self) -> None:
        """The body is complete."""
        if self._framing is Framing.CHUNKED:
            self.reusable = self._request is not None and self._request.keeps_alive
            await self.send_raw(b"0\r\n\r\n")

    async def send_raw(self, data: bytes) -> None:
        """Send bytes with no framing at all. Raises ConnectionError to the gone."""
        if self._writer.transport.is_closing():
            raise ConnectionResetError("the client is gone")
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """Tear the connection down so that the client sees a reset (RST)."""
        self.reusable = False
        linger = struct.pack("ii", 1, 0)  # on, for 0 s: close() then discards and resets
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self._writer.transport.abort()

    def close(self) -> None:
        """End the connection here (FIN), whatever the framing promised."""
        self.reusable = False
        self._writer.close()

    def _head(self, status: int, headers: Mapping[str, str]) -> bytes:
        date = {"date": formatdate(usegmt=True)}
        alive = {} if self._request and self._request.keeps_alive else {"connection": "close"}
        lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in {**date, **alive, **headers}.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")
