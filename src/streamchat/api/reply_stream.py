"""One reply: the SDK's stream as our events.

The SDK yields each delta twice, as it was on the wire and as a helper event once it has
been added to the message. TextDelta comes from the second, so that what is shown is exactly
what the final message holds. A RawEvent is what the server sent, before any repair.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any, TypeAlias, cast

from anthropic import APIRequest, AsyncAnthropic, AsyncCallNext
from anthropic.lib.streaming import AsyncMessageStream, AsyncMessageStreamManager

from streamchat.api.countdown import Countdown
from streamchat.api.event_stream import Tap, Wire
from streamchat.api.faults import list_faults, translate, without_secrets
from streamchat.api.reencoding import readable_by_sdk
from streamchat.api.refusals import find_request_id
from streamchat.api.server import Deadlines, Server
from streamchat.api.wording import redact_text
from streamchat.core.errors import ApiError, CutOff
from streamchat.core.events import (
    PENDING,
    BlockStarted,
    BlockStopped,
    CacheDiagnosis,
    Event,
    Finished,
    RawEvent,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import (
    LONGEST_NAME,
    Block,
    JsonObject,
    Message,
    Usage,
    read_count,
)

SdkStream: TypeAlias = "AsyncMessageStream[None]"


class ReplyStream:
    """The reply to one request, read once."""

    def __init__(
        self,
        client: AsyncAnthropic,
        server: Server,
        deadlines: Deadlines,
        params: JsonObject,
        *,
        shows_raw: bool = True,
    ) -> None:
        """Without `shows_raw` there are no RawEvents: one for each delta costs time."""
        self._shows_raw = shows_raw
        self._server = server
        self._faults = list_faults(server)
        self._ends: tuple[type[Exception], ...] = (ApiError, *self._faults)
        self._model = str(params["model"])
        now = asyncio.get_running_loop().time
        self._tap = Tap(Countdown(deadlines, host=server.host, now=now))
        self._client = client.with_options(middleware=[self._tapped])
        self._params = params

    async def events(self) -> AsyncGenerator[Event]:
        """Send the request and yield the events of the reply. Raises ApiError."""
        stream = await self._open()
        try:
            async for event in stream:
                for raw in self._taken():
                    yield raw
                if event.type == "text":
                    yield TextDelta(event.text)
                elif event.type == "thinking":
                    yield ThinkingDelta(event.thinking)
                else:
                    for ours in self._read(event, stream):
                        yield ours
            end = self._finished(stream, None)
        except self._ends as fault:
            for raw in self._taken():
                yield raw  # the event that broke the stream, such as an error event
            end = self._finished(stream, self._translated(fault))
        finally:
            self._tap.countdown.stop()
            await stream.close()
        yield end

    def _taken(self) -> Iterable[RawEvent]:
        """The raw events that have not been passed on."""
        taken = list(map(RawEvent, self._tap.raws)) if self._shows_raw else ()
        self._tap.raws.clear()
        return taken

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
        """A middleware of the SDK: puts our reader of the wire under its accumulator."""
        response = await call_next(request)
        http = response.http_response
        if not http.is_success:
            return response
        self._tap.countdown.answered()
        wire = Wire(
            response=http,
            client=self._client,
            tap=self._tap,
            server=self._server,
            model=self._model,
        )
        return readable_by_sdk(wire, self._client)

    def _translated(self, fault: Exception) -> ApiError:
        if isinstance(fault, ApiError):
            return without_secrets(fault, self._server)
        return translate(fault, self._server, self._model)

    def _read(self, event: Any, stream: SdkStream) -> Iterable[Event]:
        """Our events for an event on the wire; deltas have helper events."""
        match event.type:
            case "message_start":
                return [self._started(stream)]
            case "content_block_start":
                return _block_started(event.index, _block(event.content_block))
            case "content_block_stop":
                return [BlockStopped(event.index, _block(event.content_block))]
            case "message_delta":
                return [UsageUpdated(_usage(stream.current_message_snapshot))]
            case _:
                return ()

    def _started(self, stream: SdkStream) -> Started:
        message = stream.current_message_snapshot
        id = str(message.id or "")[:LONGEST_NAME]
        model = self._model_of(message)
        return Started(
            id, model, _usage(message), self._request_id(stream), _read_diagnosis(message)
        )

    def _model_of(self, message: Any) -> str:
        """The model that answers, as the server says, if that is a name."""
        named = message.model
        is_name = isinstance(named, str) and 0 < len(named) <= LONGEST_NAME
        return named if is_name else self._model

    def _request_id(self, stream: SdkStream) -> str | None:
        found = find_request_id(stream.response)
        return found and redact_text(found, self._server.secrets)

    def _finished(self, stream: SdkStream, fault: ApiError | None) -> Finished:
        """The complete reply. Raises the fault, or another ApiError, if it is not complete."""
        repair = self._tap.repair
        if not repair.started or not (repair.stopped or repair.stop_reason):
            raise fault or _cut_off(started=repair.started or self._tap.is_torn)
        if fault is not None and not repair.stop_reason:
            raise fault
        try:
            message = self._message(stream)
        except self._faults as unreadable:
            raise translate(unreadable, self._server, self._model) from unreadable
        if message.stop_reason is None:
            raise CutOff("The reply ended without a stop reason: it may be incomplete.")
        remarks = () if repair.stopped and fault is None else (_unended(fault),)
        container = _container(stream.current_message_snapshot)
        return Finished(message, repair.stop_details, remarks, container)

    def _message(self, stream: SdkStream) -> Message:
        final = stream.current_message_snapshot
        return Message(
            "assistant",
            tuple(_block(block) for block in final.content),
            model=self._model_of(final),
            stop_reason=final.stop_reason if isinstance(final.stop_reason, str) else None,
            usage=_usage(final),
            request_id=self._request_id(stream),
            message_id=str(final.id)[:LONGEST_NAME] if _has_diagnosis(final) else None,
        )


def quieten() -> None:
    """Keep the SDK's warnings off stderr. The program itself warns about a model that ends
    (`deprecation`), and a block that the accumulator does not know does no harm."""
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
    """The block as it will be sent again: what the API sent, with nulls, without defaults."""
    return cast(Block, block.to_dict(mode="json", warnings=False))


def _usage(message: Any) -> Usage:
    return Usage.from_wire(message.usage.to_dict(mode="json", warnings=False))


def _has_diagnosis(message: Any) -> bool:
    """Whether the server answers the comparison at all, even with null."""
    return "diagnostics" in message.model_fields_set


def _read_diagnosis(message: Any) -> CacheDiagnosis | None:
    """The diagnosis in the start of a message."""
    if not _has_diagnosis(message):
        return None
    said = message.to_dict(mode="json", warnings=False).get("diagnostics")
    match said:
        case {"cache_miss_reason": {"type": str(reason), **rest}}:
            tokens = read_count(rest.get("cache_missed_input_tokens"))
            return CacheDiagnosis(reason, tokens)
        case {"cache_miss_reason": None}:
            return CacheDiagnosis(PENDING)
        case _:
            return CacheDiagnosis()


def _cut_off(*, started: bool) -> CutOff:
    if started:
        return CutOff("The reply was cut off before its end.", retryable=True)
    return CutOff("The server sent an empty reply.", kind="empty_reply", retryable=True)


def _container(message: Any) -> str:
    """The id of the container that the server used."""
    match message.to_dict(mode="json", warnings=False).get("container"):
        case {"id": str(id)}:
            return id
        case _:
            return ""


def _unended(fault: ApiError | None) -> str:
    """The remark about a reply that has a stop reason but no proper end."""
    if fault is None or isinstance(fault, CutOff):
        return "The answer is complete, although the server did not end the stream properly."
    return f"The answer is complete; then the server reported an error: {fault.message}"
