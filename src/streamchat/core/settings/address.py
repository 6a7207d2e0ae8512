"""The address of a server, in a grammar so strict that all parsers agree on it.

Owns which base URLs are accepted. A URL that two parsers could read differently (a
backslash, credentials, a non-ASCII host) is refused, not interpreted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from streamchat.core.settings.options import DEFAULT_URL

_DEFAULT_HOST = "api.anthropic.com"
_USUAL_PORT = {"https": 443, "http": 80}
_HIGHEST_PORT = 65535
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[A-Za-z0-9_.~!$&'()*+,;=:@%-]*)*)",
    re.IGNORECASE,
)
_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|\[(?:0*:)*:0*1\]")


@dataclass(frozen=True, slots=True)
class Address:
    """A server: `url` is used for requests, `host` (with the port) is shown."""

    url: str
    host: str
    is_default: bool
    is_loopback: bool


def parse_address(text: str) -> Address:
    """Read a base URL. Raises ValueError that says what to write instead."""
    matched = _URL.fullmatch(text)
    if not matched:
        raise ValueError(_what_is_wrong(text))
    scheme, host = matched["scheme"].lower(), matched["host"].lower()
    port = int(matched["port"] or _USUAL_PORT[scheme])
    path = matched["path"].rstrip("/")
    if not 0 < port <= _HIGHEST_PORT:
        raise ValueError("that port does not exist")
    if path.endswith("/v1"):
        raise ValueError("leave out /v1; streamchat adds /v1/messages itself")
    is_loopback = _LOOPBACK.fullmatch(host) is not None
    if scheme == "http" and not is_loopback:
        raise ValueError("use https; plain http is allowed for loopback only")
    shown = host if port == _USUAL_PORT[scheme] else f"{host}:{port}"
    is_default = scheme == "https" and shown == _DEFAULT_HOST
    return Address(f"{scheme}://{shown}{path}", shown, is_default, is_loopback)


def _what_is_wrong(text: str) -> str:
    if not re.match(r"https?://", text, re.IGNORECASE):
        return f"give a URL such as {DEFAULT_URL}"
    if "@" in re.split(r"[/?#]", text, maxsplit=3)[2]:
        return "leave out the user name and password; a key has its own variable"
    if "?" in text or "#" in text:
        return "leave out the query"
    return f"this is not the URL of a server; give one such as {DEFAULT_URL}"
