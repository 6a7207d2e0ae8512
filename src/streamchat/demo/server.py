"""The demo server: the Messages API's routes, and how a planned reply goes out.

`replies` decides what is said, `tokens` what it costs; this module does the rest in order and
in time. It refuses only what it cannot answer: a demo need not enforce the rules of the API.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import TypeAlias, assert_never

from streamchat.core.messages import JsonObject
from streamchat.demo import models
from streamchat.demo.checks import parse_json, require_answerable, require_placed_system
from streamchat.demo.compose import Thinking, build_message, choose_thinking, write_reply
from streamchat.demo.http import BadRequest, Channel, HttpRequest, LoopbackServer
from streamchat.demo.models import Model
from streamchat.demo.pace import TALKING_SPEED, Pace, pieces
from streamchat.demo.replies import Fail, FailTwice, Oddity, ScriptedAnswer, Trick, plan_reply
from streamchat.demo.sse import (
    EVENT_TYPE,
    JSON_TYPE,
    OVERLOADED,
    PING,
    Refused,
    SseEvent,
    build_error_object,
    build_events,
    encode,
    error_event,
    error_type,
    make_message_id,
)
from streamchat.demo.tokens import Comparisons, Link, PromptCache, build_chain, end_digest

Route: TypeAlias = Callable[[HttpRequest, Channel], None]

RESET_AFTER_S = 0.03  # a reset overtakes what the client has not read yet
_PING_S = 1.0
_MAX_SILENT_TOKENS = 200
_SEARCHED_TOKENS = 100  # how long a search takes
_TRICK_AFTER = 0.6  # of the answer's events
_SLOWNESS = {"fable": 2.0, "opus": 1.5, "haiku": 0.6}  # by the line of the model
_HTML = b"<!doctype html><html><title>Sign in</title><h1>Sign in to this network</h1></html>"
_REQUESTS_A_MINUTE = 1000
_TOKENS_A_MINUTE = 2_000_000
_ROOM = 64_000  # tokens for the answer, where only the prompt is counted
_NOT_PLAYED = ("/v1/messages/batches", "/v1/files", "/v1/skills", "/v1/organizations")


class DemoServer(LoopbackServer):
    """The Messages API on loopback. It accepts any key. `speed` is in tokens a second."""

    def __init__(self, *, speed: float = TALKING_SPEED) -> None:
        super().__init__(DemoApi(speed=speed).answer, refuse)

    def __enter__(self) -> DemoServer:
        self.start()
        return self


class DemoApi:
    """Answers requests like the Messages API. It remembers only the prompt cache."""

    def __init__(self, *, speed: float, ping_s: float = _PING_S) -> None:
        self._speed = speed
        self._ping_s = ping_s
        self._cache, self._comparisons = PromptCache(), Comparisons()
        self._failures: dict[bytes, int] = {}
        self._served = count(1)

    def answer(self, request: HttpRequest, channel: Channel) -> None:
        """Handle one request, whatever it is."""
        try:
            self._route(request)(request, channel)
        except Refused as refused:
            send_refused(refused, channel)

    def _route(self, request: HttpRequest) -> Route:
        routes: dict[str, tuple[str, Route]] = {
            "/v1/messages": ("POST", self._reply),
            "/v1/messages/count_tokens": ("POST", self._count_tokens),
            "/v1/models": ("GET", self._models),
        }
        one_model = ("GET", self._model)
        is_model = request.path.startswith("/v1/models/")
        found = one_model if is_model else routes.get(request.path)
        if request.path.startswith(_NOT_PLAYED):
            raise Refused(404, f"The demo server does not play {request.path}.")
        if found is None:
            raise Refused(404, "Not Found")
        method, route = found
        if request.method not in (method, "HEAD" if method == "GET" else method):
            raise Refused(405, "Method Not Allowed")
        return route

    def _models(self, request: HttpRequest, channel: Channel) -> None:
        send_json(models.page(request.query), channel)

    def _model(self, request: HttpRequest, channel: Channel) -> None:
        model = models.find(request.path.removeprefix("/v1/models/"))
        send_json(model.to_wire(), channel)

    def _count_tokens(self, request: HttpRequest, channel: Channel) -> None:
        body = parse_json(request.body)
        self.accept(request, {**body, "max_tokens": _ROOM})
        send_json({"input_tokens": build_chain(body)[-1].tokens}, channel)

    def _reply(self, request: HttpRequest, channel: Channel) -> None:
        body = parse_json(request.body)
        model = self.accept(request, body)
        links = build_chain(body)
        answer = self._decide(body, end_digest(links), channel)
        if answer is None:
            return
        message = self._compose(answer, body, model, links)
        headers = self._headers(message)
        if body.get("stream"):
            self._stream(message, answer, headers, channel)
        else:  # tricks need a stream
            channel.respond(200, {**headers, "content-type": JSON_TYPE}, encode(message))

    def accept(self, request: HttpRequest, body: JsonObject) -> Model:
        """The model that is asked. Raises Refused if the request cannot be answered."""
        model = models.callable_model(body.get("model"))
        require_answerable(body)
        require_placed_system(body["messages"], model)
        return model

    def _compose(
        self, answer: ScriptedAnswer, body: JsonObject, model: Model, links: list[Link]
    ) -> JsonObject:
        thinking = choose_thinking(body, model)
        written = write_reply(answer, body, thinks=thinking is not Thinking.NONE)
        message = build_message(
            written, answer, model=model.id, before=end_digest(links), thinking=thinking
        )
        message["usage"] |= self._cache.usage(model.id, body, links)
        message["diagnostics"] = self._comparisons.compare(body, links, message["id"])
        return message

    def _decide(self, body: JsonObject, key: bytes, channel: Channel) -> ScriptedAnswer | None:
        """The answer; None if another response was sent. Raises Refused."""
        match plan_reply(body):
            case ScriptedAnswer() as answer:
                return answer
            case Fail(status, retry_after):
                headers = {"retry-after": retry_after} if retry_after else {}
                raise Refused(status, f"The demo was asked for a {status}.", headers=headers)
            case FailTwice(answer):
                self._fail_twice(key)
                return answer
            case Oddity.HTML:
                channel.respond(200, {"content-type": "text/html"}, _HTML)
            case Oddity.REDIRECT:
                channel.respond(307, {"location": "/elsewhere/v1/messages"}, b"")
            case other:
                assert_never(other)
        return None

    def _fail_twice(self, key: bytes) -> None:
        failures = self._failures.get(key, 0)
        if failures < 2:
            self._failures[key] = failures + 1
            raise Refused(OVERLOADED, "Overloaded")
        del self._failures[key]

    def _headers(self, message: JsonObject) -> Mapping[str, str]:
        left = _REQUESTS_A_MINUTE - next(self._served) % _REQUESTS_A_MINUTE
        spent = message["usage"]["input_tokens"] + message["usage"]["output_tokens"]
        limits = "anthropic-ratelimit"
        reset = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "request-id": make_message_id("req"),
            "anthropic-organization-id": "streamchat-demo",
            f"{limits}-requests-limit": str(_REQUESTS_A_MINUTE),
            f"{limits}-requests-remaining": str(left),
            f"{limits}-requests-reset": reset,
            f"{limits}-tokens-limit": str(_TOKENS_A_MINUTE),
            f"{limits}-tokens-remaining": str(max(0, _TOKENS_A_MINUTE - spent)),
            f"{limits}-tokens-reset": reset,
        }

    def _stream(
        self,
        message: JsonObject,
        answer: ScriptedAnswer,
        headers: Mapping[str, str],
        channel: Channel,
    ) -> None:
        events = list(build_events(message, pieces))
        if answer.trick is not None:
            del events[int(len(events) * _TRICK_AFTER) :]
        channel.begin(200, {**headers, "content-type": EVENT_TYPE, "cache-control": "no-cache"})
        slowness = answer.slowness * _SLOWNESS.get(models.find(message["model"]).line, 1.0)
        self._send_paced(events, message, slowness, channel)
        if answer.trick is not None:
            self._perform(answer.trick, headers["request-id"], channel)
        else:
            channel.end()

    def _send_paced(
        self, events: list[SseEvent], message: JsonObject, slowness: float, channel: Channel
    ) -> None:
        pace = Pace(self._speed / slowness, now=time.monotonic, wait=channel.wait)
        for event in events:
            if event.is_delta:
                pace.tick()
            if event.data.get("delta", {}).get("type") == "signature_delta":
                pace.pause(_silent_tokens(message))
            block = event.data.get("content_block", {})
            if str(block.get("type")).endswith("_tool_result"):
                pace.pause(_SEARCHED_TOKENS)
            channel.send(event.encode())

    def _perform(self, trick: Trick, request_id: str, channel: Channel) -> None:
        match trick:
            case Trick.DROP:
                channel.wait(RESET_AFTER_S)
                channel.reset()
            case Trick.STALL:
                channel.wait(None)
            case Trick.STALL_PINGING:
                while True:
                    channel.wait(self._ping_s)
                    channel.send(PING.encode())
            case Trick.CUT:
                channel.end()
            case Trick.OVERLOAD:
                failure = error_event("overloaded_error", "Overloaded", request_id)
                channel.send(failure.encode())
                channel.end()
            case _:
                assert_never(trick)


def _silent_tokens(message: JsonObject) -> int:
    """How long to think silently when the thinking is not shown."""
    if message["content"][0]["thinking"]:
        return 0
    thought: int = message["usage"]["output_tokens_details"]["thinking_tokens"]
    return min(thought, _MAX_SILENT_TOKENS)


def send_json(data: JsonObject, channel: Channel) -> None:
    headers = {"content-type": JSON_TYPE, "request-id": make_message_id("req")}
    channel.respond(200, headers, encode(data))


def send_refused(refused: Refused, channel: Channel) -> None:
    """Answer with the API's error JSON."""
    request_id = make_message_id("req")
    data = build_error_object(error_type(refused.status), refused.message, request_id)
    headers = {"content-type": JSON_TYPE, "request-id": request_id, **refused.headers}
    channel.respond(refused.status, headers, encode(data))


def refuse(bad: BadRequest, channel: Channel) -> None:
    """Answer something that is not an HTTP request."""
    send_refused(Refused(bad.status, bad.message), channel)
