"""The body of a response: read as it arrives; everything that has arrived is taken at once.

Reading chunk by chunk would wake all later stages for each of thousands of deltas. Here a task
reads what the socket has, and `take` returns all of it at once.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Self

import httpx2

_GZIP = zlib.MAX_WBITS | 16
_MOST_UNPACKED = 1024 * 1024  # bytes at once
MOST_HELD = 4 * 1024 * 1024  # bytes; a server that is further ahead has to wait


async def unpacked(response: httpx2.Response) -> AsyncGenerator[bytes]:
    """The body without its compression. gzip may come as several members, one after the other,
    of which httpx2 reads only the first."""
    if response.headers.get("content-encoding", "").strip().lower() != "gzip":
        async with aclosing(response.aiter_bytes()) as plain:
            async for piece in plain:
                yield piece
        return
    member = zlib.decompressobj(_GZIP)
    async with aclosing(response.aiter_raw()) as body:
        async for packed in body:
            while packed:
                if member.eof:
                    if packed[:1] != b"\x1f":
                        return  # padding after the body
                    member = zlib.decompressobj(_GZIP)
                try:
                    yield member.decompress(packed, _MOST_UNPACKED)
                except zlib.error as fault:
                    raise httpx2.DecodingError(str(fault)) from fault
                packed = member.unconsumed_tail or member.unused_data
    yield member.flush()


class BufferedBody:
    """Use it in an `async with`; close the body after that."""

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
            self._reading.exception()  # `take` has raised it already

    async def take(self) -> bytes:
        """What has arrived since the last call, at least one byte; b"" at the end. Raises what
        reading the body raised, after everything that arrived before it."""
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
