"""A Messages API server that answers as a test scripts it, over a real socket.

    server.enqueue(text_reply("Hel", "lo"))                    # two deltas
    server.enqueue(text_reply("Hel", Wait(gate), "lo"))        # the rest when gate.set()
    server.enqueue(text_reply("Hel", Reset()))                 # the link breaks
    server.enqueue(error_reply(529), text_reply("at last"))    # two requests
    server.enqueue(text_reply("Grüße").cut(every=1))           # byte by byte
    server.bodies[-1]["messages"]                              # what was sent

Replies are taken in order by POST /v1/messages; every other path is answered by the
demo API. A request with no reply left gets a 500 that says so.
"""

from __future__ import annotations

import fcntl
import json
import struct
import termios
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from loop_time import LoopClock
from patience import PATIENCE_S
from scripts import (
    Close,
    Framing,
    Lapse,
    Mark,
    Reply,
    Reset,
    Stall,
    Step,
    Wait,
    error_event,
    error_reply,
    event_reply,
    html_reply,
    json_reply,
    message_object,
    message_reply,
    raw_reply,
    redirect_reply,
    sse,
    text_delta,
    text_reply,
)
from streamchat.demo.http import Channel, HttpRequest, LoopbackServer
from streamchat.demo.pace import INSTANT
from streamchat.demo.server import RESET_AFTER_S, refuse
from strict_api import StrictApi

__all__ = [
    "Close",
    "Framing",
    "Lapse",
    "Mark",
    "Received",
    "Reply",
    "Reset",
    "ScriptedServer",
    "Stall",
    "Step",
    "Wait",
    "error_event",
    "error_reply",
    "event_reply",
    "html_reply",
    "json_reply",
    "message_object",
    "message_reply",
    "raw_reply",
    "redirect_reply",
    "sse",
    "text_delta",
    "text_reply",
]

_POLL_S = 0.001


@dataclass(slots=True)
class Received:
    """One request; `ended` is set when its reply is over, `client_left` before that
    when it was the client who ended it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    client: object  # the same for all requests of one connection
    ended: threading.Event = field(default_factory=threading.Event)
    client_left: bool = False

    @property
    def body(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.raw)


class ScriptedServer(LoopbackServer):
    """Answers POST /v1/messages with the replies queued, in order.

    With `key`, a request that does not carry it is refused (401) and takes no reply.
    """

    def __init__(self, *, key: str | None = None) -> None:
        super().__init__(self._answer, refuse)
        self._api = StrictApi(speed=INSTANT)
        self._key = key
        self._replies: list[Reply] = []
        self._elsewhere: dict[str, list[Reply]] = {}
        self._changed = threading.Condition()
        self.clock = LoopClock()
        self.requests: list[Received] = []

    def __enter__(self) -> ScriptedServer:
        self.start()
        return self

    def enqueue(self, *replies: Reply) -> None:
        """Answer the next requests with these, one each."""
        self._replies += replies

    def enqueue_at(self, path: str, *replies: Reply) -> None:
        """The same for another path; without a reply left, the demo API answers."""
        self._elsewhere.setdefault(path, []).extend(replies)

    @property
    def posts(self) -> list[Received]:
        """The requests for a reply, without those for models or token counts."""
        return [r for r in self.requests if (r.method, r.path) == ("POST", "/v1/messages")]

    @property
    def bodies(self) -> list[Any]:
        """The JSON bodies of the requests for a reply."""
        return [received.body for received in self.posts]

    def wait_for_posts(self, count: int = 1) -> Received:
        """Block until so many replies were asked for; the last of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.posts) >= count, PATIENCE_S)
            return self.posts[count - 1]

    def _answer(self, request: HttpRequest, channel: Channel) -> None:
        received = self._record(request, channel)
        try:
            self._play(self._reply_to(received), request, channel)
        except ConnectionError:
            received.client_left = True
            raise
        finally:
            received.ended.set()

    def _record(self, request: HttpRequest, channel: Channel) -> Received:
        received = Received(
            request.method,
            request.path,
            request.query,
            request.headers,
            request.body,
            request.peer,
        )
        with self._changed:
            self.requests.append(received)
            self._changed.notify_all()
        return received

    def _reply_to(self, received: Received) -> Reply | None:
        """None stands for the demo API's own answer."""
        if self._key is not None and self._key not in _keys(received.headers):
            return error_reply(401, "invalid x-api-key")
        if (received.method, received.path) != ("POST", "/v1/messages"):
            scripted = self._elsewhere.get(received.path)
            return scripted.pop(0) if scripted else None
        if not self._replies:
            return error_reply(500, "the test scripted no reply for this request")
        return self._replies.pop(0)

    def _play(self, reply: Reply | None, request: HttpRequest, channel: Channel) -> None:
        if reply is None:
            self._api.answer(request, channel)
            return
        if reply.head:
            is_chunked = reply.framing is Framing.CHUNKED
            channel.begin(reply.status, reply.headers, chunked=is_chunked)
        for step in reply.steps:
            if isinstance(step, Lapse):
                _wait_until_delivered(channel)
                (self.clock.reads if step.reads else self.clock.waits).set()
            _perform(step, channel, framed=reply.head)
            # Each piece is a write of its own; where reads take time, none outruns them.
            channel.wait(_POLL_S if self.clock.reads.is_set() else 0)
            if isinstance(step, Reset | Close):
                return
        if reply.head:
            channel.end()


def _perform(step: Step, channel: Channel, *, framed: bool) -> None:
    match step:
        case bytes():
            if framed:
                channel.send(step)
            else:
                channel.send_raw(step)
        case Lapse():
            pass
        case Wait(event):
            while not event.is_set():
                channel.wait(_POLL_S)
        case Mark(event):
            event.set()
        case Reset():
            channel.wait(RESET_AFTER_S)
            channel.reset()
        case Close():
            pass  # the connection ends where the answer does
        case Stall():
            channel.wait(None)


def _wait_until_delivered(channel: Channel) -> None:
    """Until the client's machine has all that was sent. A busy kernel takes its time."""
    link = channel._connection.connection
    with suppress(OSError):  # no Linux: LeapingSelector waits a little
        while struct.unpack("i", fcntl.ioctl(link, termios.TIOCOUTQ, bytes(4))) != (0,):
            channel.wait(_POLL_S)


def _keys(headers: Mapping[str, str]) -> Iterator[str]:
    bearer = headers.get("authorization", "").removeprefix("Bearer ")
    return chain([bearer], [headers.get("x-api-key", "")])
