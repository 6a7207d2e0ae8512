"""Builds the message for an answer: thinking, limits, stop reason, usage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import Any

from streamchat.core.messages import JsonObject
from streamchat.demo.models import Model
from streamchat.demo.pace import pieces
from streamchat.demo.replies import ScriptedAnswer
from streamchat.demo.sse import make_message_id
from streamchat.demo.tokens import sign


class Thinking(Enum):
    """How the thinking before an answer is shown."""

    NONE = auto()
    OMITTED = auto()
    SUMMARISED = auto()


def choose_thinking(body: JsonObject, model: Model) -> Thinking:
    """What the request asks for, or the default of the model."""
    match body.get("thinking"):
        case {"type": "adaptive" | "enabled", **options}:
            display = options.get("display", model.display)
            return Thinking.SUMMARISED if display == "summarized" else Thinking.OMITTED
        case None if model.thinks:
            return Thinking.OMITTED
        case _:
            return Thinking.NONE


@dataclass(frozen=True, slots=True)
class Written:
    """The part of an answer that the limits allow, why it ends, and its tokens."""

    text: str
    thinking: str
    text_tokens: int
    thinking_tokens: int
    stop_reason: str
    stop_sequence: str | None = None


def write_reply(answer: ScriptedAnswer, body: JsonObject, *, thinks: bool) -> Written:
    """Apply `stop_sequences` and `max_tokens`. A token is a delta of the stream."""
    text, stop = _stopped(answer.text, body.get("stop_sequences") or [])
    limit = body["max_tokens"]
    thought = list(islice(pieces(answer.thinking if thinks else ""), limit))
    said = list(islice(pieces(text), limit - len(thought)))
    others = "".join(str(block.get("text", "")) for block in answer.blocks)
    cut = len("".join(said)) < len(text)
    ended = "stop_sequence" if stop else "refusal" if answer.stop_details else "end_turn"
    ended = "pause_turn" if answer.pauses else ended
    return Written(
        text="".join(said),
        thinking="".join(thought),
        text_tokens=len(said) + len(list(pieces(others))),
        thinking_tokens=len(thought),
        stop_reason="max_tokens" if cut else ended,
        stop_sequence=None if cut else stop,
    )


def _stopped(text: str, sequences: list[str]) -> tuple[str, str | None]:
    """The text before the first stop sequence in it, and that sequence."""
    found = [(text.find(s), s) for s in sequences if s and s in text]
    if not found:
        return text, None
    at, sequence = min(found)
    return text[:at], sequence


def build_message(
    written: Written, answer: ScriptedAnswer, *, model: str, before: bytes, thinking: Thinking
) -> JsonObject:
    """The message; its usage lacks the prompt's tokens."""
    content: list[dict[str, Any]] = []
    if answer.thinking and thinking is not Thinking.NONE:
        shown = written.thinking if thinking is Thinking.SUMMARISED else ""
        signature = sign(before, shown)
        content.append({"type": "thinking", "thinking": shown, "signature": signature})
    if written.text:
        content.append({"type": "text", "text": written.text})
    content.extend(dict(block) for block in answer.blocks)
    refused = written.stop_reason == "refusal"
    return {
        "id": make_message_id("msg"),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": written.stop_reason,
        "stop_sequence": written.stop_sequence,
        "stop_details": answer.stop_details if refused else None,
        "usage": {
            "output_tokens": written.text_tokens + written.thinking_tokens,
            "output_tokens_details": {"thinking_tokens": written.thinking_tokens},
            "service_tier": "standard",
            **({"server_tool_use": _searches(answer)} if answer.blocks else {}),
        },
    }


def _searches(answer: ScriptedAnswer) -> JsonObject:
    calls = [block.get("name") for block in answer.blocks]
    return {
        "web_search_requests": calls.count("web_search"),
        "web_fetch_requests": calls.count("web_fetch"),
    }
