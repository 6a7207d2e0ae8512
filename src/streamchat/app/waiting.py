"""Waits for slow work without blocking the program.

Slow work runs in a thread of its own, which is abandoned when the user stops it, because a
name lookup cannot be interrupted.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from streamchat.core.ports import Reader

STOPPED = "Stopped."
_TURNS_OF_A_KEY = 3  # turns of the event loop until a key or a signal reaches it

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class WorkResult(Generic[_T]):
    """The work has ended with this result."""

    result: _T


async def until_stopped(work: Coroutine[Any, Any, _T], reader: Reader) -> WorkResult[_T] | None:
    """None when the user stopped it. Raises what the work raises."""
    task = asyncio.create_task(work)

    def stop() -> None:
        task.cancel()

    try:
        async with reader.watching(stop):
            await asyncio.wait({task})
    finally:
        task.cancel()
    return None if task.cancelled() else WorkResult(task.result())


async def let_keys_pass() -> None:
    """Let the event loop learn of a key or a signal that has come. After a KeyboardInterrupt, a
    prompt that opened before that would take the same signal for another."""
    for _ in range(_TURNS_OF_A_KEY):
        await asyncio.sleep(0)


async def in_background(work: Callable[[], _T]) -> _T:
    """The result of slow work. If this is cancelled, the thread runs to its end and its result
    is dropped."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: _T | None = None
        failure: BaseException | None = None
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - raised again by who waits for it
            failure = error
        with suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, daemon=True).start()
    return await done
