"""Waits for what takes time, until the user stops it. What is typed meanwhile is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from streamchat.core.ports import Reader

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reached(Generic[_T]):
    """The work came to its end, with this result."""

    result: _T


async def until_stopped(work: Coroutine[Any, Any, _T], reader: Reader) -> Reached[_T] | None:
    """None when the user stopped it. Raises what the work raises."""
    task = asyncio.create_task(work)

    def stop() -> None:
        task.cancel()

    try:
        async with reader.watching(stop):
            await asyncio.wait({task})
    finally:
        task.cancel()
    return None if task.cancelled() else Reached(task.result())
