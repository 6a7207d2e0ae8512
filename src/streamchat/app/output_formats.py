"""The answer as programs read it: verbatim text, JSON, or events, one line each.

Each is a View that writes to a stream the moment something arrives. Nothing here is
rendered, and a redirected stdout gets what the server sent; only what a terminal shows as
text (`--raw`, `--extract`) passes the allow-list, since it could drive the terminal.
Reports about the exchange (usage, cost) go to stderr and are the one-shot loop's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from streamchat.core.errors import ApiError, StreamchatError
from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    RawEvent,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import THINKING_TYPES, JsonObject, Message
from streamchat.core.ports import Ending, View
from streamchat.core.sanitize import Sanitizer, clean


def write_line(stream: TextIO, value: JsonObject) -> None:
    """One JSON object as one line, out at once. ASCII, so that no reader can miscut it."""
    stream.write(json.dumps(value) + "\n")
    stream.flush()


@dataclass(slots=True)
class VerbatimText:
    """The Markdown source as it arrives, ending in a newline."""

    stdout: TextIO
    _last: str = "\n"
    _sanitizer: Sanitizer | None = None

    def __post_init__(self) -> None:
        if self.stdout.isatty():
            self._sanitizer = Sanitizer()

    def feed(self, event: Event) -> None:
        if isinstance(event, TextDelta):
            self._write(self._sanitizer.feed(event.text) if self._sanitizer else event.text)

    def _write(self, text: str) -> None:
        if text:
            self.stdout.write(text)
            self.stdout.flush()
            self._last = text[-1]

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        if self._sanitizer:
            self._write(self._sanitizer.close())
        if self._last != "\n":
            self.stdout.write("\n")
            self.stdout.flush()


@dataclass(slots=True)
class RawEvents:
    """Each event of the API as it came, one JSON line each."""

    stdout: TextIO

    def feed(self, event: Event) -> None:
        if isinstance(event, RawEvent):
            write_line(self.stdout, event.data)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        """Every event is out already."""


def result_object(
    ending: Ending, message: Message | None, seconds: float, *, conversation: str
) -> JsonObject:
    """What `--output-format json` prints: stable names, null where unknown."""
    usage = message.usage if message else None
    return {
        "type": "result",
        "ending": ending.name.lower(),
        "text": message.text if message else "",
        "content": [dict(block) for block in message.content] if message else [],
        "model": message.model if message else None,
        "stop_reason": message.stop_reason if message else None,
        "usage": usage.to_dict() if usage else None,
        "cost_usd": message.cost_usd if message else None,
        "seconds": round(seconds, 3),
        "request_id": message.request_id if message else None,
        "conversation": conversation,
    }


@dataclass(slots=True)
class JsonResult:
    """One JSON object at the end."""

    stdout: TextIO
    conversation: str

    def feed(self, event: Event) -> None:
        """Nothing is shown before the end."""

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        write_line(
            self.stdout,
            result_object(ending, message, seconds, conversation=self.conversation),
        )


@dataclass(slots=True)
class JsonStream:
    """`stream-json`: an object per event with our own stable names, the result last."""

    stdout: TextIO
    conversation: str

    def feed(self, event: Event) -> None:
        if (value := stream_object(event)) is not None:
            write_line(self.stdout, value)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        JsonResult(self.stdout, self.conversation).close(ending, message, seconds)


def stream_object(event: Event) -> JsonObject | None:
    """An event as `stream-json` names it; None for those that carry nothing new."""
    match event:
        case Started(message_id, model, _, request_id):
            return {
                "type": "start",
                "id": message_id,
                "model": model,
                "request_id": request_id,
            }
        case BlockStarted(index, kind, _):
            return {"type": "block", "index": index, "kind": kind}
        case TextDelta(text):
            return {"type": "text", "text": text}
        case ThinkingDelta(text):
            return {"type": "thinking", "text": text}
        case UsageUpdated(usage):
            return {"type": "usage", **usage.to_dict()}
        case Retrying(attempt, delay_s, reason):
            return {
                "type": "retry",
                "attempt": attempt,
                "delay_s": round(delay_s, 3),
                "reason": reason,
            }
        case _:
            return None


def format_error(error: StreamchatError, message: str) -> JsonObject:
    """The object that stands on stderr beside a failed JSON output; `message` is the
    error's, redacted."""
    api = error if isinstance(error, ApiError) else None
    return {
        "error": {
            "type": error.kind,
            "message": message,
            "status": int(error.status),
            "http_status": api.http_status if api else None,
            "retryable": error.retryable,
            "request_id": api.request_id if api else None,
        }
    }


@dataclass(slots=True)
class FirstCodeBlock:
    """`--extract`: the content of the answer's first code block, at the end."""

    stdout: TextIO
    extract: Callable[[str], str | None]
    _pieces: list[str] = field(default_factory=list)

    def feed(self, event: Event) -> None:
        if isinstance(event, TextDelta):
            self._pieces.append(event.text)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        code = self.extract("".join(self._pieces))
        if code is not None:
            self.stdout.write(clean(code) if self.stdout.isatty() else code)
            self.stdout.flush()


@dataclass(slots=True)
class OnlyTheAnswer:
    """A view of a reply without what stands beside it: thinking, tools, figures."""

    view: View

    def feed(self, event: Event) -> None:
        match event:
            case ThinkingDelta() | BlockStopped():
                pass
            case BlockStarted(kind=kind) if kind in THINKING_TYPES:
                pass
            case _:
                self.view.feed(event)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.view.close(ending, None, seconds)


@dataclass(slots=True)
class SayingRetries:
    """A view that shows no repetition of its own, with a line for each on the side."""

    view: View
    say: Callable[[str], None]

    def feed(self, event: Event) -> None:
        if isinstance(event, Retrying):
            self.say(f"{event.reason} Trying again in {event.delay_s:.1f} s.")
        self.view.feed(event)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.view.close(ending, message, seconds)
