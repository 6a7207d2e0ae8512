"""The proxy that the environment names for a server: which one, and how it is shown.

The rule is that of curl: the variable of the scheme, then ALL_PROXY, lower case first, unless
NO_PROXY names the host. So an http proxy for https is taken before a SOCKS proxy for
everything. Loopback uses none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from streamchat.core.errors import ConfigError
from streamchat.core.settings.address import HIGHEST_PORT, USUAL_PORT, Address

_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_CREDENTIALS = re.compile(r"^([a-z0-9+.-]+://)?.*@", re.IGNORECASE)
_PORT = re.compile(r":(\d+)$")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy and the variable that names it."""

    url: str = field(repr=False)  # may hold a password
    variable: str

    def __str__(self) -> str:
        place = _masked(self.url).rpartition("://")[2].rstrip("/")
        return f"{place} ({self.variable})"

    @property
    def scheme(self) -> str:
        """http, https, socks5, socks5h, or anything else that was written there."""
        return self.url.partition("://")[0].lower()


def proxies(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(variable, value) of each one that is set; user names and passwords are masked."""
    for name in (*_NAMES, *(name.lower() for name in _NAMES)):
        if value := environ.get(name, "").strip():
            yield name, _masked(value)


def choose_proxy(address: Address, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy to that server. Raises ConfigError for one without a host, or with a port that
    does not exist."""
    if address.is_loopback or _is_excepted(address, environ):
        return None
    scheme = address.url.partition(":")[0]
    for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"):
        if value := environ.get(name, "").strip():
            proxy = Proxy(value if "://" in value else f"http://{value}", name)
            _require_place(proxy)
            return proxy
    return None


def _require_place(proxy: Proxy) -> None:
    place = _CREDENTIALS.sub("", proxy.url).rpartition("://")[2].partition("/")[0]
    if not _PORT.sub("", place):
        raise ConfigError(f"{proxy.variable} names no host: write it as http://proxy:3128")
    port = _PORT.search(place)
    if port and not 0 < int(port[1][:6]) <= HIGHEST_PORT:
        raise ConfigError(f"{proxy}: that port does not exist")


def _masked(url: str) -> str:
    return _CREDENTIALS.sub(r"\1…@", url)


def _is_excepted(address: Address, environ: Mapping[str, str]) -> bool:
    listed = environ.get("no_proxy") or environ.get("NO_PROXY", "")
    host = _PORT.sub("", address.host)
    port = USUAL_PORT[address.url.partition(":")[0]]
    whole = address.host if address.host != host else f"{host}:{port}"
    return any(_excepts(name, host, whole) for name in re.split(r"[,\s]+", listed.lower()))


def _excepts(name: str, host: str, host_and_port: str) -> bool:
    """`*`, a host with or without a port, a domain, an IP address or a network."""
    if name in ("*", host_and_port):
        return True
    domain = name.removeprefix("*").removeprefix(".")
    if domain and (host == domain or host.endswith(f".{domain}")):
        return True
    return _is_within(host.strip("[]"), name.strip("[]"))


def _is_within(host: str, network: str) -> bool:
    import ipaddress  # 3 ms, and few need it

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
