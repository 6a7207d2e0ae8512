"""The way to a server through a proxy: HTTP, or SOCKS 5.

Rule: a failure at the proxy, or on the way to it, is one line that names the proxy.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from streamchat.core.errors import NoPermission, StreamchatError, Unconfigured, Unreachable
from streamchat.core.sanitize import clean_line
from streamchat.core.settings import Proxy

if TYPE_CHECKING:
    from streamchat.attachments.timed_socket import SocketLike, TimedSocket

T = TypeVar("T")
_PIECE_BYTES = 1 << 16
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_SOCKS, _NO_NAME, _WITH_NAME, _CONNECT, _DONE = 5, 0, 2, 1, 0
_IPV4, _NAME, _IPV6 = 1, 3, 4  # kinds of addresses
_REFUSALS = ("", "it failed", "not allowed", "network unreachable", "host unreachable")


@dataclass(frozen=True, slots=True)
class ProxyPlace:
    """Where a proxy is, and who asks it. `takes_names` if it looks up names itself."""

    host: str
    port: int
    name: str
    password: str
    is_tls: bool
    is_socks: bool
    takes_names: bool

    @property
    def authorization(self) -> dict[str, str]:
        """The header of an HTTP proxy."""
        if not self.name:
            return {}
        encoded = base64.b64encode(f"{self.name}:{self.password}".encode()).decode()
        return {"Proxy-Authorization": f"Basic {encoded}"}


def locate_proxy(proxy: Proxy) -> ProxyPlace:
    """Raises Unconfigured."""
    try:
        parts = urlsplit(proxy.url)
        port = parts.port
    except ValueError as error:
        raise _unusable(proxy, str(error)) from error
    scheme = proxy.scheme
    if scheme not in _PORTS or not parts.hostname:
        raise _unusable(proxy, f"its URL begins with none of {', '.join(_PORTS)}")
    return ProxyPlace(
        parts.hostname,
        port or _PORTS[scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        is_tls=scheme == "https",
        is_socks=scheme.startswith("socks"),
        takes_names=scheme != "socks5",
    )


def _unusable(proxy: Proxy, why: str) -> Unconfigured:
    return Unconfigured(f"The proxy {proxy} cannot be used: {why}.")


def wants_name(proxy: Proxy) -> StreamchatError:
    """The message for a proxy that asks for a user."""
    return NoPermission(
        f"The proxy {proxy} asks for a user name and a password: write them into its URL, as"
        " in http://name:password@proxy:8080.",
        kind="proxy",
    )


@contextmanager
def naming(proxy: Proxy) -> Iterator[None]:
    """While entered, a failure of the network is reported as the proxy's."""
    try:
        yield
    except TimeoutError:
        raise Unreachable(f"The proxy {proxy} took too long.", kind="proxy") from None
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, ssl.SSLError) else None
        why = clean_line(reason or getattr(error, "strerror", None) or str(error))
        raise Unreachable(f"Cannot reach the proxy {proxy}: {why}.", kind="proxy") from error


def open_tunnel(
    stream: TimedSocket, proxy: Proxy, place: ProxyPlace, host: str, port: int
) -> None:
    """Let the proxy connect the stream to a host. Raises NoPermission, Unreachable."""
    if place.is_socks:
        _ask_socks(stream, proxy, place, _socks_address(host, port))
        return
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = {"Host": target, **place.authorization}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    stream.sendall(f"CONNECT {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1"))
    reply = http.client.HTTPResponse(stream, method="CONNECT")  # type: ignore[arg-type]
    reply.begin()
    if reply.status == 407:
        raise wants_name(proxy)
    if reply.status != 200:
        raise _refused(proxy, f"{reply.status} {reply.reason}")


def _refused(proxy: Proxy, why: str) -> Unreachable:
    return Unreachable(f"The proxy {proxy} refused: {clean_line(why).strip()}.", kind="proxy")


def _socks_address(host: str, port: int) -> bytes:
    try:
        ip = ipaddress.ip_address(host)
        kind, data = (_IPV4 if ip.version == 4 else _IPV6), ip.packed
    except ValueError:
        name = host.encode("ascii")
        kind, data = _NAME, bytes([len(name)]) + name
    return bytes([kind]) + data + port.to_bytes(2, "big")


def _ask_socks(stream: TimedSocket, proxy: Proxy, place: ProxyPlace, address: bytes) -> None:
    """The dialogue of RFC 1928, with a name and a password by RFC 1929."""
    wanted = _WITH_NAME if place.name else _NO_NAME
    stream.sendall(bytes([_SOCKS, 1, wanted]))
    version, method = stream.read_exactly(2)
    if version != _SOCKS:
        raise _refused(proxy, "it does not speak SOCKS 5")
    if method != wanted:
        raise wants_name(proxy)
    if place.name:
        name, password = place.name.encode()[:255], place.password.encode()[:255]
        stream.sendall(bytes([1, len(name)]) + name + bytes([len(password)]) + password)
        if stream.read_exactly(2)[1] != _DONE:
            raise wants_name(proxy)
    stream.sendall(bytes([_SOCKS, _CONNECT, 0]) + address)
    _, code, _, kind = stream.read_exactly(4)
    if code != _DONE:
        raise _refused(proxy, _REFUSALS[code] if code < len(_REFUSALS) else f"code {code}")
    length = {_IPV4: 4, _IPV6: 16}.get(kind) or stream.read_exactly(1)[0]
    stream.read_exactly(length + 2)  # where the proxy is connected from


class TlsInTls:
    """TLS to a server through the TLS of a proxy; Python's sockets do one of them alone."""

    def __init__(self, inner: SocketLike, context: ssl.SSLContext, host: str) -> None:
        self._inner = inner
        self._arrived, self._leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._arrived, self._leaving, server_hostname=host)
        self._do(self._tls.do_handshake)

    def settimeout(self, seconds: float) -> None:
        self._inner.settimeout(seconds)

    def sendall(self, data: bytes) -> None:
        self._do(lambda: self._tls.write(data))  # all of it, whatever its size

    def recv(self, most: int) -> bytes:
        try:
            return self._do(lambda: self._tls.read(most))
        except ssl.SSLEOFError:  # TLS is not closed; the length says whether all has come
            return b""

    def recv_into(self, buffer: bytearray | memoryview) -> int:
        piece = self.recv(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._inner.close()

    def _do(self, step: Callable[[], T]) -> T:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush()
                piece = self._inner.recv(_PIECE_BYTES)
                if piece:
                    self._arrived.write(piece)
                else:
                    self._arrived.write_eof()
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        if data := self._leaving.read():
            self._inner.sendall(data)
