"""A list of messages, as clients of the Messages API and of OpenAI's APIs keep one.

A JSON list of `{"role", "content"}`, or an object with such a list under "messages" (or
"input") and maybe "system" and "model". Blocks of the Messages API stay as they are; those of
OpenAI are converted: images become image blocks, calls and results of tools become text, system
and developer messages become the system prompt.

Pure: bytes in, messages out. Whoever reads a list gives the messages their ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from streamchat.core.foreign_blocks import (
    image_block,
    not_imported,
    tool_call_text,
    tool_result_text,
)
from streamchat.core.formatting import quoted
from streamchat.core.json_text import read_json
from streamchat.core.messages import Block, JsonObject, Message, Role, text_block

_SYSTEM_ROLES = frozenset({"system", "developer"})
_TOOL_ROLES = frozenset({"tool", "function"})
_OPENAI_MEDIA = frozenset({"input_audio", "file", "input_file", "video_url", "audio"})


@dataclass(frozen=True, slots=True)
class MessageList:
    """What a list holds; `model` is None when it names none."""

    messages: tuple[Message, ...]
    system: str | None = None
    model: str | None = None


def load_json(data: bytes) -> object:
    """Parse a user's JSON file. Raises ValueError that names the line."""
    try:
        return read_json(data)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line}: not UTF-8 text") from error


def parse_message_list(loaded: object) -> MessageList:
    """Raises ValueError that says which message is wrong."""
    about = loaded if isinstance(loaded, dict) else {}
    items = about.get("messages", about.get("input")) if about else loaded
    if not isinstance(items, list):
        raise ValueError("not a list of messages")
    systems, messages = _texts(about.get("system") or about.get("instructions")), []
    for number, item in enumerate(items, 1):
        try:
            if _is_system(item):
                systems += _texts(item["content"])
            elif (message := _message(item)) is not None:
                messages.append(message)
        except ValueError as error:
            raise ValueError(f"message {number}: {error}") from error
    model = about.get("model")
    system = "\n\n".join(filter(str.strip, systems))
    return MessageList(
        tuple(messages), system or None, model if isinstance(model, str) else None
    )


def _is_system(item: object) -> bool:
    return isinstance(item, dict) and item.get("role") in _SYSTEM_ROLES and "content" in item


def _texts(content: object) -> list[str]:
    """The texts of a system prompt: a string, or a list of text blocks."""
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    found = (part.get("text") if isinstance(part, dict) else part for part in parts)
    return [text for text in found if isinstance(text, str)]


def _message(item: object) -> Message | None:
    """None for an item without a message."""
    if not isinstance(item, dict):
        raise ValueError('not an object with "role" and "content"')
    kind = item.get("type")
    if kind == "function_call":
        return _reply([text_block(tool_call_text(item.get("name"), item.get("arguments")))])
    if kind == "function_call_output":
        return Message("user", (text_block(tool_result_text(None, item.get("output"))),))
    if kind in ("reasoning", "item_reference"):
        return None
    role = item.get("role")
    if role in _TOOL_ROLES:
        text = tool_result_text(item.get("name"), _plain(item.get("content")))
        return Message("user", (text_block(text),))
    if role not in ("user", "assistant"):
        raise ValueError(f"role must be user or assistant, not {quoted(str(role))}")
    content = list(_content(item.get("content"), role))
    if role == "user":
        return Message("user", tuple(content))
    return _reply([*content, *map(text_block, _calls(item))])


def _reply(content: list[Block]) -> Message:
    """A list does not say how its replies ended: they count as complete."""
    return Message("assistant", tuple(content), stop_reason="end_turn")


def _content(content: object, role: Role) -> Iterator[Block]:
    if content is None and role == "assistant":  # beside calls of tools
        return
    if isinstance(content, str):
        if content.strip():
            yield text_block(content)
        return
    if not isinstance(content, list):
        raise ValueError("content must be a string or a list of content blocks")
    for part in content:
        if isinstance(part, str):
            yield text_block(part)
        elif isinstance(part, dict) and isinstance(part.get("type"), str):
            yield _block(part, role)
        else:
            raise ValueError("content must be a string or a list of content blocks")


def _block(part: JsonObject, role: Role) -> Block:
    match part["type"]:
        case "input_text" | "output_text":
            return text_block(str(part.get("text") or ""))
        case "refusal":
            return text_block(str(part.get("refusal") or ""))
        case "image_url" | "input_image":
            return _image(part.get("image_url"), role)
        case kind if kind in _OPENAI_MEDIA:
            return text_block(not_imported(kind))
    return part


def _image(image: object, role: Role) -> Block:
    url = image.get("url") if isinstance(image, dict) else image
    block = image_block(url) if isinstance(url, str) and role == "user" else None
    return block or text_block(not_imported("image"))


def _calls(item: JsonObject) -> Iterator[str]:
    calls = item.get("tool_calls")
    found = calls if isinstance(calls, list) else [{"function": item.get("function_call")}]
    for call in found:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            yield tool_call_text(function.get("name"), function.get("arguments"))


def _plain(content: object) -> object:
    """The text of a tool's result, whatever form it has."""
    return "\n".join(_texts(content)) if isinstance(content, list) else content
