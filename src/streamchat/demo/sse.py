"""The Messages API's form on the wire: replies as JSON and as events, errors, headers.

The events of a streamed reply are made from the whole message, so the two cannot differ.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from streamchat.core.messages import Block, JsonObject

Cut: TypeAlias = Callable[[str], Iterable[str]]

JSON_TYPE = "application/json"
EVENT_TYPE = "text/event-stream; charset=utf-8"
OVERLOADED = 529

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    504: "timeout_error",
    OVERLOADED: "overloaded_error",
}


class Refused(Exception):
    """The API answers this request with an error status."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def make_message_id(prefix: str) -> str:
    """An identifier like the API's: `msg_`, `req_` and 24 characters."""
    return f"{prefix}_{os.urandom(12).hex()}"


def error_type(status: int) -> str:
    """The API's name for an error status."""
    return _ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")


def build_error_object(kind: str, message: str, request_id: str | None) -> JsonObject:
    """The JSON body of every error."""
    error = {"type": kind, "message": message}
    return {"type": "error", "error": error, "request_id": request_id}


def encode(data: object) -> bytes:
    """JSON in UTF-8. A lone surrogate stays an escape."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One server-sent event."""

    name: str
    data: JsonObject

    def encode(self) -> bytes:
        return b"event: %b\ndata: %b\n\n" % (self.name.encode(), encode(self.data))

    @property
    def is_delta(self) -> bool:
        return self.name == "content_block_delta"


PING = SseEvent("ping", {"type": "ping"})


def error_event(kind: str, message: str, request_id: str | None = None) -> SseEvent:
    """The event that ends a stream that fails after its headers were sent."""
    return SseEvent("error", build_error_object(kind, message, request_id))


def build_events(message: JsonObject, cut: Cut) -> Iterator[SseEvent]:
    """The events of this message; `cut` cuts its texts into deltas."""
    yield _event("message_start", message=_unwritten(message))
    for index, block in enumerate(message["content"]):
        yield _event("content_block_start", index=index, content_block=_empty(block))
        if index == 0:
            yield PING
        for delta in _deltas(block, cut):
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    ending = {key: message.get(key) for key in ("stop_reason", "stop_sequence", "stop_details")}
    usage = {k: v for k, v in message["usage"].items() if k not in _START_USAGE_ONLY}
    yield _event("message_delta", delta=ending, usage=usage)
    yield _event("message_stop")


_START_USAGE_ONLY = frozenset({"cache_creation", "service_tier", "inference_geo"})


def _event(name: str, **fields: object) -> SseEvent:
    return SseEvent(name, {"type": name, **fields})


def _unwritten(message: JsonObject) -> JsonObject:
    usage = {k: v for k, v in message["usage"].items() if k != "output_tokens_details"}
    ending = {"stop_reason": None, "stop_sequence": None, "stop_details": None}
    return {**message, "content": [], **ending, "usage": {**usage, "output_tokens": 1}}


def _empty(block: Block) -> JsonObject:
    match block:
        case {"type": "text"}:
            return {**block, "text": "", **({"citations": []} if "citations" in block else {})}
        case {"type": "server_tool_use"}:
            return {**block, "input": {}}
        case {"type": "thinking"}:
            return {**block, "thinking": "", "signature": ""}
        case _:
            return dict(block)  # other kinds are complete in their start event


def _deltas(block: Block, cut: Cut) -> Iterator[JsonObject]:
    match block:
        case {"type": "text", "text": text}:
            for citation in block.get("citations") or ():
                yield {"type": "citations_delta", "citation": citation}
            for piece in cut(text):
                yield {"type": "text_delta", "text": piece}
        case {"type": "server_tool_use", "input": arguments}:
            for piece in cut(json.dumps(arguments)):
                yield {"type": "input_json_delta", "partial_json": piece}
        case {"type": "thinking", "thinking": thinking, "signature": signature}:
            for piece in cut(thinking):
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": signature}
