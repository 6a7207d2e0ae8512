"""Connects to the host of an address, at an IP address that was checked before.

Rule: the IP address that is checked is the one that is connected to, so a name that is looked
up twice with two results (DNS rebinding) gains nothing. `Trust` says how near an IP address is;
a redirect may lead further away, never nearer. Behind a proxy, a name that can be looked up
here is checked as well, and the proxy gets the name.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from streamchat.attachments.proxying import TlsInTls, locate_proxy, naming, open_tunnel
from streamchat.attachments.timed_socket import Deadline, SocketLike, TimedSocket
from streamchat.core.errors import InvalidRequest, Unreachable
from streamchat.core.settings import Proxy

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""The IP addresses of a host, as text. Raises OSError."""
Connect: TypeAlias = Callable[[str, int, float], "SocketLike"]
"""Connect to an IP address and port within that many seconds. Raises OSError."""
_LOOK_UP_S = 3.0  # of a name that the proxy may know
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address behind NAT64


class Trust(IntEnum):
    """How far away an IP address is."""

    MACHINE = 0  # this machine, and its link-local network
    NETWORK = 1  # private addresses
    PUBLIC = 2


@dataclass(frozen=True, slots=True)
class HopTarget:
    """Where a hop goes. `nearest` is how near it may lead."""

    host: str
    port: int
    is_tls: bool
    nearest: Trust


def look_up(host: str, port: int) -> list[str]:
    """See Resolve."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def connect_to(ip: str, port: int, seconds: float) -> socket.socket:
    """See Connect."""
    return socket.create_connection((ip, port), timeout=seconds)


def judge(ip: str) -> Trust:
    """How near an IP address is. Raises ValueError for any other text."""
    address = _plain(ipaddress.ip_address(ip))
    if address.is_loopback or address.is_unspecified or address.is_link_local:
        return Trust.MACHINE
    return Trust.PUBLIC if address.is_global and not address.is_multicast else Trust.NETWORK


def _plain(address: IpAddress) -> IpAddress:
    """The IPv4 address inside an IPv6 address, if there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_written_as_near(host: str) -> bool:
    """Whether the name of a host shows that it may be this machine: an IP address, localhost,
    or a name without a dot."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").endswith(".localhost")
    return True


@dataclass(frozen=True, slots=True)
class HostConnection:
    """A connection, and how near its other end is. Behind a proxy that passes requests on, a
    request names the whole address, and has these headers."""

    connection: http.client.HTTPConnection
    trust: Trust
    is_passed_on: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connector:
    """Makes connections; tests replace the network."""

    resolve: Resolve = look_up
    connect: Connect = connect_to
    build_tls: Callable[[], ssl.SSLContext] = ssl.create_default_context

    @contextmanager
    def open(
        self, target: HopTarget, deadline: Deadline, proxy: Proxy | None = None
    ) -> Iterator[HostConnection]:
        """Connect to a server. Raises Unreachable, OSError, and InvalidRequest if it is nearer
        than allowed."""
        if proxy is not None:
            with self._open_behind(proxy, target, deadline) as way:
                yield way
            return
        ip, trust = self._choose(
            target, self._look_up(target.host, target.port, deadline.left())
        )
        made = self.connect(ip, target.port, deadline.left())
        try:
            if target.is_tls:
                made = self._wrapped(made, target.host, deadline)
            yield HostConnection(_http(target, TimedSocket(made, deadline)), trust)
        finally:
            made.close()

    @contextmanager
    def _open_behind(
        self, proxy: Proxy, target: HopTarget, deadline: Deadline
    ) -> Iterator[HostConnection]:
        place = locate_proxy(proxy)
        ip, trust = self._judge_behind(target, deadline)
        host = target.host if place.takes_names else ip or target.host
        with naming(proxy):
            near = self._look_up(place.host, place.port, deadline.left())
            made = self.connect(near[0], place.port, deadline.left())
        try:
            is_passed_on = not (target.is_tls or place.is_socks)
            with naming(proxy):
                if place.is_tls:
                    made = self._wrapped(made, place.host, deadline)
                if not is_passed_on:
                    stream = TimedSocket(made, deadline)
                    open_tunnel(stream, proxy, place, host, target.port)
            if target.is_tls:
                made = self._wrapped(made, target.host, deadline)
            headers = place.authorization if is_passed_on else {}
            yield HostConnection(
                _http(target, TimedSocket(made, deadline)), trust, is_passed_on, headers
            )
        finally:
            made.close()

    def _judge_behind(self, target: HopTarget, deadline: Deadline) -> tuple[str, Trust]:
        """The IP address of a host as seen from here, and how near it is. The proxy may know
        names that cannot be looked up here: such a name is public if it has a dot."""
        try:
            seconds = min(_LOOK_UP_S, deadline.left())
            return self._choose(target, self._look_up(target.host, target.port, seconds))
        except OSError:
            is_near = is_written_as_near(target.host)
        trust = Trust.NETWORK if is_near else Trust.PUBLIC
        if trust < target.nearest:
            raise InvalidRequest(_leads_inside(target.host, "a name of this network"))
        return "", trust

    def _look_up(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """See Resolve. A look-up cannot be stopped, so it has a thread of its own."""
        found: list[Sequence[str]] = []
        failed: list[OSError | UnicodeError] = []

        def work() -> None:
            try:
                found.append(self.resolve(host, port))
            except (OSError, UnicodeError) as error:
                failed.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(seconds)
        if failed:
            raise failed[0]
        if not found:
            raise TimeoutError
        return found[0]

    def _wrapped(self, made: SocketLike, host: str, deadline: Deadline) -> SocketLike:
        made.settimeout(deadline.left())
        if isinstance(made, socket.socket) and not isinstance(made, ssl.SSLSocket):
            return self.build_tls().wrap_socket(made, server_hostname=host)
        return TlsInTls(made, self.build_tls(), host)

    def _choose(self, target: HopTarget, found: Sequence[str]) -> tuple[str, Trust]:
        """The first IP address that is far enough away."""
        judged = [(ip, judge(ip)) for ip in found]
        for ip, trust in judged:
            if trust >= target.nearest:
                return ip, trust
        if not judged:
            raise Unreachable(f"{target.host} has no address.")
        raise InvalidRequest(_leads_inside(target.host, judged[0][0]))


def _leads_inside(host: str, where: str) -> str:
    return f"{host} leads to {where}, inside this machine or its network: nothing was fetched."


def _http(target: HopTarget, stream: TimedSocket) -> http.client.HTTPConnection:
    kind = _TlsConnection if target.is_tls else http.client.HTTPConnection
    connection = kind(target.host, target.port)
    connection.sock = stream
    return connection


class _TlsConnection(http.client.HTTPConnection):
    """One whose socket speaks TLS already."""

    default_port = http.client.HTTPS_PORT
