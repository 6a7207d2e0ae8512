"""Says in one line why there is no connection.

The SDK says "Connection error." for every cause. The cause itself is down the chain of
exceptions; a note on it says whether the proxy is to blame.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator

import anthropic
import httpx2

from streamchat.api.server import Server
from streamchat.api.transport import AT_THE_PROXY
from streamchat.api.wording import clean_line, sentence
from streamchat.core.errors import ApiError, Unreachable

# Words of a proxy after which trying again does not help.
_FOR_GOOD = re.compile(
    r"(?i)\b(40[0-9]|501)\b|auth|username|password|not allowed|denied|forbidden"
)


def unreachable(fault: BaseException, server: Server) -> ApiError:
    """The error for a failed connection; it says whether trying again may help."""
    chain = list(_chain(fault))
    at_proxy = any(AT_THE_PROXY in getattr(cause, "__notes__", ()) for cause in chain)
    proxy = server.proxy if at_proxy else None
    host = f"the proxy {proxy}" if proxy else server.host
    for cause in chain:
        if proxy and proxy.scheme == "https" and _speaks_no_tls(cause):
            return Unreachable(
                f"The proxy {proxy} does not speak TLS: its URL should begin with http://.",
                kind="proxy",
            )
    for recognise in (_by_tls, _by_address, _by_system, _by_protocol):
        for cause in chain:
            found = recognise(cause, host)
            if found is not None:
                return found
    if proxy and proxy.scheme.startswith("socks"):
        why = f"The proxy {proxy} does not speak SOCKS 5: {_last_words(chain)}"
        return Unreachable(why, kind="proxy")
    return Unreachable(f"{server.host} cannot be reached: {_last_words(chain)}", retryable=True)


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The exception and what caused it, groups (happy eyeballs) included. What was being
    awaited when the time ran out is not a cause."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [fault]
    while waiting:
        cause = waiting.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        if not isinstance(cause, ssl.SSLWantReadError | ssl.SSLWantWriteError):
            yield cause
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions
        waiting += [cause.__cause__, cause.__context__]


def _speaks_no_tls(cause: BaseException) -> bool:
    is_tls = isinstance(cause, ssl.SSLError)
    return is_tls and not isinstance(cause, ssl.SSLCertVerificationError)


def _by_tls(cause: BaseException, host: str) -> ApiError | None:
    match cause:
        case ssl.SSLCertVerificationError():
            why = sentence(clean_line(cause.verify_message or str(cause)))
            return Unreachable(
                f"The certificate of {host} is not trusted: {why} Name your own authority in"
                " SSL_CERT_FILE, or add it with NODE_EXTRA_CA_CERTS.",
                kind="tls",
            )
        case ssl.SSLError():
            why = clean_line(cause.reason or str(cause))
            return Unreachable(f"No secure connection to {host}: {sentence(why)}", kind="tls")
        case _:
            return None


def _by_address(cause: BaseException, host: str) -> ApiError | None:
    match cause:
        case socket.gaierror():
            return Unreachable(
                f"The name of {host} was not found (DNS). Check it, and the network.",
                kind="dns",
                retryable=True,
            )
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
            why = sentence(clean_line(str(cause)))
            return Unreachable(f"The base URL cannot be used: {why}", kind="invalid_url")
        case httpx2.ProxyError():
            why = sentence(clean_line(str(cause)))
            again = _FOR_GOOD.search(why) is None
            return Unreachable(f"The proxy refused: {why}", kind="proxy", retryable=again)
        case _:
            return None


def _by_system(cause: BaseException, host: str) -> ApiError | None:
    match cause:
        case ConnectionRefusedError():
            why = f"{host} refuses the connection: is the server running?"
            return Unreachable(why, kind="connection_refused", retryable=True)
        case httpx2.ConnectTimeout():
            why = f"{host} did not accept a connection in time. Check the network."
            return Unreachable(why, kind="timeout", retryable=True)
        case httpx2.TimeoutException():
            return Unreachable(f"{host} gave no answer.", kind="timeout", retryable=True)
        case ConnectionResetError() | BrokenPipeError() | httpx2.ReadError():
            return _closed(host)
        case OSError() if cause.strerror and cause.errno:
            why = sentence(clean_line(cause.strerror))
            return Unreachable(f"{host} cannot be reached: {why}", retryable=True)
        case _:
            return None


def _by_protocol(cause: BaseException, host: str) -> ApiError | None:
    match cause:
        # A kept-alive connection that the server has closed ends this way too.
        case httpx2.RemoteProtocolError() if "disconnected" in str(cause):
            return _closed(host)
        case httpx2.RemoteProtocolError():
            why = f"The answer of {host} is not HTTP. Is the base URL right?"
            return Unreachable(why, kind="not_http")
        case httpx2.LocalProtocolError():
            why = "A header cannot be sent: look for line breaks in the key and the headers."
            return Unreachable(why, kind="invalid_header")
        case _:
            return None


def _closed(host: str) -> ApiError:
    return Unreachable(
        f"{host} closed the connection without an answer.",
        kind="connection_closed",
        retryable=True,
    )


def _last_words(chain: list[BaseException]) -> str:
    """The words of the deepest cause; those of the SDK say nothing."""
    said = [str(cause) for cause in chain if not isinstance(cause, anthropic.APIError)]
    return sentence(clean_line(said[-1] if said else "") or "the reason is unknown")
