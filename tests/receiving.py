"""One request to a server, and all that came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from server import ScriptedServer
from streamchat.api import ApiClient, Deadlines, Server
from streamchat.core.errors import ApiError
from streamchat.core.events import Event, Finished, RawEvent, TextDelta, ThinkingDelta
from streamchat.core.messages import JsonObject, Message, Request, user_message
from streamchat.core.reply import ReplyFold

T = TypeVar("T")

CANARY = "sk-ant-api03-canary_K3Y-that-must-never-be-seen"
REQUEST = Request("claude-sonnet-5-5", (user_message("hello"),), max_tokens=1000)


@dataclass(frozen=True, slots=True)
class Received:
    """The events in order, what ended them, and the message that a Turn made of them."""

    events: list[Event]
    error: ApiError | None
    kept: Message | None

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def raw(self) -> list[JsonObject]:
        """What the server sent, event by event."""
        return [event.data for event in self.events if isinstance(event, RawEvent)]

    @property
    def read(self) -> list[Event]:
        """What was read from it. How many deltas arrive together is chance, so deltas of one
        kind that follow each other are one here."""
        read: list[Event] = []
        for event in self.events:
            match event, read[-1:]:
                case RawEvent(), _:
                    pass
                case TextDelta(text), [TextDelta(before)]:
                    read[-1] = TextDelta(before + text)
                case ThinkingDelta(text), [ThinkingDelta(before)]:
                    read[-1] = ThinkingDelta(before + text)
                case _:
                    read.append(event)
        return read

    @property
    def remarks(self) -> tuple[str, ...]:
        ends = (event.remarks for event in self.events if isinstance(event, Finished))
        return next(ends, ())

    @property
    def is_whole(self) -> bool:
        return any(isinstance(event, Finished) for event in self.events)


def receive(
    url: str, request: Request = REQUEST, deadlines: Deadlines | None = None
) -> Received:
    """Ask the server once, in an event loop of its own."""
    return receive_from(Server(base_url=url, api_key=CANARY), request, deadlines)


def receive_from(
    server: Server, request: Request = REQUEST, deadlines: Deadlines | None = None
) -> Received:
    return asyncio.run(_receive_and_close(ApiClient(server, deadlines), request))


async def _receive_and_close(api: ApiClient, request: Request) -> Received:
    async with aclosing(api):
        return await listen(api, request)


async def listen(api: ApiClient, request: Request = REQUEST) -> Received:
    """Ask once, on a connection that stays open."""
    events: list[Event] = []
    turn = ReplyFold()
    error: ApiError | None = None
    try:
        async for event in api.stream(request):
            events.append(event)
            turn.feed(event)
    except ApiError as fault:
        error = fault
    return Received(events, error, turn.message())


def use(
    server: ScriptedServer,
    work: Callable[[ApiClient], Awaitable[T]],
    deadlines: Deadlines | None = None,
) -> T:
    """Do something with an Api for the server, in an event loop of its own."""

    async def run() -> T:
        scripted = Server(server.base_url, api_key=CANARY)
        async with aclosing(ApiClient(scripted, deadlines)) as api:
            return await work(api)

    return asyncio.run(run())
