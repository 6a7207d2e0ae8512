"""The one translation of what the SDK and httpx2 raise into our errors.

Rule: each error is one line that says what is wrong and what to do. It may quote the server,
but never a secret.
"""

from __future__ import annotations

import anthropic
import httpx2

from streamchat.api.clouds import CLOUDS, cloud_faults
from streamchat.api.network_failures import unreachable
from streamchat.api.refusals import refused
from streamchat.api.server import Server, no_credentials
from streamchat.api.wording import clean_line, redact_text, sentence
from streamchat.core.errors import (
    ApiError,
    CutOff,
    NoPermission,
    Unconfigured,
)

# What the SDK's code raises when the server or the network is at fault. Its accumulator raises
# the built-in ones for a bad stream; RecursionError is a RuntimeError.
SDK_FAULTS: tuple[type[Exception], ...] = (
    anthropic.AnthropicError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.StreamError,
    AssertionError,
    AttributeError,
    ImportError,  # for a SOCKS proxy, when its extra is not installed
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,  # UnicodeDecodeError, JSONDecodeError and pydantic's are ValueErrors
)


def list_faults(server: Server) -> tuple[type[Exception], ...]:
    """What the SDK's code may raise in a request to that server."""
    return (*SDK_FAULTS, *cloud_faults(server.platform))


def translate(fault: Exception, server: Server, model: str | None = None) -> ApiError:
    """Translate what the SDK raised into our error, without secrets."""
    return without_secrets(_translated(fault, server, model), server)


def without_secrets(error: ApiError, server: Server) -> ApiError:
    """The same error without secrets: a server may repeat what it was sent."""
    error.message = redact_text(error.message, server.secrets)
    error.args = (error.message,)
    error.kind = redact_text(error.kind, server.secrets)
    error.request_id = error.request_id and redact_text(error.request_id, server.secrets)
    return error


def _translated(fault: Exception, server: Server, model: str | None) -> ApiError:
    match fault:
        case anthropic.APIStatusError():
            return refused(fault, model)
        case anthropic.APIConnectionError():
            return unreachable(fault, server)
        case anthropic.APIError():
            return _malformed(clean_line(str(fault)).rstrip("."))
        case _ if server.platform and _is_the_clouds(fault, server.platform):
            name = CLOUDS[server.platform].name
            return Unconfigured(f"{name} cannot be asked: {sentence(clean_line(str(fault)))}")
        case anthropic.AnthropicError():
            return NoPermission(f"The credentials cannot be used: {clean_line(str(fault))}")
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
            return unreachable(fault, server)
        case httpx2.DecodingError():
            return _malformed("its compression is broken")
        case UnicodeDecodeError():
            return _malformed("its text is not UTF-8")
        case httpx2.HTTPError() | httpx2.StreamError() | OSError():
            return CutOff(
                f"The connection to {server.host} was lost before the reply was complete.",
                kind="connection_lost",
                retryable=True,
            )
        case TypeError() if "authentication method" in str(fault):
            return no_credentials()
        case _:
            return _malformed("it does not follow the Messages API")


def _is_the_clouds(fault: Exception, platform: str) -> bool:
    """Whether the cloud's own library raised the fault, or the SDK because of the cloud."""
    if isinstance(fault, RecursionError):
        return False
    return isinstance(fault, (anthropic.AnthropicError, *cloud_faults(platform)))


def _malformed(what: str) -> CutOff:
    return CutOff(f"The server's reply is malformed: {what}.", kind="malformed_reply")
