"""A Request as the keyword arguments of `client.messages.stream`.

Rule: characters that the API or the encoder refuses (a lone surrogate, NUL) become U+FFFD.
Everything else is sent byte for byte, because thinking signatures are bound to it.
"""

from __future__ import annotations

import json
from typing import Any

from streamchat.core.errors import InvalidRequest
from streamchat.core.messages import JsonObject, Request

LARGEST_BYTES = 32 * 1024 * 1024
_MOST_BYTES_A_CHARACTER = 6  # a control character is \u001f in JSON
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_THINKING: dict[str, JsonObject] = {
    "adaptive": {"type": "adaptive", "display": "summarized"},
    "hidden": {"type": "adaptive", "display": "omitted"},
    "off": {"type": "disabled"},
}


def reply_params(request: Request) -> JsonObject:
    """The arguments of `messages.stream`. Raises InvalidRequest if the request is too large."""
    params = {"max_tokens": request.max_tokens, **prompt_params(request)}
    if request.stop:
        params["stop_sequences"] = list(request.stop)
    if request.extra:
        params["extra_body"] = cleaned(dict(request.extra))
    if request.cache:
        ttl = {"ttl": request.cache_ttl} if request.cache_ttl != "5m" else {}
        params["cache_control"] = {"type": "ephemeral", **ttl}
    return within_limit(params)


def prompt_params(request: Request) -> JsonObject:
    """The part of the request that `messages.count_tokens` takes too."""
    params: JsonObject = {
        "model": cleaned(request.model),
        "messages": [cleaned(message.to_wire()) for message in request.messages],
    }
    if request.system:
        params["system"] = cleaned(request.system)
    if request.thinking is not None:
        params["thinking"] = dict(_THINKING[request.thinking])
    if request.tools:
        params["tools"] = [dict(tool) for tool in request.tools]
    output: JsonObject = {} if request.effort is None else {"effort": request.effort}
    if request.schema is not None:
        output["format"] = {"type": "json_schema", "schema": request.schema}
    return params | {"output_config": output} if output else params


def within_limit(params: JsonObject) -> JsonObject:
    """The same arguments. Raises InvalidRequest if the server would refuse their size."""
    # Encoding 30 MB takes 0.3 s, so a request that cannot be too large is not encoded.
    if _characters(params) * _MOST_BYTES_A_CHARACTER <= LARGEST_BYTES:
        return params
    size = len(json.dumps(params, ensure_ascii=False, separators=(",", ":")).encode())
    if size > LARGEST_BYTES:
        raise InvalidRequest(
            f"The request has {size / 2**20:.1f} MB, and the API takes 32 MB:"
            " attach less, or begin a new conversation with /new.",
            kind="request_too_large",
        )
    return params


def cleaned(value: Any) -> Any:
    """The JSON value without lone surrogates and NULs."""
    match value:
        case str():
            return _cleaned_text(value)
        case dict():
            return {cleaned(name): cleaned(item) for name, item in value.items()}
        case list() | tuple():
            return [cleaned(item) for item in value]
        case _:
            return value


def _cleaned_text(text: str) -> str:
    text = text.replace("\0", REPLACEMENT)
    try:
        text.encode()  # much faster than looking at each character
    except UnicodeEncodeError:
        # The two halves of a character that were stored apart are joined.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _characters(value: Any) -> int:
    match value:
        case str():
            return len(value)
        case dict():
            return sum(len(name) + _characters(item) + 6 for name, item in value.items())
        case list():
            return sum(_characters(item) + 1 for item in value)
        case _:
            return 24  # the longest number
