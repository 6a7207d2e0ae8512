"""The dim lines beside an answer: what the model did, and how the reply ended.

Owns their wording, except that of tools. Must not know the screen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from streamchat.core.events import RawEvent
from streamchat.core.ports import Ending
from streamchat.render.reply.figures import SEPARATOR, format_seconds
from streamchat.render.style import Style


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
