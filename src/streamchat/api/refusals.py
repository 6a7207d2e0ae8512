"""Turns a server's refusal, an error response or an error in a reply, into our error.

The HTTP status decides the class. Under a success status the body decides: its error type, its
code, or its words (`error_body`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import anthropic
import httpx2

from streamchat.api.error_body import ErrorBody, decode_body, read_error
from streamchat.api.wording import KEY_ADVICE, clean_line, format_wait, retry_after_s, sentence
from streamchat.core.errors import (
    INVALID_SIGNATURE,
    ApiError,
    CutOff,
    InvalidRequest,
    NoPermission,
    TryLater,
    Unreachable,
)

REQUEST_ID_HEADERS = ("request-id", "x-request-id", "x-amzn-requestid")
# A refusal of thinking blocks in the messages, not of the parameter `thinking`.
_REFUSED_THINKING = re.compile(
    r"(?i)signature|redacted_thinking|"
    r"(?=.*\bthinking\b)(?=.*(\bmessages\b|\bcontent\b|\bblocks?\b|\btag\b))"
)
_SPENT = re.compile(r"(?i)spend|billing|quota|credit|balance|usage_limit|on_hold")
_LONGEST_REQUEST_ID = 200
_REDIRECTS = frozenset((300, 301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class ServerRefusal:
    """A refusal, with what the server said about it."""

    status: int  # of the response
    kind: str | None
    said: str
    code: str
    implied_status: int | None
    request_id: str | None
    retry_after_s: float | None
    should_retry: str | None
    location: str | None
    url: str


def refused(error: anthropic.APIStatusError, model: str | None) -> ApiError:
    """Our error for an error response; `model` is the one that was asked."""
    is_wide = isinstance(error.body, str) and "\0" in error.body
    body = read_error(decode_body(error.response.content) if is_wide else error.body)
    if unreadable_coding(error.response):
        body = ErrorBody()
    return _refused(_describe(error.response, body), model)


def refused_within(body: object, response: httpx2.Response, model: str | None) -> ApiError:
    """Our error for an error under a success status, or in an event."""
    return _refused(_describe(response, read_error(body)), model)


def unreadable_coding(response: httpx2.Response) -> str | None:
    """The compression of the body, if this program cannot decompress it."""
    accepted = _listed(response.request.headers.get("accept-encoding", ""))
    used = _listed(response.headers.get("content-encoding", ""))
    return next((coding for coding in used if coding not in (*accepted, "identity")), None)


def _listed(header: str) -> list[str]:
    names = (each.partition(";")[0].strip().lower() for each in header.split(","))
    return [name for name in names if name]


def find_request_id(response: httpx2.Response) -> str | None:
    """The request id, under the API's own name or that of proxies and clouds."""
    found = next(filter(None, map(response.headers.get, REQUEST_ID_HEADERS)), None)
    return clean_line(found)[:_LONGEST_REQUEST_ID] if found else None


def _describe(response: httpx2.Response, body: ErrorBody) -> ServerRefusal:
    headers = response.headers
    return ServerRefusal(
        status=response.status_code,
        kind=body.kind,
        said=body.words,
        code=body.code,
        implied_status=body.status,
        request_id=find_request_id(response) or body.request_id,
        retry_after_s=retry_after_s(headers.get("retry-after"), now=datetime.now(UTC)),
        should_retry=headers.get("x-should-retry"),
        location=headers.get("location"),
        url=str(response.request.url),
    )


def _refused(fault: ServerRefusal, model: str | None) -> ApiError:
    status = fault.status if fault.status >= 300 else fault.implied_status or 200
    if status < 300:
        return _broken_off(fault)
    if status in _REDIRECTS:
        return _redirected(fault)
    if status < 400:
        return _no_api(fault, "its answer is not a reply")
    if status == 501:
        return _no_api(fault, "it does not support the request")
    if status == 407:
        return _proxy_wants_a_name(fault)
    if status in (401, 402, 403):
        return _no_permission(fault, status)
    if status in (408, 409, 429) or status >= 500:
        return _try_later(fault, status)
    return _invalid(fault, status, model)


def _broken_off(fault: ServerRefusal) -> ApiError:
    said = f"The server reported an error: {fault.said}" if fault.said else ""
    return CutOff(
        sentence(said or "The server reported an error and gave no reason"),
        kind=fault.kind,
        request_id=fault.request_id,
        retryable=True,
    )


def _redirected(fault: ServerRefusal) -> ApiError:
    goal = clean_line(urljoin(fault.url, fault.location or "")).split("?")[0]
    base = goal.removesuffix("/v1/messages").rstrip("/")
    where = (
        f" to {goal}, and redirects are not followed: set --base-url to {base} if you trust it."
        if fault.location
        else " and does not say where. Is the base URL right?"
    )
    return Unreachable(
        f"The server redirects ({fault.status}){where}",
        kind="redirect",
        http_status=fault.status,
        request_id=fault.request_id,
    )


def _no_api(fault: ServerRefusal, why: str) -> ApiError:
    """The error for what a plain web server answers to any POST; trying again does not
    help."""
    host = urlsplit(fault.url).netloc
    return Unreachable(
        f"{host} is not a Messages API server: {why} ({fault.status}). Is the base URL right?",
        kind=fault.kind or "not_an_api",
        http_status=fault.status,
        request_id=fault.request_id,
    )


def _proxy_wants_a_name(fault: ServerRefusal) -> ApiError:
    return Unreachable(
        "The proxy asks for a user name and a password (407): write them into its URL, as in"
        " http://NAME:PASSWORD@HOST:PORT.",
        kind="proxy",
        http_status=fault.status,
        request_id=fault.request_id,
    )


def _no_permission(fault: ServerRefusal, status: int) -> ApiError:
    what, advice = {
        401: ("The key was refused", KEY_ADVICE),
        402: ("The account cannot pay", "Look at the billing page of the console."),
        403: ("The key lacks the permission", "Use another key, model or workspace."),
    }[status]
    return NoPermission(
        f"{_headline(what, fault)} {advice}",
        kind=fault.kind,
        http_status=fault.status,
        request_id=fault.request_id,
    )


def _try_later(fault: ServerRefusal, status: int) -> ApiError:
    spent = status == 429 and _is_spent(fault)
    retryable = not spent and fault.should_retry != "false"
    return TryLater(
        f"{_headline(_busy(status, spent=spent), fault)} {_when(fault, retryable=retryable)}",
        kind=fault.kind,
        http_status=fault.status,
        request_id=fault.request_id,
        retryable=retryable,
        retry_after_s=fault.retry_after_s,
    )


def _is_spent(fault: ServerRefusal) -> bool:
    """A spending limit is a 429 whose type or code says so. Waiting does not lift it."""
    named = f"{fault.kind} {fault.code}"
    return fault.retry_after_s is None and _SPENT.search(named) is not None


def _busy(status: int, *, spent: bool) -> str:
    if spent:
        return "The account's limit is used up"
    match status:
        case 408 | 504:
            return "The server timed out"
        case 409:
            return "The server reports a conflict"
        case 429:
            return "Too many requests"
        case 529:
            return "The server is overloaded"
        case _:
            return "The server failed"


def _when(fault: ServerRefusal, *, retryable: bool) -> str:
    if not retryable:
        return "Trying again will not help."
    if fault.retry_after_s is None:
        return "Try again in a moment."
    return f"Try again in {format_wait(fault.retry_after_s)}."


def _invalid(fault: ServerRefusal, status: int, model: str | None) -> ApiError:
    kind = fault.kind
    if status == 404:
        message = _not_found(fault, model)
    elif status == 413:
        message = f"{_headline('The request is too large', fault)} Attach less."
    elif _REFUSED_THINKING.search(fault.said):
        kind = INVALID_SIGNATURE
        message = _headline("The server refused the reasoning of earlier turns", fault)
    else:
        message = _headline("The server refused the request", fault)
    return InvalidRequest(
        message, kind=kind, http_status=fault.status, request_id=fault.request_id
    )


def _not_found(fault: ServerRefusal, model: str | None) -> str:
    if model is not None and ("model" in fault.said.lower() or model in fault.said):
        said = "" if fault.said == f"model: {model}" else f": {fault.said}"
        line = sentence(f"There is no model {model}{_status(fault)}{said}")
        return f"{line} --list-models lists the models."
    if fault.kind is None and fault.status == 404:
        url = clean_line(fault.url)
        return (
            f"There is no Messages API at {url} (404). Is the base URL right, and the server"
            " new enough?"
        )
    return _headline("Not found", fault)


def _headline(what: str, fault: ServerRefusal) -> str:
    said = "" if fault.said.rstrip(".").lower() in ("", "overloaded") else f": {fault.said}"
    return sentence(f"{what}{_status(fault)}{said}")


def _status(fault: ServerRefusal) -> str:
    return f" ({fault.status})" if fault.status >= 400 else ""
