"""The body of a response, read as fast as it comes and taken as far as it has come.

Reading chunk by chunk wakes everything above for each of thousands of deltas. Here a task of
its own reads what the socket holds, and whoever takes gets all of it in one piece.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Self

MOST_HELD = 4 * 1024 * 1024  # bytes; a server that sends more than is taken has to wait


class Arrivals:
    """Use it in an `async with`; the body may be closed after that."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self._pieces: list[bytes] = []
        self._held = 0  # bytes in them
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        await asyncio.wait({self._reading})
        if not self._reading.cancelled():
            self._reading.exception()  # whoever took it knows; nobody else need be told

    async def take(self) -> bytes:
        """What has come since the last time, at least a byte; nothing at the end. Raises
        what reading the body raised, behind all that came before."""
        while not self._pieces and not self._reading.done():
            self._news.clear()
            await self._news.wait()
        if self._pieces:
            taken = b"".join(self._pieces)
            self._pieces.clear()
            self._held = 0
            self._room.set()
            return taken
        self._reading.result()
        return b""

    async def _read(self) -> None:
        try:
            async for piece in self._body:
                if piece:
                    self._pieces.append(piece)
                    self._held += len(piece)
                    self._news.set()
                while self._held > MOST_HELD:
                    self._room.clear()
                    await self._room.wait()
        finally:
            self._news.set()
