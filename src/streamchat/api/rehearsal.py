"""Sends a prepared reply along the whole path of a real one.

The SDK builds its models of the stream (40 ms) when the first reply arrives. The rehearsal
makes it do so while nobody is waiting. Nothing leaves the process. It runs in a thread.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import httpx2
from anthropic import AsyncAnthropic

from streamchat.api.params import reply_params
from streamchat.api.reply_stream import ReplyStream
from streamchat.api.server import Deadlines, Server
from streamchat.core.errors import ApiError
from streamchat.core.messages import JsonObject, Request, user_message

_MODEL = "rehearsal"
_USAGE = {"input_tokens": 1, "output_tokens": 1}
_MESSAGE = {"id": "m", "type": "message", "role": "assistant", "content": [], "model": _MODEL}
_THINKING = {"type": "thinking", "thinking": "", "signature": ""}
_EVENTS: tuple[JsonObject, ...] = (
    {"type": "message_start", "message": {**_MESSAGE, "usage": _USAGE}},
    {"type": "content_block_start", "index": 0, "content_block": _THINKING},
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "thinking_delta", "thinking": "Hm."},
    },
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "signature_delta", "signature": "s"},
    },
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "text_delta", "text": "Yes."},
    },
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": _USAGE},
    {"type": "message_stop"},
)


def rehearse() -> None:
    """Run it in an event loop of its own. The first real reply will report what fails."""
    with suppress(ApiError):
        asyncio.run(_play())


async def _play() -> None:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(_answer), trust_env=False)
    server = Server("http://127.0.0.1", api_key="none")
    async with AsyncAnthropic(
        api_key=server.api_key,
        base_url=server.base_url,
        http_client=http,
        max_retries=0,
        open_telemetry=False,
    ) as client:
        params = reply_params(Request(_MODEL, (user_message("Ready?"),), max_tokens=1))
        async for _ in ReplyStream(client, server, Deadlines(), params).events():
            pass


def _answer(request: httpx2.Request) -> httpx2.Response:
    pieces = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in _EVENTS]
    headers = {"content-type": "text/event-stream"}
    return httpx2.Response(200, headers=headers, content="".join(pieces), request=request)
