"""One reply: the SDK's stream as our events.

The SDK yields each delta twice, as it was on the wire and as a helper event once it has
been added to the message. RawEvent comes from the first and TextDelta from the second, so
that what is shown is exactly what the final message holds.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any, TypeAlias, cast

from anthropic import APIRequest, AsyncAnthropic, AsyncCallNext
from anthropic.lib.streaming import AsyncMessageStream, AsyncMessageStreamManager

from streamchat.api.clouds import CLOUDS
from streamchat.api.countdown import Countdown
from streamchat.api.event_stream import Tap, Wire
from streamchat.api.faults import list_faults, not_a_reply, translate
from streamchat.api.server import Deadlines, Server
from streamchat.api.wording import clean_line, redact_text
from streamchat.core.errors import ApiError, CutOff
from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    RawEvent,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import Block, JsonObject, Message, Usage

REQUEST_ID_HEADERS = ("request-id", "x-request-id", "x-amzn-requestid")
SdkStream: TypeAlias = "AsyncMessageStream[None]"


class ReplyStream:
    """The reply to one request, read once."""

    def __init__(
        self, client: AsyncAnthropic, server: Server, deadlines: Deadlines, params: JsonObject
    ) -> None:
        self._server = server
        self._faults = list_faults(server)
        self._model = str(params["model"])
        now = asyncio.get_running_loop().time
        self._tap = Tap(Countdown(deadlines, host=server.host, now=now))
        self._client = client.with_options(middleware=[self._tapped])
        self._params = params
        self._last_raw: JsonObject = self._tap.raw
        self._stop_details: JsonObject | None = None

    async def events(self) -> AsyncGenerator[Event]:
        """Send the request and yield what comes. Raises ApiError."""
        stream = await self._open()
        try:
            while (event := await self._next(stream)) is not None:
                raw = self._tap.raw
                if raw is not self._last_raw:
                    self._last_raw = raw
                    yield RawEvent(raw)
                    for ours in self._read(raw, event, stream):
                        yield ours
                elif event.type == "text":
                    yield TextDelta(event.text)
                elif event.type == "thinking":
                    yield ThinkingDelta(event.thinking)
                # Other helpers (citation, signature, input_json) are in their raw event.
            yield await self._finished(stream)
        except ApiError:
            if self._tap.raw is not self._last_raw:
                yield RawEvent(self._tap.raw)  # the event that broke it, an error event too
            raise
        finally:
            self._tap.countdown.stop()
            await stream.close()

    async def _open(self) -> SdkStream:
        quieten()
        manager: AsyncMessageStreamManager[None]
        manager = self._client.messages.stream(**self._params)
        try:
            with self._tap.countdown.waiting():
                return await manager.__aenter__()
        except self._faults as fault:
            self._tap.countdown.stop()
            raise translate(fault, self._server, self._model) from fault

    async def _tapped(self, request: APIRequest, call_next: AsyncCallNext) -> Any:
        """The SDK's middleware: put our reader of the wire under its accumulator."""
        response = await call_next(request)
        http = response.http_response
        if not http.is_success:
            return response
        self._tap.countdown.answered()
        kind = http.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != self._event_stream:
            await http.aclose()
            raise not_a_reply(http, self._server)
        return Wire(response=http, client=self._client, tap=self._tap)

    @property
    def _event_stream(self) -> str:
        platform = self._server.platform
        return CLOUDS[platform].event_stream if platform else "text/event-stream"

    async def _next(self, stream: SdkStream) -> Any:
        """The SDK's next event; None at the end."""
        try:
            return await anext(stream, None)
        except self._faults as fault:
            raise translate(fault, self._server, self._model) from fault

    def _read(self, raw: JsonObject, event: Any, stream: SdkStream) -> Iterable[Event]:
        """What an event on the wire means beside itself; deltas have helper events."""
        match raw.get("type"):
            case "message_start":
                return [self._started(stream)]
            case "content_block_start":
                return _block_started(_index(raw), _block(event.content_block))
            case "content_block_stop":
                return [BlockStopped(_index(raw), _block(event.content_block))]
            case "message_delta":
                self._note_stop_details(raw)
                return [UsageUpdated(_usage(stream.current_message_snapshot))]
            case _:
                return ()

    def _started(self, stream: SdkStream) -> Started:
        message = stream.current_message_snapshot
        model = message.model if isinstance(message.model, str) else self._model
        return Started(str(message.id or ""), model, _usage(message), self._request_id(stream))

    def _request_id(self, stream: SdkStream) -> str | None:
        """The API's own header, or what proxies and clouds call it."""
        headers = stream.response.headers
        found = next(filter(None, map(headers.get, REQUEST_ID_HEADERS)), None)
        return found and redact_text(clean_line(found), self._server.secrets)

    def _note_stop_details(self, raw: JsonObject) -> None:
        delta = raw.get("delta")
        details = delta.get("stop_details") if isinstance(delta, dict) else None
        if isinstance(details, dict):
            self._stop_details = details

    async def _finished(self, stream: SdkStream) -> Finished:
        if not self._tap.stopped:
            raise _cut_off(started=self._tap.started)
        final = await stream.get_final_message()
        if not isinstance(final.stop_reason, str):
            raise CutOff("The reply ended without a stop reason: it may not be whole.")
        message = Message(
            "assistant",
            tuple(_block(block) for block in final.content),
            model=final.model if isinstance(final.model, str) else self._model,
            stop_reason=final.stop_reason,
            usage=_usage(final),
            request_id=self._request_id(stream),
        )
        return Finished(message, self._stop_details)


def quieten() -> None:
    """What the SDK would say on stderr, said by the program in its own way or not at all:
    that a model ends (`deprecation`), and that a block is not known to the accumulator."""
    warnings.filterwarnings("ignore", "The model '", DeprecationWarning)
    warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)


def _block_started(index: int, block: Block) -> Iterator[Event]:
    """The start of a block; some servers put its first words there."""
    name = block.get("name")
    yield BlockStarted(index, str(block.get("type")), name if isinstance(name, str) else None)
    match block:
        case {"type": "text", "text": str(text)} if text:
            yield TextDelta(text)
        case {"type": "thinking", "thinking": str(text)} if text:
            yield ThinkingDelta(text)
        case _:
            pass


def _block(block: Any) -> Block:
    """The block as it is sent again: what the API gave, no defaults, nulls kept."""
    return cast(Block, block.to_dict(mode="json", warnings=False))


def _usage(message: Any) -> Usage:
    return Usage.from_wire(message.usage.to_dict(mode="json", warnings=False))


def _index(raw: JsonObject) -> int:
    index = raw.get("index")
    return index if isinstance(index, int) else 0


def _cut_off(*, started: bool) -> CutOff:
    if started:
        return CutOff("The reply was cut off before its end.", retryable=True)
    return CutOff("The server sent an empty reply.", kind="empty_reply", retryable=True)
