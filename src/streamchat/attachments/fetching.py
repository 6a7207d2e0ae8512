"""Fetches web pages as text, images, PDFs and texts.

Rules: http and https only; 10 s, 10 MB and 5 redirects in all; no cookies and no credentials.
An address that leads to a public host never leads on to this machine or its network, whatever a
redirect or a name server says (see `connecting`). The proxies are the same as for requests to a
server.
"""

from __future__ import annotations

import gzip
import http.client
import ssl
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.message import Message as Headers
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from streamchat.attachments.blocks import BuiltBlock, build_block, build_text, image_type
from streamchat.attachments.connecting import (
    Connector,
    HopTarget,
    Trust,
    is_written_as_near,
)
from streamchat.attachments.pages import is_html, read_page
from streamchat.attachments.proxying import wants_name
from streamchat.attachments.timed_socket import Deadline
from streamchat.core.attachment_blocks import describe_fetched
from streamchat.core.errors import (
    InvalidRequest,
    NoPermission,
    NotFound,
    StreamchatError,
    TryLater,
    Unreachable,
)
from streamchat.core.formatting import format_path, quoted
from streamchat.core.media_limits import MediaLimits
from streamchat.core.sanitize import clean_line
from streamchat.core.settings import Proxy
from streamchat.core.times import stamp

SECONDS = 10.0
LARGEST_BYTES = 10 * 1024 * 1024
MOST_REDIRECTS = 5
_PIECE_BYTES = 1 << 16
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEXT_TYPES = ("text/", "application/json", "application/xml", "application/javascript")
_SAFE = "%/:?#[]@!$&'()*+,;=~-._"  # of a path: needs no escape, or is escaped already
_HEADERS = {
    "Accept": "text/html, application/xhtml+xml, text/*, application/pdf, image/*, */*;q=0.1",
    "Accept-Encoding": "gzip, identity",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What came from the last address of a chain of redirects."""

    address: str
    data: bytes
    media_type: str  # as the server says
    charset: str | None


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Gets addresses; `clock` gives seconds since the epoch."""

    user_agent: str
    clock: Callable[[], float]
    connector: Connector = field(default_factory=Connector)
    monotonic: Callable[[], float] = time.monotonic
    find_proxy: Callable[[str], Proxy | None] = lambda _url: None  # may raise ConfigError

    def build_block(self, address: str, limits: MediaLimits | None) -> BuiltBlock:
        """The block for the address. It says where it comes from and when it was fetched.
        Raises NotFound, InvalidRequest, Unreachable, NoPermission, TryLater."""
        response = self.fetch(address)
        is_page = not _is_media(response) and is_html(response.data, response.media_type)
        at = stamp(self.clock())
        context = describe_fetched(response.address, at, is_page=is_page)
        built = _build_page(response) if is_page else _build(response, limits)
        return replace(built, block={**built.block, "context": context})

    def fetch(self, address: str) -> Response:
        """The response at the end of the redirects. Raises what `build_block` raises."""
        asked, deadline = address, Deadline(self.monotonic() + SECONDS, self.monotonic)
        nearest: Trust | None = None
        for _ in range(MOST_REDIRECTS + 1):
            parts = parse_address(address)
            if nearest is None:
                is_near = is_written_as_near(parts.hostname or "")
                nearest = Trust.MACHINE if is_near else Trust.NETWORK
            try:
                found, trust = self._ask(parts, nearest, deadline)
            except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
                raise _translated(error, address) from error
            if isinstance(found, Response):
                return found
            address, nearest = urljoin(address, found), max(nearest, trust)
        raise Unreachable(f"{quoted(asked)} redirects more than {MOST_REDIRECTS} times.")

    def _ask(
        self, parts: SplitResult, nearest: Trust, deadline: Deadline
    ) -> tuple[Response | str, Trust]:
        """One hop: the response, or the address to go to; and how near its server is."""
        host, is_tls = parts.hostname or "", parts.scheme == "https"
        target = HopTarget(host, parts.port or _PORTS[parts.scheme], is_tls, nearest)
        place = quote(parts.path or "/", safe=_SAFE)
        query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
        root = f"{parts.scheme}://{parts.netloc}"
        proxy = self.find_proxy(root)
        with self.connector.open(target, deadline, proxy) as way:
            headers = {"User-Agent": self.user_agent, **_HEADERS, **way.headers}
            wanted = f"{root if way.is_passed_on else ''}{place}{query}"
            way.connection.request("GET", wanted, headers=headers)
            reply = way.connection.getresponse()
            location = reply.headers.get("Location")
            if reply.status in _REDIRECTS and location:
                return location, way.trust
            if reply.status == 407 and proxy is not None:
                raise wants_name(proxy)
            address = parts._replace(fragment="").geturl()
            _require_found(reply.status, address)
            return _response(address, reply.headers, _read(reply, address)), way.trust


def parse_address(address: str) -> SplitResult:
    """Raises NotFound if it is not an address that can be fetched."""
    try:
        parts = urlsplit(address)
        _ = parts.port
        ascii_host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError as error:
        raise NotFound(f"{quoted(address)} is not a valid address: {error}.") from error
    if parts.scheme not in _PORTS:
        raise NotFound(f"{quoted(address)} is not an http or https address.")
    if not ascii_host:
        raise NotFound(f"{quoted(address)} is not a valid address: it has no host.")
    if "@" in parts.netloc:
        raise NotFound(
            f"The address of {ascii_host} holds a name or a password, which are never sent:"
            " leave them out."
        )
    port = f":{parts.port}" if parts.port else ""
    netloc = f"[{ascii_host}]{port}" if ":" in ascii_host else f"{ascii_host}{port}"
    return parts._replace(netloc=netloc)


def _require_found(status: int, address: str) -> None:
    """Raises the error for the status, unless it is 200."""
    if status == 200:
        return
    reason = http.client.responses.get(status, "")
    text = f"{format_path(address)} answered {f'{status} {reason}'.strip()}."
    if status in (404, 410):
        raise NotFound(text)
    if status in (401, 402, 403, 407):
        raise NoPermission(f"{text} It is fetched without cookies and credentials.")
    raise TryLater(text) if status in (408, 429) or status >= 500 else InvalidRequest(text)


def _read(reply: http.client.HTTPResponse, address: str) -> bytes:
    pieces, size = [], 0
    while piece := reply.read1(_PIECE_BYTES):
        size += len(piece)
        if size > LARGEST_BYTES:
            raise _too_large(address)
        pieces.append(piece)
    if reply.length:  # the server announced more
        raise http.client.IncompleteRead(b"", reply.length)
    data = b"".join(pieces)
    encoding = (reply.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return _unpacked(data, address)
    if encoding != "identity":
        raise ValueError(f"it is packed as {clean_line(encoding)}")
    return data


def _unpacked(data: bytes, address: str) -> bytes:
    """Raises zlib.error, InvalidRequest for what grows too large."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    unpacked = unpacker.decompress(data, LARGEST_BYTES + 1)
    if len(unpacked) > LARGEST_BYTES:
        raise _too_large(address)
    if not unpacker.eof:
        raise gzip.BadGzipFile("it was cut off")
    return unpacked


def _too_large(address: str) -> InvalidRequest:
    return InvalidRequest(
        f"{format_path(address)} is larger than 10 MB: download it and attach the file."
    )


def _response(address: str, headers: Headers, data: bytes) -> Response:
    charset = headers.get_content_charset()
    return Response(address, data, headers.get_content_type(), charset)


def _translated(error: Exception, address: str) -> StreamchatError:
    """Our error for a failure of the network."""
    host = urlsplit(address).hostname or ""
    match error:
        case TimeoutError():
            return Unreachable(f"{host} took longer than {SECONDS:g} s.")
        case ssl.SSLCertVerificationError():
            return Unreachable(
                f"{host} has no valid certificate: {error.verify_message.rstrip('.')}."
            )
        case ConnectionRefusedError():
            return Unreachable(f"{host} does not accept connections.")
        case OSError() if error.strerror:
            return Unreachable(f"Cannot reach {host}: {clean_line(error.strerror)}.")
        case http.client.IncompleteRead():
            return Unreachable(f"{host} closed the connection before everything had arrived.")
    reason = clean_line(str(error)) or type(error).__name__
    return Unreachable(f"The answer from {host} is not valid HTTP: {reason[:100]}.")


def _is_media(response: Response) -> bool:
    return image_type(response.data) is not None or response.data.startswith(b"%PDF-")


def _build_page(response: Response) -> BuiltBlock:
    page = read_page(response.data, response.charset, response.address)
    if not page.text.strip():
        raise InvalidRequest(
            f"{format_path(response.address)} holds no readable text. Pages that scripts"
            " build arrive empty: save it in a browser and attach the file."
        )
    return BuiltBlock(build_text(page.text, page.title or _name(response.address)))


def _build(response: Response, limits: MediaLimits | None) -> BuiltBlock:
    data, name = response.data, _name(response.address)
    if (
        not _is_media(response)
        and response.charset
        and response.media_type.startswith(_TEXT_TYPES)
    ):
        try:
            return BuiltBlock(build_text(data.decode(response.charset), name))
        except (LookupError, UnicodeError):
            pass  # the server may be wrong: the bytes decide
    return build_block(data, name=name, place=response.address, limits=limits)


def _name(address: str) -> str:
    """The last part of the path, or the host."""
    parts = urlsplit(address)
    last = clean_line(unquote(parts.path.rstrip("/").rpartition("/")[2]))
    return last or parts.hostname or address
