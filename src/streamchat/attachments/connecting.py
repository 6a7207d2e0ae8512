"""Connects to the host of an address, at an IP address that was looked at before.

Rule: the IP address that is checked is the one that is connected to, so a name that is looked
up twice with two results (DNS rebinding) gains nothing. `Trust` says how near an IP address
is; a redirect may lead further away, never nearer.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from streamchat.core.errors import InvalidRequest, Unreachable

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""The IP addresses of a host, as text. Raises OSError."""
Connect: TypeAlias = Callable[[str, int, float], socket.socket]
"""A socket to an IP address and port, made in at most so many seconds. Raises OSError."""
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address behind NAT64


class Trust(IntEnum):
    """How far away an IP address is."""

    MACHINE = 0  # this machine, and what answers only on its own cable
    NETWORK = 1  # private addresses
    PUBLIC = 2


@dataclass(frozen=True, slots=True)
class HopTarget:
    """Where a hop goes. `nearest` is the nearest that it may be."""

    host: str
    port: int
    is_tls: bool
    nearest: Trust


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of all work on one attachment, on a monotonic clock."""

    at: float
    clock: Callable[[], float]

    def left(self) -> float:
        """Seconds; raises TimeoutError if there are none."""
        left = self.at - self.clock()
        if left <= 0:
            raise TimeoutError
        return left


def look_up(host: str, port: int) -> list[str]:
    """See Resolve."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def connect_to(ip: str, port: int, seconds: float) -> socket.socket:
    """See Connect."""
    return socket.create_connection((ip, port), timeout=seconds)


def judge(ip: str) -> Trust:
    """How near an IP address is. Raises ValueError for what is none."""
    address = _plain(ipaddress.ip_address(ip))
    if address.is_loopback or address.is_unspecified or address.is_link_local:
        return Trust.MACHINE
    return Trust.PUBLIC if address.is_global and not address.is_multicast else Trust.NETWORK


def _plain(address: IpAddress) -> IpAddress:
    """The IPv4 address inside an IPv6 address, where there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_written_as_near(host: str) -> bool:
    """Whether a host says by itself that it may be this machine: an IP address, localhost,
    or a name without a dot."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").endswith(".localhost")
    return True


@dataclass(frozen=True, slots=True)
class Connector:
    """Makes connections; tests replace the network."""

    resolve: Resolve = look_up
    connect: Connect = connect_to
    build_tls: Callable[[], ssl.SSLContext] = ssl.create_default_context

    @contextmanager
    def open(
        self, target: HopTarget, deadline: Deadline
    ) -> Iterator[tuple[http.client.HTTPConnection, Trust]]:
        """A connection, and how near its other end is. Raises InvalidRequest if it is nearer
        than it may be, Unreachable, OSError."""
        ip, trust = self._choose(target)
        made = self.connect(ip, target.port, deadline.left())
        try:
            if target.is_tls:
                made.settimeout(deadline.left())
                made = self.build_tls().wrap_socket(made, server_hostname=target.host)
            kind = _TlsConnection if target.is_tls else http.client.HTTPConnection
            connection = kind(target.host, target.port)
            connection.sock = _TimedSocket(made, deadline)
            yield connection, trust
        finally:
            made.close()

    def _choose(self, target: HopTarget) -> tuple[str, Trust]:
        """The first IP address that is far enough away."""
        found = self.resolve(target.host, target.port)
        judged = [(ip, judge(ip)) for ip in found]
        for ip, trust in judged:
            if trust >= target.nearest:
                return ip, trust
        if not judged:
            raise Unreachable(f"{target.host} has no address.")
        raise InvalidRequest(
            f"{target.host} leads to {judged[0][0]}, inside this machine or its network:"
            " nothing was fetched."
        )


class _TlsConnection(http.client.HTTPConnection):
    """One whose socket speaks TLS already."""

    default_port = http.client.HTTPS_PORT


class _TimedSocket:
    """A socket as http.client uses one, whose every read and write ends at the deadline.
    http.client closes it before it reads the body; the connector closes the real one."""

    def __init__(self, inner: socket.socket, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._inner.settimeout(self._deadline.left())
        self._inner.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._inner, self._deadline))

    def close(self) -> None:
        pass


class _TimedReader(io.RawIOBase):
    def __init__(self, inner: socket.socket, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._inner.settimeout(self._deadline.left())
        return self._inner.recv_into(buffer)
