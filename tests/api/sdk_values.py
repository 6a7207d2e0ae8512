"""What the SDK makes of scripted answers: every value, with the name of its class, as JSON.

Run twice, with STREAMCHAT_FULL_SDK=1 and without, it must print the same.

    python tests/api/sdk_values.py
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from streamchat.api import import_sdk_once

HOW = import_sdk_once(full=bool(os.environ.get("STREAMCHAT_FULL_SDK")))

import anthropic  # noqa: E402 - the import before this one decides how
import httpx2  # noqa: E402

USAGE = {
    "input_tokens": 9,
    "output_tokens": 1,
    "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 3},
    "cache_creation_input_tokens": 5,
    "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0},
    "service_tier": "standard",
}
CITATION = {
    "type": "web_search_result_location",
    "cited_text": "so",
    "encrypted_index": "i",
    "title": None,
    "url": "https://example.org",
}
BLOCKS: tuple[tuple[dict[str, Any], tuple[dict[str, Any], ...]], ...] = (
    (
        {"type": "thinking", "thinking": "", "signature": ""},
        (
            {"type": "thinking_delta", "thinking": "Hm"},
            {"type": "signature_delta", "signature": "s"},
        ),
    ),
    ({"type": "redacted_thinking", "data": "d"}, ()),
    (
        {"type": "server_tool_use", "id": "t", "name": "web_search", "input": {}},
        (
            {"type": "input_json_delta", "partial_json": '{"query": "'},
            {"type": "input_json_delta", "partial_json": 'x"}'},
        ),
    ),
    (
        {
            "type": "web_search_tool_result",
            "tool_use_id": "t",
            "caller": {"type": "direct"},
            "content": [
                {
                    "type": "web_search_result",
                    "encrypted_content": "e",
                    "page_age": None,
                    "title": "T",
                    "url": "https://example.org",
                }
            ],
        },
        (),
    ),
    (
        {
            "type": "web_search_tool_result",
            "tool_use_id": "t",
            "content": {
                "type": "web_search_tool_result_error",
                "error_code": "max_uses_exceeded",
            },
        },
        (),
    ),
    (
        {
            "type": "web_fetch_tool_result",
            "tool_use_id": "f",
            "content": {
                "type": "web_fetch_result",
                "url": "https://example.org",
                "retrieved_at": None,
                "content": {
                    "type": "document",
                    "citations": None,
                    "title": "T",
                    "source": {"type": "text", "media_type": "text/plain", "data": "d"},
                },
            },
        },
        (),
    ),
    (
        {
            "type": "bash_code_execution_tool_result",
            "tool_use_id": "b",
            "content": {
                "type": "bash_code_execution_result",
                "content": [{"type": "bash_code_execution_output", "file_id": "file"}],
                "return_code": 0,
                "stderr": "",
                "stdout": "1",
            },
        },
        (),
    ),
    (
        {"type": "text", "text": "", "citations": None},
        (
            {"type": "text_delta", "text": "An "},
            {"type": "text_delta", "text": "answer"},
            {"type": "citations_delta", "citation": CITATION},
        ),
    ),
    (
        {"type": "tool_use", "id": "u", "name": "n", "input": {}, "caller": {"type": "direct"}},
        (),
    ),
    ({"type": "of the future", "text": "x", "more": [1, {"a": None}]}, ()),
)
MODEL = {
    "type": "model",
    "id": "m",
    "display_name": "M",
    "created_at": "2026-01-02T03:04:05Z",
    "lifecycle": "active",
    "max_tokens": 10,
    "capabilities": {"image_input": {"supported": True}},
}
ERRORS = (
    (400, {"type": "invalid_request_error", "message": "bad"}),
    (401, {"type": "authentication_error", "message": "who?"}),
    (403, {"type": "permission_error", "message": "no"}),
    (404, {"type": "not_found_error", "message": "model: m"}),
    (
        429,
        {
            "type": "rate_limit_error",
            "message": "spent",
            "details": {"error_code": "contract_spend_limit_reached"},
        },
    ),
    (500, {"type": "api_error", "message": "oops"}),
    (529, {"type": "overloaded_error", "message": "Overloaded"}),
)


def describe(value: Any) -> Any:
    """The value as JSON, each model and each error with the name of its class."""
    match value:
        case anthropic.BaseModel():
            fields = {**dict(value), **(value.model_extra or {})}
            return [type(value).__name__, sorted(value.model_fields_set), describe(fields)]
        case BaseException():
            seen = {name: found for name, found in vars(value).items() if name in _SAID}
            return [type(value).__name__, describe(seen)]
        case Mapping():
            return {str(name): describe(item) for name, item in value.items()}
        case list() | tuple():
            return [describe(item) for item in value]
        case str() | int() | float() | None:
            return value
        case _:
            return [type(value).__name__, str(value)]


_SAID = ("status_code", "type", "api_message", "error_code", "details", "request_id", "body")


def events() -> list[dict[str, Any]]:
    message = {"id": "m", "type": "message", "role": "assistant", "content": [], "model": "m"}
    made: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**message, "usage": USAGE}}
    ]
    for index, (block, deltas) in enumerate(BLOCKS):
        made.append({"type": "content_block_start", "index": index, "content_block": block})
        made += [
            {"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas
        ]
        made.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": "refusal", "stop_details": {"type": "refusal", "category": "cyber"}}
    made.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 7}})
    made.append({"type": "message_stop"})
    return made


class Answers:
    """Answers by the path of a request; a reply only at the second try."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.error: dict[str, Any] = {}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.asked.append(path)
        if self.error:
            body = {"type": "error", "error": self.error, "request_id": "r"}
            return httpx2.Response(self.status, json=body, request=request)
        if path.endswith("count_tokens"):
            return httpx2.Response(200, json={"input_tokens": 42}, request=request)
        if path.endswith("/models"):
            page = {"data": [MODEL], "has_more": False, "first_id": "m", "last_id": "m"}
            return httpx2.Response(200, json=page, request=request)
        if self.asked.count(path) == 1:
            return httpx2.Response(529, headers={"retry-after-ms": "1"}, request=request)
        lines = [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events()]
        headers = {"content-type": "text/event-stream", "request-id": "req"}
        return httpx2.Response(200, headers=headers, content="".join(lines), request=request)


async def values() -> dict[str, Any]:
    answers = Answers()
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answers), trust_env=False)
    asked: dict[str, Any] = {
        "model": "m",
        "messages": [{"role": "user", "content": "?"}],
    }
    async with anthropic.AsyncAnthropic(
        api_key="k", base_url="http://127.0.0.1", http_client=http, max_retries=1
    ) as client:
        async with client.messages.stream(max_tokens=9, **asked) as stream:
            streamed = [describe(event) async for event in stream]
            final = await stream.get_final_message()
            request_id = stream.request_id
        found = {
            "events": streamed,
            "final": describe(final),
            "text": await stream.get_final_text(),
            "sent again": describe(final.to_param()),
            "wire": [block.to_dict(mode="json", warnings=False) for block in final.content],
            "request id": request_id,
            "counted": describe(await client.messages.count_tokens(**asked)),
            "models": [describe(model) async for model in client.models.list()],
            "tries": answers.asked,
            "errors": [],
        }
        for answers.status, answers.error in ERRORS:
            try:
                await client.with_options(max_retries=0).messages.count_tokens(**asked)
            except anthropic.APIError as error:
                found["errors"].append(describe(error))
    return found


if __name__ == "__main__":
    json.dump({"is_slim": HOW.is_slim, "values": asyncio.run(values())}, sys.stdout)
