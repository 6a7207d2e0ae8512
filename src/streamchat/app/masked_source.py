"""A source whose replies do not show the keys of the session.

A server can repeat a key that it was sent. It is masked here, where a reply enters the
program, so the screen, the pipe, the file and every export get the same text. A thinking
block that holds a key loses its signature, which no longer fits; it is not sent back then.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    RawEvent,
    TextDelta,
    ThinkingDelta,
)
from streamchat.core.key_mask import KeyMask
from streamchat.core.messages import THINKING_TYPES, Block, JsonObject, Message, Request
from streamchat.core.ports import Source


@dataclass(frozen=True, slots=True)
class MaskedSource:
    """Wraps `source`; `show` returns what stands in the place of a key."""

    source: Source
    keys: Sequence[str]
    show: Callable[[str], str]

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        """See ports.Source."""
        masked = _MaskedReply(self.keys, self.show)
        async with aclosing(self.source.stream(request)) as events:
            async for event in events:
                for each in masked.feed(event):
                    yield each

    async def count_tokens(self, request: Request) -> int:
        """See ports.Source."""
        return await self.source.count_tokens(request)


@dataclass(slots=True)
class _MaskedReply:
    keys: Sequence[str]
    show: Callable[[str], str]
    _text: KeyMask = field(init=False)
    _thinking: KeyMask = field(init=False)

    def __post_init__(self) -> None:
        self._text = KeyMask(self.keys, self.show)
        self._thinking = KeyMask(self.keys, self.show)

    def feed(self, event: Event) -> Iterator[Event]:
        match event:
            case TextDelta(text):
                if shown := self._text.feed(text):
                    yield event if shown == text else TextDelta(shown)
            case ThinkingDelta(text):
                if shown := self._thinking.feed(text):
                    yield event if shown == text else ThinkingDelta(shown)
            case RawEvent(data):
                yield RawEvent(self._json(data))
            case BlockStarted():
                yield from self._rest()
                yield event
            case BlockStopped():
                yield from self._rest()
                yield replace(event, block=self._block(event.block))
            case Finished(message):
                yield from self._rest()
                yield replace(event, message=self._message(message))
            case _:
                yield event

    def _rest(self) -> Iterator[Event]:
        if text := self._text.close():
            yield TextDelta(text)
        if thinking := self._thinking.close():
            yield ThinkingDelta(thinking)

    def _message(self, message: Message) -> Message:
        return replace(message, content=tuple(map(self._block, message.content)))

    def _block(self, block: Block) -> Block:
        masked = self._json(block)
        if masked == block:
            return block
        if block.get("type") in THINKING_TYPES:
            masked.pop("signature", None)
        return masked

    def _json(self, data: Mapping[str, Any]) -> JsonObject:
        """The same object, with the keys masked in its texts."""
        masked: JsonObject = self._value(dict(data))
        return masked

    def _value(self, value: Any) -> Any:
        match value:
            case str():
                return self._text.mask(value)
            case dict():
                return {name: self._value(each) for name, each in value.items()}
            case list():
                return [self._value(each) for each in value]
            case _:
                return value
