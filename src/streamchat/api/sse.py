"""Parses server-sent events from bytes cut anywhere, and the JSON in their data.

Reads what https://html.spec.whatwg.org/multipage/server-sent-events.html calls events, like
the SDK's own decoder, which cannot tell what has arrived so far. An event without an end at
the end of the body is dropped. Linear in the bytes.

Some servers leave out the blank line between events, or write each event as a line of JSON
without `data:`. Both are read: the specification gives such lines no other meaning.

In the JSON, a number that cannot be read, such as NaN, 1e999 or one of 5,000 digits, becomes
null: only its field is lost. Control characters that were not escaped are read. A byte of the
data that is not UTF-8, such as half a character, becomes U+FFFD.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from streamchat.api.params import cleaned
from streamchat.api.repair import KINDS, malformed
from streamchat.core.messages import DEEPEST, is_nested_deeper

LARGEST_EVENT = 32 * 1024 * 1024  # bytes


class ServerEvent(NamedTuple):
    """The fields of an event that the API uses."""

    event: str | None
    data: str


class EventDecoder:
    """Feed it bytes, and take all the events before the next bytes."""

    def __init__(self) -> None:
        self._unread: list[bytes] = []  # a line that has no end yet
        self._held = 0  # roughly the size of the event that is arriving
        self._name: str | None = None
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[ServerEvent]:
        """The events that are complete now."""
        # A CR at the very end may be half of a CRLF: the next byte tells.
        is_open = self._unread and self._unread[-1].endswith(b"\r")
        self._unread.append(piece)
        self._held += len(piece)
        if self._held > LARGEST_EVENT:
            malformed("an event is larger than 32 MB")
        if not (is_open or b"\n" in piece or b"\r" in piece):
            return
        text = b"".join(self._unread)
        end = max(text.rfind(b"\n"), text.rfind(b"\r", 0, -1)) + 1
        self._unread = [text[end:]]
        yield from self._lines(text[:end])
        self._held = len(text) - end + sum(map(len, self._data))

    def close(self) -> Iterator[ServerEvent]:
        """The last event, if the end of the body completes it."""
        rest, self._unread = b"".join(self._unread), []
        if rest.endswith(b"\r") or rest.startswith(b"{"):
            yield from self._lines(rest)

    @property
    def is_within_event(self) -> bool:
        """Whether an event has begun, or a line that may belong to one."""
        return bool(self._name or self._data or b"".join(self._unread).strip())

    def _lines(self, lines: bytes) -> Iterator[ServerEvent]:
        for line in lines.splitlines():
            if not line:
                if self._data or self._name:
                    yield ServerEvent(self._name, "\n".join(self._data))
                self._name, self._data = None, []
                continue
            if line.startswith(b"{"):
                yield ServerEvent(None, line.decode("utf-8", "replace"))
                continue
            name, _, value = line.decode("utf-8", "replace").partition(":")
            value = value.removeprefix(" ")
            if self._begins_event(name, value):
                yield ServerEvent(self._name, "\n".join(self._data))
                self._name, self._data = None, []
            if name == "data":
                self._data.append(value)
            elif name == "event":
                self._name = value or None

    def _begins_event(self, name: str, value: str) -> bool:
        """Whether this field belongs to an event after the current one: an event has one name,
        and in JSON no `}` comes before a `{`."""
        if name == "event":
            return self._name is not None and bool(self._data)
        is_whole = bool(self._data) and self._data[-1].endswith("}")
        return name == "data" and is_whole and value.startswith("{")


def begins_with_event(body: bytes) -> bool:
    """Whether the first line of the body is an event without `data:`."""
    data = parse_json(body.partition(b"\n")[0].decode("utf-8", "replace"))
    return isinstance(data, dict) and data.get("type") in (*KINDS, "ping")


def parse_json(text: str) -> Any:
    """The JSON value; None if the text is not JSON. Raises CutOff if it is nested too deep."""
    try:
        data = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    if text.count("{") + text.count("[") > DEEPEST and is_nested_deeper(data, DEEPEST):
        malformed("its JSON is nested too deep")
    # json.loads turns half of an escaped surrogate pair into a lone surrogate, which cannot be
    # printed.
    return cleaned(data) if "\\ud" in text.lower() else data


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _whole(digits: str) -> int | None:
    try:
        return int(digits)
    except ValueError:  # more digits than Python reads
        return None


_DECODER = json.JSONDecoder(
    parse_constant=lambda _name: None, parse_float=_finite, parse_int=_whole, strict=False
)
