"""Repairs the events of a reply before the SDK accumulates them.

Servers that imitate the Messages API number blocks from 1, skip or repeat a number, omit a
start or a stop, stream thinking into a text block, or start the message twice. The SDK finds a
block by its position, so it loses that text or raises an IndexError.

Rules: no text is lost, and the order of the text is that of the final message. In the repaired
stream, blocks are numbered from 0 and only one is open at a time. A correct event is passed on
as the same object, at the cost of a few comparisons.

Knows only the API's event names. Must not know: the SDK, the socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

from streamchat.core.errors import CutOff
from streamchat.core.messages import JsonObject

START, STOP, ENDING = "message_start", "message_stop", "message_delta"
BLOCK_START, BLOCK_DELTA, BLOCK_STOP = (
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
)
KINDS = frozenset((START, BLOCK_START, BLOCK_DELTA, BLOCK_STOP, ENDING, STOP))

StreamEvent: TypeAlias = tuple[str, JsonObject]  # the type, and the whole event

# The block that a delta of this type belongs to, and the string that it must have.
_BLOCK_OF = {
    "text_delta": "text",
    "citations_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
}
_WORDS_OF = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
    "signature_delta": "signature",
    "text": "text",
    "thinking": "thinking",
}
_OPENS_A_BLOCK = frozenset(("text_delta", "thinking_delta"))
_ENDING_FIELDS = ("stop_reason", "stop_sequence", "stop_details")


def malformed(what: str) -> NoReturn:
    """Raises CutOff: the server does not speak this API."""
    raise CutOff(f"The server's reply is malformed: {what}.", kind="malformed_reply")


@dataclass(slots=True)
class StreamRepair:
    """One reply. Feed it every event of the API; it returns the events for the SDK."""

    started: bool = False
    stopped: bool = False
    stop_reason: str | None = None  # from the last message_delta
    _blocks: int = 0  # how many were started
    _kind: str = ""  # of the open block; "" when none is open
    _place: int = -1  # of the newest block
    _index: object = None  # what the server calls the newest block
    _is_blank: bool = True  # nothing was added to it
    _places: dict[object, int] = field(default_factory=dict)  # by the server's index
    _thinking_place: int | None = None  # of the newest thinking block
    _ending: JsonObject = field(default_factory=dict)
    _output_tokens: object = None

    @property
    def stop_details(self) -> JsonObject | None:
        """The API's object that explains a refusal."""
        details = self._ending.get("stop_details")
        return details if isinstance(details, dict) else None

    def feed(self, kind: str, data: JsonObject) -> Sequence[StreamEvent]:
        """Take the next event, one of KINDS or a whole "message"."""
        if kind == BLOCK_DELTA:
            return self._delta(data)
        match kind:
            case "message_start":
                return self._start(data)
            case "content_block_start":
                return [*self._begun(), *self._block_start(data)]
            case "content_block_stop":
                return self._block_stop(data)
            case "message_delta":
                return [*self._begun(), *self._message_delta(data)]
            case "message_stop":
                return self._stop(data)
            case _:
                return self._whole(data)

    # The message

    def _start(self, data: JsonObject) -> list[StreamEvent]:
        if self.started:
            return []  # some gateways send it twice
        self.started = True
        message = _object(data.get("message"))
        usage = {
            "input_tokens": None,
            "output_tokens": None,
            **_object(message.get("usage")),
        }
        empty = {**message, "content": [], "usage": usage}
        event = (START, {**data, "type": START, "message": empty})
        return [event, *self._whole_blocks(message.get("content"))]

    def _begun(self) -> list[StreamEvent]:
        """The message_start that the server left out."""
        return [] if self.started else self._start({})

    def _message_delta(self, data: JsonObject) -> list[StreamEvent]:
        """A later event does not undo what an earlier one said."""
        delta, usage = dict(_object(data.get("delta"))), dict(_object(data.get("usage")))
        reason = delta.get("stop_reason")
        if not isinstance(reason, str) or not reason.strip():
            delta["stop_reason"] = None
        for name in _ENDING_FIELDS:
            if delta.get(name) is None and name in self._ending:
                delta[name] = self._ending[name]
        self._ending = {name: delta[name] for name in _ENDING_FIELDS if delta.get(name)}
        self.stop_reason = delta["stop_reason"]
        if usage.get("output_tokens") is None:
            usage["output_tokens"] = self._output_tokens
        self._output_tokens = usage["output_tokens"]
        event = (ENDING, {**data, "type": ENDING, "delta": delta, "usage": usage})
        return [*(self._closed() if self.stop_reason else []), event]

    def _stop(self, data: JsonObject) -> list[StreamEvent]:
        self.stopped = True
        if not self.started:
            return []
        return [*self._closed(), (STOP, {**data, "type": STOP})]

    def _whole(self, message: JsonObject) -> list[StreamEvent]:
        """The events of a message that arrived in one piece."""
        bare = {k: v for k, v in message.items() if k not in ("content", *_ENDING_FIELDS)}
        ending = {name: message.get(name) for name in _ENDING_FIELDS}
        return [
            *self._start({"message": bare}),
            *self._whole_blocks(message.get("content")),
            *self._message_delta({"delta": ending, "usage": message.get("usage")}),
            *self._stop({}),
        ]

    def _whole_blocks(self, content: object) -> Iterable[StreamEvent]:
        blocks = content if isinstance(content, list) else [content]
        for block in blocks:
            whole = {"type": "text", "text": block} if isinstance(block, str) else block
            yield from self._block_start({"index": self._blocks, "content_block": whole})
            yield from self._closed()

    # Its blocks

    def _block_start(self, data: JsonObject) -> list[StreamEvent]:
        block = _with_type(_object(data.get("content_block")), _BLOCK_TYPES)
        kind, index = block.get("type"), _hashable(data.get("index"))
        if not isinstance(kind, str):
            return []  # the first delta will open a block of the right kind
        if self._kind == kind and self._is_blank and index == self._index:
            return []  # the same start once more
        return self._opened(kind, index, {**data, "content_block": _with_words(block)})

    def _opened(self, kind: str, index: object, start: JsonObject) -> list[StreamEvent]:
        closing = self._closed()
        self._place = self._places[index] = self._blocks
        self._blocks += 1
        self._kind, self._index, self._is_blank = kind, index, True
        if kind == "thinking":
            self._thinking_place = self._place
        event = {**start, "type": BLOCK_START, "index": self._place}
        return [*closing, (BLOCK_START, event)]

    def _block_stop(self, data: JsonObject) -> list[StreamEvent]:
        index = _hashable(data.get("index"))
        if index != self._index and index in self._places:
            return []  # opening another block has closed this one
        return self._closed(data)

    def _closed(self, data: JsonObject | None = None) -> list[StreamEvent]:
        if not self._kind:
            return []
        self._kind = ""
        return [(BLOCK_STOP, {**(data or {}), "type": BLOCK_STOP, "index": self._place})]

    def _delta(self, data: JsonObject) -> Sequence[StreamEvent]:
        delta, index = data.get("delta"), data.get("index")
        if (
            isinstance(delta, dict)
            and isinstance(kind := delta.get("type"), str)
            and index.__class__ is int
            and index == self._index == self._place
            and _BLOCK_OF.get(kind) == self._kind  # "" for no open block: never equal
            and isinstance(delta.get(_WORDS_OF.get(kind, "type")), str)
            and "type" in data
        ):
            self._is_blank = False
            return ((BLOCK_DELTA, data),)  # most events are these
        return self._odd_delta(data)

    def _odd_delta(self, data: JsonObject) -> list[StreamEvent]:
        said = data.get("delta")
        bare = {"text": said} if isinstance(said, str) else _object(said)
        delta = _with_words(_with_type(bare, _DELTA_TYPES))
        index = _hashable(data.get("index"))
        opening = self._begun()
        if delta.get("type") in _OPENS_A_BLOCK:
            opening += self._made_room(_BLOCK_OF[delta["type"]], index)
            place: int | None = self._place
        else:
            place = self._place_of(delta.get("type"), index)
        if place is None:
            return opening
        self._is_blank = self._is_blank and place != self._place
        event = {**data, "type": BLOCK_DELTA, "index": place, "delta": delta}
        return [*opening, (BLOCK_DELTA, event)]

    def _made_room(self, kind: str, index: object) -> list[StreamEvent]:
        """Open a block of that kind, unless the open block can hold the text."""
        is_its = index is None or index == self._index or index not in self._places
        if self._kind == kind and is_its:
            return []
        start = {"content_block": _with_words({"type": kind})}
        return self._opened(kind, index, start)

    def _place_of(self, kind: object, index: object) -> int | None:
        """The block of a delta without text; None if there is no such block."""
        if kind == "signature_delta":
            return self._thinking_place
        if kind == "citations_delta" and self._kind != "text":
            return None
        return self._places.get(index, self._place if self._blocks else None)


_DELTA_TYPES = {
    "text": "text_delta",
    "thinking": "thinking_delta",
    "partial_json": "input_json_delta",
    "signature": "signature_delta",
    "citation": "citations_delta",
}
_BLOCK_TYPES = {"text": "text", "thinking": "thinking"}


def _with_type(part: JsonObject, types: dict[str, str]) -> JsonObject:
    """A block or a delta with the type that its fields imply."""
    if isinstance(part.get("type"), str):
        return part
    found = next((kind for name, kind in types.items() if name in part), None)
    return {**part, "type": found} if found else part


def _with_words(part: JsonObject) -> JsonObject:
    """A block or a delta with the string that its type requires."""
    name = _WORDS_OF.get(str(part.get("type")))
    if name is None or isinstance(part.get(name), str):
        return part
    if part.get(name) is not None:
        malformed(f"{name} is not a string")
    return {**part, name: ""}


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _hashable(index: object) -> object:
    return index if isinstance(index, (int, float, str)) else None
