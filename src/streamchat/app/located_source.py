"""A source that adds line numbers to citations of attached texts.

The API cites a text by its characters. The lines are added here, where a reply enters the
program, so that the screen, the file and every export have them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from streamchat.core.citations import CitedDocuments
from streamchat.core.events import BlockStopped, Event, Finished
from streamchat.core.messages import Request
from streamchat.core.ports import Source


@dataclass(frozen=True, slots=True)
class LocatedSource:
    """Wraps `source`."""

    source: Source

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        """See ports.Source."""
        documents = CitedDocuments.read(request.messages)
        async with aclosing(self.source.stream(request)) as events:
            async for event in events:
                yield _located(event, documents)

    async def count_tokens(self, request: Request) -> int:
        """See ports.Source."""
        return await self.source.count_tokens(request)


def _located(event: Event, documents: CitedDocuments) -> Event:
    match event:
        case BlockStopped(_, block):
            return replace(event, block=documents.with_lines(block))
        case Finished(message):
            content = tuple(map(documents.with_lines, message.content))
            return replace(event, message=replace(message, content=content))
        case _:
            return event
