"""A source that masks the keys of the session in replies.

A server can repeat a key that it was sent. It is masked here, where a reply enters the
program, so the screen, the pipe, the file and every export get the same text. A thinking
block that holds a key loses its signature, which no longer fits; it is not sent back then.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from streamchat.core.errors import ApiError
from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    RawEvent,
    Started,
    TextDelta,
    ThinkingDelta,
)
from streamchat.core.key_mask import KeyMask, mask_value
from streamchat.core.messages import THINKING_TYPES, Block, JsonObject, Message, Request
from streamchat.core.ports import Source


@dataclass(frozen=True, slots=True)
class MaskedSource:
    """Wraps `source`; `show` returns the text that replaces a key."""

    source: Source
    keys: Sequence[str]
    show: Callable[[str], str]

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        """See ports.Source."""
        masked = _MaskedReply(self.keys, self.show)
        async with aclosing(self.source.stream(request)) as events:
            try:
                async for event in events:
                    for each in masked.feed(event):
                        yield each
            except ApiError:
                for each in masked.rest():
                    yield each
                raise

    async def count_tokens(self, request: Request) -> int:
        """See ports.Source."""
        return await self.source.count_tokens(request)


@dataclass(slots=True)
class _MaskedReply:
    keys: Sequence[str]
    show: Callable[[str], str]
    _text: KeyMask = field(init=False)
    _thinking: KeyMask = field(init=False)
    _raw: KeyMask = field(init=False)
    _words_of: JsonObject | None = None  # the last raw event, if it was a delta

    def __post_init__(self) -> None:
        self._text = KeyMask(self.keys, self.show)
        self._thinking = KeyMask(self.keys, self.show)
        self._raw = KeyMask(self.keys, self.show)

    def feed(self, event: Event) -> Iterator[Event]:
        match event:
            case TextDelta(text):
                if shown := self._text.feed(text):
                    yield event if shown == text else TextDelta(shown)
            case ThinkingDelta(text):
                if shown := self._thinking.feed(text):
                    yield event if shown == text else ThinkingDelta(shown)
            case RawEvent(data):
                yield from self._raw_event(data)
            case BlockStarted():
                yield from self.rest()
                yield event
            case BlockStopped():
                yield from self.rest()
                yield replace(event, block=self._block(event.block))
            case Started(message_id, model):
                mask = self._text.mask
                yield replace(event, message_id=mask(message_id), model=mask(model))
            case Finished(message):
                yield from self.rest()
                yield replace(event, message=self._message(message))
            case _:
                yield event

    def rest(self) -> Iterator[Event]:
        """What was held back because it could have been the start of a key."""
        if text := self._text.close():
            yield TextDelta(text)
        if thinking := self._thinking.close():
            yield ThinkingDelta(thinking)
        yield from self._rest_of_raw()

    def _message(self, message: Message) -> Message:
        mask = self._text.mask
        return replace(
            message,
            content=tuple(map(self._block, message.content)),
            model=message.model and mask(message.model),
            stop_reason=message.stop_reason and mask(message.stop_reason),
        )

    def _block(self, block: Block) -> Block:
        masked = self._json(block)
        if masked == block:
            return block
        if block.get("type") in THINKING_TYPES:
            masked.pop("signature", None)
        return masked

    def _json(self, data: Mapping[str, Any]) -> JsonObject:
        """The same object, with the keys masked in its texts."""
        masked: JsonObject = mask_value(dict(data), self._text.mask)
        return masked

    def _raw_event(self, data: JsonObject) -> Iterator[Event]:
        """The words of deltas are masked as one text, like those of the answer."""
        name, words = _words(data)
        if self._words_of is not None and not _continues(self._words_of, data):
            yield from self._rest_of_raw()
        if not name:
            yield RawEvent(self._json(data))
            return
        shown = self._raw.feed(words)
        self._words_of = data
        yield RawEvent(_with_words(data, name, shown))

    def _rest_of_raw(self) -> Iterator[Event]:
        """What was held back, as one more delta."""
        data, self._words_of = self._words_of, None
        if data is not None and (words := self._raw.close()):
            yield RawEvent(_with_words(data, _words(data)[0], words))


_WORDS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
}


def _words(data: JsonObject) -> tuple[str, str]:
    """The field of a delta that holds words, and the words; "" for any other event."""
    delta = data.get("delta")
    if not isinstance(delta, dict):
        return "", ""
    name = _WORDS.get(str(delta.get("type")), "")
    words = delta.get(name)
    return (name, words) if isinstance(words, str) else ("", "")


def _with_words(data: JsonObject, name: str, words: str) -> JsonObject:
    return {**data, "delta": {**data["delta"], name: words}}


def _continues(before: JsonObject, data: JsonObject) -> bool:
    """Whether both are deltas of one kind for one block."""
    is_same_block = before.get("index") == data.get("index")
    return is_same_block and _words(before)[0] == _words(data)[0]
