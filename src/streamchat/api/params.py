"""A Request as the keyword arguments of `client.messages.stream`.

Rule: characters that the API or the encoder refuses (a lone surrogate, NUL) become U+FFFD.
Everything else is sent byte for byte, because thinking signatures are bound to it.

The prompt cache always has a point after the last turn. A long system prompt and long
attachments get points of their own, so that they stay in the cache when a later turn is
edited, asked again or abandoned; the API allows four. Short parts get none: no server caches
so little, and not every server accepts points inside the parts. A system message at the end
gets one before it: the API has skipped the point after the last turn there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from streamchat.core.capabilities import reads_documents
from streamchat.core.errors import InvalidRequest
from streamchat.core.messages import JsonObject, Request
from streamchat.core.reply import CHARACTERS_PER_TOKEN

_LEAST_CHARACTERS = 1024 * CHARACTERS_PER_TOKEN
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
    if request.compared_with is not None:
        params["diagnostics"] = {"previous_message_id": request.compared_with or None}
    if request.container:
        params["container"] = request.container
    if request.extra:
        params["extra_body"] = cleaned(dict(request.extra))
    if request.cache:
        params = with_cache_points(params, request.cache_ttl)
    return within_limit(params)


def prompt_params(request: Request) -> JsonObject:
    """The part of the request that `messages.count_tokens` takes too."""
    params: JsonObject = {
        "model": cleaned(request.model),
        "messages": [cleaned(message) for message in _messages(request)],
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


def _messages(request: Request) -> list[JsonObject]:
    messages = [message.to_wire() for message in request.messages]
    if reads_documents(request.model):
        return messages
    from streamchat.api.plain_documents import without_documents  # for other models only

    return [without_documents(message) for message in messages]


def with_cache_points(params: JsonObject, ttl: str) -> JsonObject:
    """A copy of the arguments of a request, with cache points."""
    point = {"type": "ephemeral", **({"ttl": ttl} if ttl != "5m" else {})}
    system = params.get("system")
    if isinstance(system, str) and len(system) >= _LEAST_CHARACTERS:
        block = {"type": "text", "text": system, "cache_control": point}
        params = {**params, "system": [block]}
    messages = list(params["messages"])
    places = {}
    asked = [at for at, each in enumerate(messages) if each["role"] == "user"]
    if asked and messages[-1]["role"] == "system":
        places[asked[-1]] = len(messages[asked[-1]]["content"])
    for at in reversed(asked):
        if place := _last_attachment(messages[at]["content"]):
            places.setdefault(at, place)
            break
    for at, place in places.items():
        marked = list(messages[at]["content"])
        marked[place - 1] = {**marked[place - 1], "cache_control": point}
        messages[at] = {**messages[at], "content": marked}
    return {**params, "messages": messages, "cache_control": point}


def _last_attachment(content: object) -> int:
    """The number of the last attached block if the attachments are long, else 0."""
    blocks = content if isinstance(content, list) else []
    sizes = [_size(block) for block in blocks]
    if sum(sizes) < _LEAST_CHARACTERS:
        return 0
    return max(number for number, size in enumerate(sizes, 1) if size)


def _size(block: Mapping[str, object]) -> int:
    """The size of an attached block; an address counts as long."""
    source = block.get("source")
    if block.get("type") not in ("document", "image") or not isinstance(source, Mapping):
        return 0
    data = source.get("data")
    return len(data) if isinstance(data, str) else _LEAST_CHARACTERS


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
