"""Selects what a text of references stands for, without holding up the program.

Addresses are fetched and pipes are read in a thread of its own, which nobody waits for once the
user stops it: a look-up of a name cannot be interrupted. Reading a file can be.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from streamchat.app.session import Session
from streamchat.app.stopping import until_stopped
from streamchat.core.attaching import Selection, names_address
from streamchat.core.errors import MustWait
from streamchat.core.ports import Reader

STOPPED = "Stopped. Nothing was attached."

_T = TypeVar("_T")


async def select_until_stopped(session: Session, text: str, reader: Reader) -> Selection | None:
    """See Session.select_files for what it raises; None if the user stopped it."""
    if not names_address(text):
        try:
            with suppress(MustWait), reader.interrupting():
                return session.select_files(text)
        except KeyboardInterrupt:
            return None
    selecting = in_background(lambda: session.select_files(text))
    selected = await until_stopped(selecting, reader)
    return selected.result if selected else None


async def in_background(work: Callable[[], _T]) -> _T:
    """The result of slow work. If this is cancelled, the thread ends by itself, unheard."""
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
