"""Merges deltas that arrived together into one.

Every later stage does some work for each delta. Merging changes nothing for them: the text is
the same and arrives at the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from streamchat.api.repair import BLOCK_DELTA, StreamEvent
from streamchat.core.errors import ApiError
from streamchat.core.messages import JsonObject

_WORDS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
}


def merge_deltas(events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
    """The events, with one delta for each run of deltas of one kind for one block. An
    exception of the iteration comes after the deltas before it."""
    first: JsonObject | None = None  # of the run
    name, words = "", [""]
    try:
        for kind, data in events:
            found = _words_of(data) if kind == BLOCK_DELTA else ""
            if first is not None and found and _continues(first, data):
                words.append(data["delta"][name])
                continue
            if first is not None:
                yield BLOCK_DELTA, _merged(first, name, words)
                first = None
            if found:
                first, name, words = data, found, [data["delta"][found]]
            else:
                yield kind, data
    except (ApiError, ValueError):
        if first is not None:
            yield BLOCK_DELTA, _merged(first, name, words)
        raise
    if first is not None:
        yield BLOCK_DELTA, _merged(first, name, words)


def _words_of(data: JsonObject) -> str:
    """The name of the field if the delta holds nothing but text; "" for any other delta."""
    delta = data["delta"]
    name = _WORDS.get(delta.get("type"), "")
    return name if len(delta) == 2 and isinstance(delta.get(name), str) else ""


def _continues(first: JsonObject, data: JsonObject) -> bool:
    same_block = first.get("index") == data.get("index")
    return same_block and first["delta"]["type"] == data["delta"]["type"]


def _merged(first: JsonObject, name: str, words: list[str]) -> JsonObject:
    if len(words) == 1:
        return first
    return {**first, "delta": {**first["delta"], name: "".join(words)}}
