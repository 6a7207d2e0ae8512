"""Every request is what the SDK's own types say that the API takes."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import pytest
from typing_extensions import is_typeddict

from program import run_program
from server import ScriptedServer, message_reply, text_reply
from streamchat.core.messages import JsonObject, text_block
from streamchat.core.web import WEB_VERSIONS
from streamchat.demo.http import HttpRequest, LoopbackServer
from streamchat.demo.models import Model
from streamchat.demo.pace import INSTANT
from streamchat.demo.server import refuse
from strict_api import StrictApi


def faults(value: Any, hint: Any, where: str = "") -> Iterator[str]:
    """How the JSON value differs from the type."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Required, NotRequired, Annotated):
        yield from faults(value, args[0], where)
    elif origin in (Union, types.UnionType):
        tried = [list(faults(value, each, where)) for each in args]
        if all(tried):  # the shortest is of the kind that was meant
            yield from min(tried, key=len)
    elif origin is Literal:
        if value not in args:
            yield f"{where}: {value!r} is none of {args}"
    elif is_typeddict(hint):
        yield from _object_faults(value, hint, where)
    elif origin and issubclass(origin, Mapping):
        yield from _kind_faults(value, dict, where)
    elif origin is not None:  # a list, under one of several names
        yield from _kind_faults(value, list, where)
        for number, each in enumerate(value if isinstance(value, list) else ()):
            yield from faults(each, args[0], f"{where}[{number}]")
    elif hint is not Any:
        yield from _kind_faults(value, hint, where)


def _kind_faults(value: Any, kind: type, where: str) -> Iterator[str]:
    kinds = (int, float) if kind is float else (kind,)
    is_one = isinstance(value, kinds) and (kind is bool or not isinstance(value, bool))
    if not is_one and kind is not object:
        yield f"{where}: {value!r} is not of type {kind.__name__}"


@cache
def _hints(hint: Any) -> dict[str, Any]:
    return get_type_hints(hint, include_extras=True)


def _object_faults(value: Any, hint: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no object"
        return
    hints = _hints(hint)
    for name in sorted(hint.__required_keys__ - value.keys()):
        yield f"{where}.{name}: it is missing"
    for name, each in value.items():
        if name not in hints:
            yield f"{where}.{name}: {hint.__name__} has no such field"
        else:
            yield from faults(each, hints[name], f"{where}.{name}")


@pytest.fixture(scope="module")
def request_type() -> Any:
    from anthropic.types import message_create_params

    return message_create_params.MessageCreateParamsStreaming


class RecordingApi(StrictApi):
    def __init__(self) -> None:
        super().__init__(speed=INSTANT)
        self.bodies: list[JsonObject] = []

    def accept(self, request: HttpRequest, body: JsonObject) -> Model:
        if body.get("stream"):
            self.bodies.append(body)
        return super().accept(request, body)


class RecordingServer(LoopbackServer):
    def __init__(self) -> None:
        self.api = RecordingApi()
        super().__init__(self.api.answer, refuse)


LINES = """\
/attach notes.txt
cite it
/web on
research the sea
/web example.org
search the sea
/system Be long.
hello
/think hidden
/effort low
/compare claude-haiku-5-5
2
/compact
"""
SETTINGS = ("--citations", "--cache-ttl", "1h", "--stop", "END", "--system", "Be brief. " * 500)


def test_what_a_chat_sends_has_the_sdk_s_types(request_type: Any) -> None:
    Path("notes.txt").write_text("The sea is salty.\n" * 300)
    server = RecordingServer()
    server.start()
    try:
        environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": server.base_url}
        flags = ("-q", "-m", "claude-opus-5-5", "--thinking", "adaptive")
        chat = run_program(*flags, *SETTINGS, "--script", "-", environ=environ, stdin=LINES)
        schema = ("--schema", "name, age int?, size S|M", "who")
        once = run_program("-q", "--no-save", *schema, environ=environ)
    finally:
        server.stop()
    assert (chat.status, chat.stderr, once.status) == (0, "", 0)
    bodies = server.api.bodies
    assert {each for body in bodies for each in faults(body, request_type)} == set()
    sent = json.dumps(bodies)
    for part in (
        *('"role": "system"', '"ttl": "1h"', '"citations": {"enabled": true}'),
        *('"allowed_domains": ["example.org"]', '"type": "web_search_tool_result"'),
        *('"type": "json_schema"', '"effort": "low"', '"previous_message_id": "msg_'),
        *('"stop_sequences": ["END"]', '"display": "omitted"', '"signature"'),
    ):
        assert part in sent


def test_each_version_of_the_web_tools_and_a_container_have_the_sdk_s_types(
    request_type: Any, server: ScriptedServer
) -> None:
    paused = message_reply(
        text_block("Wait."), stop_reason="pause_turn", container={"id": "c", "expires_at": ""}
    )
    server.enqueue(paused, text_reply("Done."))
    environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": server.base_url}
    run_program("-q", "--web", "--web-block", "example.org", "so?", environ=environ)
    assert server.bodies[1]["container"] == "c"
    for body in server.bodies:
        assert list(faults(body, request_type)) == []
    for version in WEB_VERSIONS:
        search, fetch = server.bodies[0]["tools"]
        tools = [{**search, "type": version.search}, {**fetch, "type": version.fetch}]
        assert list(faults({**body, "tools": tools}, request_type)) == []


def test_a_wrong_request_is_noticed(request_type: Any) -> None:
    right = {"model": "m", "max_tokens": 1, "messages": [], "stream": True}
    assert list(faults(right, request_type)) == []
    wrong = {**right, "max_tokens": "1", "cache_control": {"type": "ephemeral", "ttl": "2h"}}
    assert len(list(faults({**wrong, "typo": 1}, request_type))) == 3
