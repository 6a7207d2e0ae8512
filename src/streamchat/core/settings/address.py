"""The address of a server, in a grammar so strict that all parsers agree on it.

Owns which base URLs are accepted. A URL that two parsers could read differently (a
backslash, credentials, a non-ASCII host) is refused, not interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from streamchat.core.options import DEFAULT_URL

_DEFAULT_HOST = "api.anthropic.com"
USUAL_PORT = {"https": 443, "http": 80}
HIGHEST_PORT = 65535
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[A-Za-z0-9_.~!$&'()*+,;=:@%-]*)*)",
    re.IGNORECASE,
)
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LOOPBACK = re.compile(rf"localhost|127(?:\.{_OCTET}){{3}}|\[(?:0*:)*:0*1\]")
_API_PATH = re.compile(r"/v1(?:/messages)?$")  # what people copy; we add it ourselves


_DOMAIN = re.compile(r"[\w*-]+(\.[\w-]+)+(/\S*)?")


@dataclass(frozen=True, slots=True)
class Address:
    """A server: `url` is used for requests, `host` (with the port) is shown. What goes to
    one that `is_exposed` can be read on the way: plain http beyond this machine."""

    url: str
    host: str
    is_default: bool
    is_loopback: bool
    is_exposed: bool = False


def parse_address(text: str) -> Address:
    """Read a base URL, with or without /v1 or /v1/messages at its end. Raises ValueError
    that says what to write instead."""
    matched = _URL.fullmatch(text)
    if not matched:
        raise ValueError(_what_is_wrong(text))
    scheme, host = matched["scheme"].lower(), matched["host"].lower()
    port = int(matched["port"] or USUAL_PORT[scheme])
    path = _API_PATH.sub("", matched["path"].rstrip("/")).rstrip("/")
    if not 0 < port <= HIGHEST_PORT:
        raise ValueError("that port does not exist")
    is_loopback = _LOOPBACK.fullmatch(host) is not None
    shown = host if port == USUAL_PORT[scheme] else f"{host}:{port}"
    is_default = scheme == "https" and shown == _DEFAULT_HOST
    is_exposed = scheme == "http" and not is_loopback
    return Address(f"{scheme}://{shown}{path}", shown, is_default, is_loopback, is_exposed)


def require_encrypted(address: Address, allow_http: Collection[str]) -> None:
    """Raises ValueError with the line to write when plain http to this host is not allowed."""
    name = address.host.rpartition(":")[0] if ":" in address.host else address.host
    host = address.host if address.host.endswith("]") else name
    if address.is_exposed and not {host, address.host} & {each.lower() for each in allow_http}:
        listed = ", ".join(f'"{each}"' for each in (*allow_http, host))
        raise ValueError(
            "use https; to allow plain http, which others on the way can read, write"
            f" allow_http = [{listed}] into your config.toml"
        )


def _what_is_wrong(text: str) -> str:
    if not re.match(r"https?://", text, re.IGNORECASE):
        return f"give a URL such as {DEFAULT_URL}"
    if "@" in re.split(r"[/?#]", text, maxsplit=3)[2]:
        return "leave out the user name and password; a key has its own variable"
    if "?" in text or "#" in text:
        return "leave out the query"
    return f"this is not the URL of a server; give one such as {DEFAULT_URL}"


def is_domain(text: str) -> bool:
    """Whether the text is a domain, maybe with a path, as the web's tools take it."""
    return _DOMAIN.fullmatch(text) is not None
