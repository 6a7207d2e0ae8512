"""The demo server with the rules of the API itself, to hold the program's requests to them.

    with StrictServer() as server: ...

Each rule is one function over the request body. The wording follows the API's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from streamchat.core.messages import Block, JsonObject
from streamchat.core.reasoning import EFFORTS
from streamchat.demo.http import HttpRequest, LoopbackServer
from streamchat.demo.models import Model, callable_model
from streamchat.demo.pace import INSTANT
from streamchat.demo.server import DemoApi, refuse
from streamchat.demo.sse import Refused
from streamchat.demo.tokens import SIGNATURE_MARK, Link, build_chain, sign

_IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_SAMPLING = ("temperature", "top_p", "top_k")
_NEWEST_API = "2026-10-21"
_MIN_BUDGET = 1024


class StrictApi(DemoApi):
    """Refuses what the API refuses."""

    def accept(self, request: HttpRequest, body: JsonObject) -> Model:
        check_headers(request.headers, body)
        model = callable_model(body.get("model"))
        check_prompt(body)
        check_request(body, model)
        links = build_chain(body)
        check_length(links, model)
        check_signatures(links)
        return super().accept(request, body)


class StrictServer(LoopbackServer):
    def __init__(self, *, speed: float = INSTANT) -> None:
        super().__init__(StrictApi(speed=speed).answer, refuse)

    def __enter__(self) -> StrictServer:
        self.start()
        return self


def check_headers(headers: Mapping[str, str], body: JsonObject) -> None:
    version = headers.get("anthropic-version")
    if version is None:
        raise Refused(400, "anthropic-version: header is required")
    for name in _SAMPLING:
        if name in body and version >= _NEWEST_API:
            raise Refused(400, f"{name}: Extra inputs are not permitted")


def check_prompt(body: JsonObject) -> None:
    """The shape of the prompt, for replies and for token counts."""
    _check_system(body.get("system"))
    if not isinstance(body.get("tools") or [], list):
        raise Refused(400, "tools: Input should be a valid list")
    _check_messages(body.get("messages"))


def _check_system(system: object) -> None:
    if system is None or isinstance(system, str):
        return
    if not isinstance(system, list):
        raise Refused(400, "system: Input should be a valid string or list")
    for index, block in enumerate(system):
        _check_block(f"system.{index}", "system", block)


def _check_messages(messages: object) -> None:
    if not isinstance(messages, list):
        raise Refused(400, "messages: Field required")
    if not messages:
        raise Refused(400, "messages: at least one message is required")
    for index, message in enumerate(messages):
        _check_message(index, message)
    if messages[0]["role"] != "user":
        raise Refused(400, 'messages: first message must use the "user" role')


def _check_message(index: int, message: object) -> None:
    where = f"messages.{index}"
    if not isinstance(message, dict):
        raise Refused(400, f"{where}: Input should be a valid object")
    if message.get("role") not in ("user", "assistant", "system"):
        raise Refused(400, f"{where}.role: Input should be 'user', 'assistant' or 'system'")
    content = message.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}] if content else []
    if not isinstance(content, list):
        raise Refused(400, f"{where}.content: Input should be a valid string or list")
    if not content:
        raise Refused(400, f"{where}: all messages must have non-empty content")
    for number, block in enumerate(content):
        _check_block(f"{where}.content.{number}", message["role"], block)


def _check_block(where: str, role: str, block: object) -> None:
    match block:
        case {"type": "text", "text": ""}:
            raise Refused(400, "messages: text content blocks must be non-empty")
        case {"type": "text", "text": str(text)}:
            if not text.strip():
                message = "messages: text content blocks must contain non-whitespace text"
                raise Refused(400, message)
        case {"type": "text"}:
            raise Refused(400, f"{where}.text.text: Field required")
        case {"type": "image", "source": {"media_type": str(kind)}}:
            if kind not in _IMAGE_TYPES:
                raise Refused(400, f"{where}.image.source.media_type: unknown type {kind!r}")
        case {"type": "document"} if role == "assistant":
            raise Refused(400, f"{where}: document blocks are not allowed here")
        case {"type": str()}:
            pass
        case _:
            raise Refused(400, f"{where}.type: Field required")


def check_request(body: JsonObject, model: Model) -> None:
    """All that a request for a reply must be, its messages apart."""
    _check_max_tokens(body.get("max_tokens"), model)
    _check_last_role(body["messages"], model)
    _check_thinking(body.get("thinking"), body["max_tokens"], model)
    _check_effort(body.get("output_config"), model)
    stops = body.get("stop_sequences") or []
    if not (isinstance(stops, list) and all(isinstance(stop, str) for stop in stops)):
        raise Refused(400, "stop_sequences: Input should be a list of strings")


def _check_max_tokens(value: object, model: Model) -> None:
    if value is None:
        raise Refused(400, "max_tokens: Field required")
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(400, "max_tokens: Input should be a valid integer")
    if value < 1:
        raise Refused(400, "max_tokens: Input should be greater than or equal to 1")
    if model.output is not None and value > model.output:
        limit = f"{value} > {model.output}, which is the maximum allowed number of"
        raise Refused(400, f"max_tokens: {limit} output tokens for {model.id}")


def _check_last_role(messages: Sequence[JsonObject], model: Model) -> None:
    """A reply at the end goes on only after a pause, which is at a call of a server's tool."""
    last = [message for message in messages if message["role"] != "system"][-1]
    kind = str(last["content"][-1]["type"]) if isinstance(last["content"], list) else ""
    is_prefill = last["role"] == "assistant" and not kind.endswith(
        ("_tool_use", "_tool_result")
    )
    if is_prefill and "adaptive" in model.thinking:  # newer models take none
        raise Refused(
            400,
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message.",
        )


def _check_thinking(thinking: Any, max_tokens: int, model: Model) -> None:
    if thinking is None:
        return
    kind = thinking.get("type") if isinstance(thinking, dict) else None
    if kind not in model.thinking:
        raise Refused(400, f"thinking.type: {kind!r} is not supported on this model")
    if thinking.get("display", "omitted") not in ("omitted", "summarized"):
        raise Refused(400, "thinking.display: Input should be 'omitted' or 'summarized'")
    if kind == "enabled":
        budget = thinking.get("budget_tokens")
        if not isinstance(budget, int) or not _MIN_BUDGET <= budget < max_tokens:
            message = f"between {_MIN_BUDGET} and `max_tokens`"
            raise Refused(400, f"thinking.enabled.budget_tokens: Input should be {message}")


def _check_effort(config: Any, model: Model) -> None:
    effort = config.get("effort") if isinstance(config, dict) else None
    if effort is None:
        return
    if not model.effort:
        raise Refused(400, "This model does not support the effort parameter.")
    if effort not in EFFORTS:
        raise Refused(400, f"output_config.effort: Input should be one of {', '.join(EFFORTS)}")


def check_length(links: list[Link], model: Model) -> None:
    tokens = links[-1].tokens
    if model.input is not None and tokens > model.input:
        raise Refused(400, f"prompt is too long: {tokens} tokens > {model.input} maximum")


def check_signatures(links: list[Link]) -> None:
    """Raises Refused when thinking of ours comes back behind another conversation.

    Signatures of other servers cannot be read here, and are let through.
    """
    before = b""
    for previous, link in zip([None, *links], links, strict=False):
        if previous is None or previous.role != link.role:
            before = link.before
        if _is_ours(link.block) and not _fits(link.block, before):
            raise Refused(
                400,
                "Invalid `signature` in `thinking` block. "
                "The block is bound to a different conversation.",
            )


def _is_ours(block: Block) -> bool:
    signature = str(block.get("signature"))
    return block.get("type") == "thinking" and signature.startswith(SIGNATURE_MARK)


def _fits(block: Block, before: bytes) -> bool:
    return block.get("signature") == sign(before, str(block.get("thinking")))
