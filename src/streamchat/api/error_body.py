"""Reads what a server says in an error: its words, and its name for the error.

The Messages API answers {"error": {"type", "message"}}. Other servers answer like FastAPI,
OpenAI, Google, AWS or a proxy: with an array, with plain words, or with the words under
another name. This module reads all of these. Must not know: the SDK, our errors.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from streamchat.api.wording import clean_line
from streamchat.core.messages import is_nested_deeper

_MOST_SAID = 3  # messages of a list of errors
_LONGEST_NAME = 80
_DEEPEST = 6  # how many levels are searched for words
_DEEPEST_SHOWN = 64  # how many levels JSON without words has that is shown itself
_WORDS = (
    *("message", "detail", "error_description", "msg", "reason", "description", "title"),
    *("Message", "errorMessage", "error_message"),
)
_LISTS = ("error", "errors", "detail")
_ERROR_FIELDS = frozenset(("error", "errors", "detail", "__type", *_WORDS))
_KIND_FIELDS = ("type", "__type", "status")  # Anthropic and OpenAI, AWS, Google
_CODE_FIELDS = ("error_code", "code", "status_code", "status", "http_status", "statusCode")
_MARKUP = re.compile(r"(?i)\s*<(!doctype|html|head|body|\?xml|error)")
_IN_MARKUP = re.compile(r"(?is)<(title|message|faultstring)\b[^<>]*>([^<]{1,2000})</\1")
_LONGEST_MARKUP = 65536  # characters that are searched
_STATUS = range(400, 600)

# Names of errors without "error", "exception" and punctuation, and the status that each has.
_STATUSES = {
    400: "invalidrequest badrequest validation invalidargument failedprecondition outofrange"
    " contextlengthexceeded contextwindowexceeded contentpolicyviolation contentfilter",
    401: "authentication unauthorized unauthenticated invalidapikey unrecognizedclient"
    " expiredtoken invalidauthentication",
    402: "billing paymentrequired",
    403: "permission permissiondenied forbidden accessdenied",
    404: "notfound modelnotfound resourcenotfound",
    408: "requesttimeout",
    409: "conflict aborted",
    413: "requesttoolarge payloadtoolarge contenttoolarge",
    422: "unprocessableentity",
    429: "ratelimit ratelimitexceeded toomanyrequests throttling resourceexhausted"
    " quotaexceeded insufficientquota servicequotaexceeded",
    500: "api server internal internalserver internalfailure modelstream",
    503: "unavailable serviceunavailable modelnotready",
    504: "timeout deadlineexceeded gatewaytimeout modeltimeout",
    529: "overloaded engineoverloaded serveroverloaded",
}
_STATUS_OF = {name: status for status, names in _STATUSES.items() for name in names.split()}

# The status that words imply, for servers that give neither a name nor a number.
_STATUS_OF_WORDS = tuple(
    (status, re.compile(f"(?i){words}"))
    for status, words in (
        (529, r"\boverload|at capacity|\btoo busy\b"),
        (429, r"too many requests|rate.?limit"),
        (503, r"service (temporarily )?unavailable|temporarily unavailable|no backend"),
        (504, r"gateway time-?out|upstream.*timed? ?out"),
        (500, r"internal (server )?error|bad gateway"),
        (401, r"unauthori[sz]ed|invalid (x-)?api.?key|authentication (failed|required)"),
        (403, r"\bforbidden\b|access denied|permission denied"),
        (404, r"model\b.*\b(not found|does not exist|is unknown)"),
        (400, r"bad request|context (length|window)|prompt is too long"),
    )
)


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What the server said. `status` is the HTTP status that the body implies."""

    words: str = ""
    kind: str | None = None  # the error's own name
    code: str = ""
    status: int | None = None
    request_id: str | None = None


def is_error(body: object) -> bool:
    """Whether a JSON value under a success status reports an error."""
    if isinstance(body, list):
        return any(isinstance(item, Mapping) and is_error(item) for item in body[:_MOST_SAID])
    if not isinstance(body, Mapping) or "content" in body or "choices" in body:
        return False
    told = (name for name, value in body.items() if value and not _is_part(name, value))
    return not _ERROR_FIELDS.isdisjoint(told)


def _is_part(name: str, value: object) -> bool:
    """Whether a field that would hold words holds an object, such as Ollama's message."""
    return name in _WORDS and isinstance(value, Mapping)


def read_error(body: object) -> ErrorBody:
    """Read the body of an error: JSON of any shape, or text."""
    if isinstance(body, str):
        body = _from_json(body)
    found = _read(body, _DEEPEST)
    if not (found.words or found.kind or found.code) and body and not isinstance(body, str):
        found = replace(found, words=_shown(body))
    words = clean_line(_out_of_markup(found.words))
    implied = _status_of_name(found.kind) or _status_of_name(found.code)
    return replace(
        found,
        words=words,
        kind=clean_line(found.kind)[:_LONGEST_NAME] if found.kind else None,
        status=implied or found.status or _status_of_words(words),
        request_id=_text(body.get("request_id")) if isinstance(body, Mapping) else None,
    )


def decode_body(body: bytes) -> str:
    """A body as text: UTF-8, or UTF-16 and UTF-32 as far as they can be told."""
    return body.decode(json.detect_encoding(body), "replace")


def _from_json(text: str) -> object:
    """Parse JSON that the SDK takes for text because of its first characters."""
    bare = text.lstrip("\ufeff \r\n")
    if not bare.startswith(("{", "[")):
        return text
    try:
        return json.loads(bare)
    except (ValueError, RecursionError):
        return text


def _shown(body: object) -> str:
    """The JSON itself, if no field in it is known to hold words."""
    return (
        "" if is_nested_deeper(body, _DEEPEST_SHOWN) else json.dumps(body, ensure_ascii=False)
    )


def _out_of_markup(words: str) -> str:
    """The title of a page or the message of an XML error; "" for other markup."""
    if not _MARKUP.match(words):
        return words
    found = _IN_MARKUP.search(words[:_LONGEST_MARKUP])
    return html.unescape(found[2]) if found else ""


def _read(body: object, deep: int) -> ErrorBody:
    match body:
        case str():
            return ErrorBody(body)
        case Mapping() if deep:
            return _read_object(body, deep - 1)
        case [*items] if deep:
            return _read_list(items, deep - 1)
        case _:
            return ErrorBody()


def _read_object(body: Mapping[str, object], deep: int) -> ErrorBody:
    """The innermost object that has words, completed from the outer ones."""
    outer = ErrorBody(
        words=next(_texts(body, _WORDS), ""),
        kind=next((kind for kind in _texts(body, _KIND_FIELDS) if kind != "error"), None),
        code=_code(body),
        status=_status(body),
    )
    for name in _LISTS:
        match body.get(name):
            case str(text) if not outer.words:
                outer = replace(outer, words=text)
            case Mapping() | [*_] as value:
                return _first_of(_read(value, deep), outer)
            case _:
                pass
    return outer


def _first_of(inner: ErrorBody, outer: ErrorBody) -> ErrorBody:
    return ErrorBody(
        words=inner.words or outer.words,
        kind=inner.kind or outer.kind,
        code=inner.code or outer.code,
        status=inner.status or outer.status,
    )


def _read_list(items: Sequence[object], deep: int) -> ErrorBody:
    """Google sends an array of errors, FastAPI one of invalid fields."""
    read = [_read_field(item) or _read(item, deep) for item in items[:_MOST_SAID]]
    if not read:
        return ErrorBody()
    words = "; ".join(error.words for error in read if error.words)
    return replace(read[0], words=words)


def _read_field(item: object) -> ErrorBody | None:
    match item:
        case {"loc": [*place], "msg": str(what)}:
            where = ".".join(str(step) for step in place if step != "body")
            return ErrorBody(f"{where}: {what}" if where else what, status=422)
        case _:
            return None


def _texts(body: Mapping[str, object], names: Sequence[str]) -> Iterator[str]:
    return (text for name in names if (text := _text(body.get(name))))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _code(body: Mapping[str, object]) -> str:
    details = body.get("details")
    inner = details.get("error_code") if isinstance(details, Mapping) else None
    return _text(inner) or next(_texts(body, ("error_code", "code")), "")


def _status(body: Mapping[str, object]) -> int | None:
    for name in _CODE_FIELDS:
        value = body.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
            value = int(value)
        if isinstance(value, int) and value in _STATUS:
            return value
    return None


def _status_of_name(name: str | None) -> int | None:
    plain = re.sub(r"[^a-z]", "", (name or "").rpartition("#")[2].lower())
    return _STATUS_OF.get(plain.removesuffix("error").removesuffix("exception"))


def _status_of_words(words: str) -> int | None:
    if not words:
        return None
    return next((status for status, says in _STATUS_OF_WORDS if says.search(words)), None)
