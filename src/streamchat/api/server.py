"""Which server to ask, with which credentials and deadlines: checked values.

Keys are stripped. A key that cannot be sent in a header is refused here: the SDK would say
"Connection error." and put the key into a traceback.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamchat.api.clouds import CLOUDS
from streamchat.core.errors import NO_CREDENTIALS, NoPermission
from streamchat.core.settings import Certificates, Proxy

_SHORTEST_SECRET = 8  # a shorter key ("none", for a local server) is a word, not a secret
DEFAULT_BASE_URL = "https://api.anthropic.com"

NO_KEY = """\
No API key was found. Use one of these:
  streamchat                          on a terminal: asks for a key or a server
  export ANTHROPIC_API_KEY=sk-ant-…   a key for this shell
  streamchat --demo                   a built-in server: no key, no network"""


@dataclass(frozen=True, slots=True)
class Server:
    """A Messages API server. Without key and token, the SDK's own credentials are used
    (ANTHROPIC_AUTH_TOKEN, its profiles), for the default host only.

    `proxy` and `certificates` are what the environment says about the network.
    """

    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    auth_token: str | None = field(default=None, repr=False)
    profile: str | None = None  # of the SDK; used if there is no key and no token
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: Proxy | None = None
    certificates: Certificates = field(default_factory=Certificates)
    platform: str | None = None  # a cloud, with its own credentials
    private: tuple[str, ...] = field(
        default=(), repr=False
    )  # other texts that must not be shown

    @property
    def is_default(self) -> bool:
        """Whether requests go to Anthropic itself."""
        return (
            not self.platform
            and (self.base_url or DEFAULT_BASE_URL).rstrip("/") == DEFAULT_BASE_URL
        )

    @property
    def host(self) -> str:
        """The name of the server in messages."""
        if self.platform and self.base_url is None:
            return CLOUDS[self.platform].name
        return _host_of(self.base_url or DEFAULT_BASE_URL)

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine."""
        return _is_loopback(self.base_url or DEFAULT_BASE_URL)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that must not appear in anything that leaves the program."""
        private = [value for name, value in self.headers.items() if _is_private(name)]
        found = (self.api_key, self.auth_token, *private, *self.private)
        stripped = (secret.strip() for secret in found if secret)
        return tuple(secret for secret in stripped if len(secret) >= _SHORTEST_SECRET)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait for the server. Only content ends a wait; pings do not. Except for
    `total_s`, only the time spent waiting counts.

    `thinking_s` replaces `idle_s` while a thinking block is open: without a summary, a
    model thinks silently for minutes. `ending_s` replaces it once the stop reason has
    arrived.
    """

    connect_s: float = 10.0
    idle_s: float = 60.0
    thinking_s: float = 300.0
    ending_s: float = 5.0
    total_s: float | None = None


def checked(secret: str | None, name: str) -> str | None:
    """The key or token, stripped; None if empty. Raises NoPermission if no header can carry
    it."""
    secret = (secret or "").strip()
    if all("!" <= character <= "~" for character in secret):
        return secret or None
    raise NoPermission(
        f"The {name} has a line break, a space or a foreign character in it."
        " Copy it again, without quotes and on one line."
    )


def no_credentials() -> NoPermission:
    """The error for a missing key: three lines that say how to begin."""
    return NoPermission(NO_KEY, kind=NO_CREDENTIALS)


def _is_private(header: str) -> bool:
    return header.lower() in {"authorization", "x-api-key", "proxy-authorization", "cookie"}


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url


def _is_loopback(url: str) -> bool:
    try:
        name = urlsplit(url).hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
