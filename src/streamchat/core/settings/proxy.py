"""The proxy that the environment sets for a server, as text to show.

The HTTP client decides whether it is used; the rule here is the same: the variable of the
scheme, then ALL_PROXY, lower case first, unless NO_PROXY names the host. Loopback uses none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from streamchat.core.settings.address import Address

_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_CREDENTIALS = re.compile(r"^([a-z0-9+.-]+://)?.*@", re.IGNORECASE)


def proxies(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(variable, value) of each one that is set; user names and passwords are masked."""
    for name in (*_NAMES, *(name.lower() for name in _NAMES)):
        if value := environ.get(name, "").strip():
            yield name, _CREDENTIALS.sub(r"\1…@", value)


def proxy_on_the_way(address: Address, environ: Mapping[str, str]) -> str | None:
    """The proxy to that server and the variable that names it, or None."""
    if address.is_loopback or _is_excepted(address, environ):
        return None
    given = dict(proxies(environ))
    scheme = address.url.partition(":")[0]
    for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"):
        if name in given:
            return f"{given[name].rpartition('://')[2].rstrip('/')} ({name})"
    return None


def _is_excepted(address: Address, environ: Mapping[str, str]) -> bool:
    listed = environ.get("no_proxy") or environ.get("NO_PROXY", "")
    host = address.host.rpartition(":")[0] or address.host
    names = [name.strip().lstrip(".").lower() for name in listed.split(",")]
    return any(
        name == "*" or host == name or (name and host.endswith(f".{name}")) for name in names
    )
