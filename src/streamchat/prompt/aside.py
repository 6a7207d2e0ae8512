"""The keys while the main thread works and serves no event loop.

A watch (see `watch`) runs in a thread with an event loop of its own, so the same keys stop the
work, and the rest is typed ahead.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, closing, contextmanager


class Interruption:
    """Stops the work of the main thread, by SIGINT, and only while it is `open`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_open = False

    @contextmanager
    def open(self) -> Iterator[None]:
        """While entered, `send` interrupts. A KeyboardInterrupt may come at any moment in
        here."""
        self._is_open = True
        try:
            yield
        finally:
            with self._lock:
                self._is_open = False

    def send(self) -> None:
        """Interrupt, at most once."""
        main = threading.main_thread().ident
        with self._lock:
            if self._is_open and main is not None:
                self._is_open = False
                signal.pthread_kill(main, signal.SIGINT)


@contextmanager
def watching_aside(watch: AbstractContextManager[None]) -> Iterator[None]:
    """While entered, `watch` is entered in a thread with a loop of its own. Raises what it
    raises."""
    loop, ended = asyncio.new_event_loop(), asyncio.Event()
    entered: Future[None] = Future()

    async def sit() -> None:
        with watch:
            entered.set_result(None)
            await ended.wait()

    with closing(loop), ThreadPoolExecutor(1) as threads:
        sitting = threads.submit(loop.run_until_complete, sit())
        wait((entered, sitting), return_when=FIRST_COMPLETED)
        if not entered.done():
            sitting.result()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(ended.set)
            sitting.result()
