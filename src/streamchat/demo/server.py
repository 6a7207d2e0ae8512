"""The demo server: the Messages API's routes, answered from the tour.

`DemoServer` is the public face; what a reply says is decided in `replies`.
"""

from __future__ import annotations

import json
from typing import Any

from streamchat.demo.http import BadRequest, Channel, HttpRequest
from streamchat.demo.loopback import LoopbackServer
from streamchat.demo.pace import TALKING_SPEED, Pace, pieces
from streamchat.demo.wire import (
    EVENT_TYPE,
    JSON_TYPE,
    Refused,
    encode,
    error_object,
    error_type,
    events_of,
    new_id,
)
from streamchat.messages import JsonObject


class DemoServer(LoopbackServer):
    """The Messages API on loopback; any key will do. `speed` is in tokens a second."""

    def __init__(self, *, speed: float = TALKING_SPEED) -> None:
        super().__init__(Api(speed=speed).answer, refuse)

    def __enter__(self) -> DemoServer:
        self.start()
        return self


class Api:
    """Answers requests as the Messages API does."""

    def __init__(self, *, speed: float) -> None:
        self._speed = speed

    async def answer(self, request: HttpRequest, channel: Channel) -> None:
        try:
            body = parse_json(request.body)
            await self._message(body, channel)
        except Refused as refused:
            await send_refused(refused, channel)

    async def _message(self, body: JsonObject, channel: Channel) -> None:
        message: dict[str, Any] = {
            "id": new_id("msg"),
            "type": "message",
            "role": "assistant",
            "model": body.get("model"),
            "content": [{"type": "text", "text": "# Hello\n\nThis is **streamchat**.\n"}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 10, "output_tokens": 12},
        }
        if not body.get("stream"):
            await send_json(200, message, channel)
            return
        headers = {"content-type": EVENT_TYPE, "cache-control": "no-cache"}
        await channel.begin(200, {**headers, "request-id": new_id("req")})
        pace = Pace(self._speed)
        for event in events_of(message, pieces):
            if event.is_delta:
                await pace.tick()
            await channel.send(event.encode())
        await channel.end()


def parse_json(body: bytes) -> JsonObject:
    """A request body as an object. Raises Refused when it is not one."""
    try:
        data = json.loads(body)
    except ValueError as bad:
        raise Refused(400, f"The request body is not valid JSON: {bad}") from None
    if not isinstance(data, dict):
        raise Refused(400, "The request body must be a JSON object")
    return data


async def send_json(status: int, data: JsonObject, channel: Channel) -> None:
    headers = {"content-type": JSON_TYPE, "request-id": new_id("req")}
    await channel.respond(status, headers, encode(data))


async def send_refused(refused: Refused, channel: Channel) -> None:
    """Answer with the API's error JSON."""
    request_id = new_id("req")
    data = error_object(error_type(refused.status), refused.message, request_id)
    headers = {"content-type": JSON_TYPE, "request-id": request_id, **refused.headers}
    await channel.respond(refused.status, headers, encode(data))


async def refuse(bad: BadRequest, channel: Channel) -> None:
    """Answer what is no HTTP request."""
    await send_refused(Refused(bad.status, bad.message), channel)
