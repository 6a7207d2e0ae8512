"""The dim lines beside an answer: what the model did, and how the reply ended.

Owns their wording, and the words for what a reply waits for. Must not know the screen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streamchat.core.events import RawEvent
from streamchat.core.messages import THINKING_TYPES, Block
from streamchat.core.ports import Ending
from streamchat.core.sanitize import clean_line
from streamchat.render.reply.figures import SEPARATOR, format_seconds
from streamchat.render.style import Style

_TOOLS = {
    "web_search": ("searching the web", "searched the web"),
    "web_fetch": ("fetching a page", "fetched a page"),
    "code_execution": ("running code", "ran code"),
    "bash_code_execution": ("running a command", "ran a command"),
    "text_editor_code_execution": ("editing a file", "edited a file"),
}


@dataclass(frozen=True, slots=True)
class LineSigns:
    """The signs that lines begin with."""

    prompt: str
    normal_prompt: str  # in the normal mode of vi
    thought: str
    tool: str
    ended: str
    failed: str


UNICODE = LineSigns("❯ ", "❮ ", thought="✻ ", tool="⌕ ", ended="⏹ ", failed="✗ ")
ASCII = LineSigns("> ", "< ", thought="* ", tool="* ", ended="- ", failed="error: ")


SPOKEN = LineSigns("You: ", "You: ", thought="", tool="", ended="", failed="Error: ")


def choose_marks(look: Style) -> LineSigns:
    if look.speaks:
        return SPOKEN
    return UNICODE if look.unicode else ASCII


def say_plainly(text: str, look: Style) -> str:
    """The text without the dots between its parts, where they would be read aloud."""
    return text.replace(SEPARATOR, ", ") if look.speaks else text


def awaited_in(kind: str, name: str | None) -> str:
    """What the status says while a block of that wire type arrives."""
    if kind == "text":
        return "writing"
    if kind in THINKING_TYPES:
        return "thinking"
    if kind.endswith("_result"):
        return "reading the results"
    tool = name or kind
    return _TOOLS[tool][0] if tool in _TOOLS else f"using {clean_line(tool)}"


def running_in(block: Block) -> str:
    """What the server does with a finished tool call; "" for no call: searching "tea"."""
    argument = clean_line(_argument(block.get("input")))
    match block.get("type"), block.get("name"):
        case "server_tool_use", "web_search":
            return f'searching "{argument}"'
        case "server_tool_use", "web_fetch":
            host = argument.partition("//")[2].partition("/")[0]
            return f"reading {host or argument}"
        case _:
            return ""


def tool_line(block: Block) -> str:
    """What a finished tool call did: searched the web: price of tea"""
    name = str(block.get("name", "a tool"))
    did = _TOOLS[name][1] if name in _TOOLS else f"used {name}"
    said = _argument(block.get("input"))
    return f"{did}: {said}" if said else did


def _argument(arguments: object) -> str:
    """The argument that says most about the call."""
    if not isinstance(arguments, Mapping):
        return ""
    known = (arguments.get(key) for key in ("query", "url", "command", "path"))
    return next((value for value in known if isinstance(value, str) and value), "")


def thought_line(seconds: float, tokens: int | None) -> str:
    """thought for 3.2 s · 812 tokens"""
    parts = [f"thought for {format_seconds(seconds)}"]
    if tokens:
        parts.append("1 token" if tokens == 1 else f"{tokens:,} tokens")
    return SEPARATOR.join(parts)


def ending_line(ending: Ending) -> str:
    """What the view itself says about the ending; the application reports failures."""
    match ending:
        case Ending.INTERRUPTED:
            return "interrupted"
        case Ending.REFUSED:
            return "refused"
        case Ending.COMPLETE | Ending.CUT_OFF | Ending.FAILED:
            return ""


def trace_line(event: RawEvent) -> str:
    """message_start {"message": …}: the type first, then the rest as it arrived."""
    data: dict[str, Any] = dict(event.data)
    kind = data.pop("type", "?")
    return f"{kind} {json.dumps(data, ensure_ascii=False)}" if data else str(kind)
