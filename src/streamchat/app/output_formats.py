"""The answer for programs to read: verbatim text, JSON, or events, one line each.

Each class is a View that writes to a stream as soon as something arrives. Nothing is
rendered here, and a redirected stdout gets exactly what the server sent. Text for a terminal
(`--raw`, `--extract`) is sanitised, because it could control the terminal. Usage and cost go
to stderr; the one-shot loop prints them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from streamchat.app.json_lines import write_line
from streamchat.core.events import (
    BlockStarted,
    Event,
    ModelSwitched,
    RawEvent,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import JsonObject, Message
from streamchat.core.ports import Ending
from streamchat.core.sanitize import Sanitizer, clean, clean_prose
from streamchat.core.schema import Shape


class NothingPending:
    """A view that writes everything as it arrives, or at the end."""

    __slots__ = ()

    async def catch_up(self) -> None:
        """See ports.View."""


@dataclass(slots=True)
class VerbatimText(NothingPending):
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
class RawEvents(NothingPending):
    """Each API event as it arrived, one JSON line each."""

    stdout: TextIO

    def feed(self, event: Event) -> None:
        if isinstance(event, RawEvent):
            write_line(self.stdout, event.data)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        """Every event was already written."""


def result_object(
    ending: Ending,
    message: Message | None,
    seconds: float,
    *,
    conversation: str,
    shape: Shape | None = None,
) -> JsonObject:
    """What `--output-format json` prints: stable names, null for what is unknown. With a
    `shape`, the value that the text holds is in it too."""
    usage = message.usage if message else None
    is_whole = ending is Ending.COMPLETE and message is not None
    value = shape.value(message.text) if shape and message and is_whole else None
    return {
        **({"value": value} if shape else {}),
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
class JsonResult(NothingPending):
    """One JSON object at the end."""

    stdout: TextIO
    conversation: str
    shape: Shape | None = None

    def feed(self, event: Event) -> None:
        """Nothing is printed before the end."""

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        write_line(
            self.stdout,
            result_object(
                ending,
                message,
                seconds,
                conversation=self.conversation,
                shape=self.shape,
            ),
        )


@dataclass(slots=True)
class JsonStream(NothingPending):
    """`stream-json`: one object for each event, with our own stable names; the result last."""

    stdout: TextIO
    conversation: str
    shape: Shape | None = None

    def feed(self, event: Event) -> None:
        if (value := stream_object(event)) is not None:
            write_line(self.stdout, value)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        JsonResult(self.stdout, self.conversation, self.shape).close(ending, message, seconds)


def stream_object(event: Event) -> JsonObject | None:
    """An event as `stream-json` prints it; None for events that it leaves out."""
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
        case ModelSwitched(model, reason):
            return {"type": "model", "model": model, "reason": reason}
        case Retrying(attempt, delay_s, reason):
            return {
                "type": "retry",
                "attempt": attempt,
                "delay_s": round(delay_s, 3),
                "reason": reason,
            }
        case _:
            return None


@dataclass(slots=True)
class FirstCodeBlock(NothingPending):
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
class OneValue(NothingPending):
    """`--schema`: one JSON value at the end, or nothing."""

    stdout: TextIO
    shape: Shape
    _pieces: list[str] = field(default_factory=list)

    def feed(self, event: Event) -> None:
        if isinstance(event, TextDelta):
            self._pieces.append(event.text)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        text = "".join(self._pieces).strip()
        if ending is Ending.COMPLETE and self.shape.fault(text) is None:
            self.stdout.write(f"{clean_prose(text) if self.stdout.isatty() else text}\n")
            self.stdout.flush()
