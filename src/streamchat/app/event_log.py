"""A log for bug reports: the kinds and the timings of events, and no text.

Rule: an entry holds only names from this source, numbers, and the kinds of errors.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from streamchat.core.errors import ApiError
from streamchat.core.events import Event, Finished, RawEvent, Retrying, TextDelta, ThinkingDelta
from streamchat.core.messages import JsonObject, Request
from streamchat.core.ports import Source

MOST_ENTRIES = 500
_LONGEST_NAME = 40


def _nowhere(_entry: JsonObject) -> None:
    """For a log that is only kept in memory."""


@dataclass(slots=True)
class EventLog:
    """The last entries; each is given to `write` as it comes."""

    monotonic: Callable[[], float]
    write: Callable[[JsonObject], None] = _nowhere
    entries: deque[JsonObject] = field(default_factory=lambda: deque(maxlen=MOST_ENTRIES))

    def add(self, kind: str, **details: int | float | str | None) -> None:
        entry = {"seconds": round(self.monotonic(), 3), "kind": kind, **details}
        self.entries.append(entry)
        self.write(entry)


@dataclass(frozen=True, slots=True)
class LoggedSource:
    """Wraps `source`; notes each request and each event of its reply."""

    source: Source
    log: EventLog

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        """See ports.Source."""
        self.log.add("request", messages=len(request.messages), tools=len(request.tools))
        try:
            async with aclosing(self.source.stream(request)) as events:
                async for event in events:
                    self._note(event)
                    yield event
        except ApiError as error:
            self.log.add("failed", error=_name(error.kind), http_status=error.http_status)
            raise

    async def count_tokens(self, request: Request) -> int:
        """See ports.Source."""
        self.log.add("count_tokens", messages=len(request.messages))
        return await self.source.count_tokens(request)

    def _note(self, event: Event) -> None:
        match event:
            case RawEvent():
                pass  # the events that were made from it follow
            case TextDelta(text) | ThinkingDelta(text):
                self.log.add(type(event).__name__, characters=len(text))
            case Retrying(attempt, delay_s, _):
                self.log.add("Retrying", attempt=attempt, delay_s=round(delay_s, 3))
            case Finished(message):
                self.log.add("Finished", blocks=len(message.content))
            case _:
                self.log.add(type(event).__name__)


def _name(kind: str) -> str:
    """The kind of an error, unless a server put a text there."""
    return kind if kind.isidentifier() and len(kind) <= _LONGEST_NAME else "other"
