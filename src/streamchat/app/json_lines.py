"""Lines of JSON for programs: how one is written, and the object that tells of an error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TextIO

from streamchat.core.errors import ApiError, StreamchatError

if TYPE_CHECKING:
    from streamchat.core.messages import JsonObject


def write_line(stream: TextIO, value: JsonObject) -> None:
    """Write one JSON object as one line and flush. ASCII, because some readers also split
    lines at other Unicode line separators."""
    stream.write(json.dumps(value) + "\n")
    stream.flush()


def format_error(error: StreamchatError, message: str) -> JsonObject:
    """The error object for stderr when the output is JSON; `message` is the error's
    message, redacted."""
    api = error if isinstance(error, ApiError) else None
    return {
        "error": {
            "type": error.kind,
            "message": message,
            "status": int(error.status),
            "http_status": api.http_status if api else None,
            "retryable": error.retryable,
            "request_id": api.request_id if api else None,
            **({"partial": error.partial} if error.partial else {}),
        }
    }
