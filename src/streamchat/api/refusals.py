"""What a server said no with, an error response or an error event, as our error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import anthropic

from streamchat.api.wording import clean_line, retry_after_s, sentence
from streamchat.core.errors import (
    INVALID_SIGNATURE,
    ApiError,
    CutOff,
    InvalidRequest,
    NoPermission,
    TryLater,
    Unreachable,
)

_TYPE_STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_SIGNATURE = re.compile(r"(?i)invalid\W+signature\W+in\W+thinking|thinking.*signature.*invalid")
_SPENT = re.compile(r"(?i)spend|billing|quota|credit|balance|usage limit|limit_reached|on_hold")
_MARKUP = re.compile(r"(?i)\s*<(!doctype|html|head|body|\?xml)")


@dataclass(frozen=True, slots=True)
class ServerRefusal:
    """An error response, or an error event, as far as the server said anything."""

    status: int
    kind: str | None
    said: str
    code: str
    request_id: str | None
    retry_after_s: float | None
    should_retry: str | None
    location: str | None
    url: str


def refused(error: anthropic.APIStatusError, model: str | None) -> ApiError:
    """The error of our tree for it; `model` is the one that was asked."""
    return _refused(_read(error), model)


def _read(error: anthropic.APIStatusError) -> ServerRefusal:
    headers = error.response.headers
    after = headers.get("retry-after")
    return ServerRefusal(
        status=error.status_code,
        kind=error.type if isinstance(error.type, str) else None,
        said=_said(error),
        code=error.error_code or "",
        request_id=error.request_id or _request_id(error.body),
        retry_after_s=retry_after_s(after, now=datetime.now(UTC)),
        should_retry=headers.get("x-should-retry"),
        location=headers.get("location"),
        url=str(error.request.url),
    )


def _said(error: anthropic.APIStatusError) -> str:
    """The server's words, if they are words."""
    if isinstance(error.api_message, str):
        return clean_line(error.api_message)
    match error.body:
        case {"error": str(text)} | {"message": str(text)} | {"detail": str(text)} | str(text):
            return "" if _MARKUP.match(text) else clean_line(text)
        case _:
            return ""


def _request_id(body: object) -> str | None:
    return body["request_id"] if _has_request_id(body) else None  # type: ignore[index]


def _has_request_id(body: object) -> bool:
    return isinstance(body, dict) and isinstance(body.get("request_id"), str)


def _refused(fault: ServerRefusal, model: str | None) -> ApiError:
    # An error event comes with the status of its stream, 200; its type says what it is.
    status = fault.status
    if status < 300:
        status = _TYPE_STATUSES.get(fault.kind or "", 200)
    if status < 300:
        return _broken_off(fault)
    if status < 400:
        return _redirected(fault)
    if status == 501:
        return _no_api(fault)
    if status in (401, 402, 403):
        return _no_permission(fault, status)
    if status in (408, 409, 429) or status >= 500:
        return _try_later(fault, status)
    return _invalid(fault, status, model)


def _broken_off(fault: ServerRefusal) -> ApiError:
    said = sentence(fault.said or "it gave no reason")
    return CutOff(
        f"The server broke off the reply: {said}",
        kind=fault.kind,
        request_id=fault.request_id,
        retryable=True,
    )


def _redirected(fault: ServerRefusal) -> ApiError:
    goal = clean_line(urljoin(fault.url, fault.location or "")).split("?")[0]
    base = goal.removesuffix("/v1/messages").rstrip("/")
    return Unreachable(
        f"The server redirects ({fault.status}) to {goal}, and redirects are not followed:"
        f" set --base-url to {base} if you trust it.",
        kind="redirect",
        http_status=fault.status,
        request_id=fault.request_id,
    )


def _no_api(fault: ServerRefusal) -> ApiError:
    """What a plain web server says to any POST; it will not learn it by and by."""
    host = urlsplit(fault.url).netloc
    return Unreachable(
        f"{host} is no Messages API server: it does not know how to answer (501)."
        " Is the base URL right?",
        kind=fault.kind or "not_an_api",
        http_status=fault.status,
        request_id=fault.request_id,
    )


def _no_permission(fault: ServerRefusal, status: int) -> ApiError:
    what, advice = {
        401: ("The key was refused", "Check ANTHROPIC_API_KEY, or the key of this profile."),
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
    """A spending limit comes as a 429 too; it has no retry-after and does not heal."""
    return fault.retry_after_s is None and bool(_SPENT.search(f"{fault.code} {fault.said}"))


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
    return f"Try again in {fault.retry_after_s:.0f} s."


def _invalid(fault: ServerRefusal, status: int, model: str | None) -> ApiError:
    kind = fault.kind
    if status == 404:
        message = _not_found(fault, model)
    elif status == 413:
        message = f"{_headline('The request is too large', fault)} Attach less."
    elif _SIGNATURE.search(fault.said):
        kind = INVALID_SIGNATURE
        message = (
            "The reasoning of earlier turns is bound to a history that has changed since:"
            " it must be left out."
        )
    else:
        message = _headline("The server refused the request", fault)
    return InvalidRequest(
        message, kind=kind, http_status=fault.status, request_id=fault.request_id
    )


def _not_found(fault: ServerRefusal, model: str | None) -> str:
    if model is not None and ("model" in fault.said.lower() or model in fault.said):
        return f"There is no model {model} (404). --list-models shows which there are."
    if fault.kind is None:
        url = clean_line(fault.url)
        return f"There is no Messages API at {url} (404). Is --base-url right?"
    return _headline("Not found", fault)


def _headline(what: str, fault: ServerRefusal) -> str:
    status = f" ({fault.status})" if fault.status >= 400 else ""
    said = "" if fault.said.rstrip(".").lower() in ("", "overloaded") else f": {fault.said}"
    return sentence(f"{what}{status}{said}")
