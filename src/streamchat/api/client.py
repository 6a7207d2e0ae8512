"""The API client as the program sees it: created at once, loaded later.

Rule: nothing here imports the SDK at module level, and creating an `ApiClient` costs nothing.
So the prompt can be drawn first.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future
from contextlib import aclosing, contextmanager
from datetime import date
from typing import TYPE_CHECKING

from streamchat.api.catalogue import ModelInfo
from streamchat.api.early_socket import EarlySocket, early_socket
from streamchat.api.server import Deadlines, Server
from streamchat.api.slim_import import (
    SdkImport,
    import_sdk,
    import_whole_instead,
    is_imported,
)
from streamchat.core.errors import ApiError
from streamchat.core.events import Event
from streamchat.core.messages import Request

if TYPE_CHECKING:
    from streamchat.api.connection import Connection

_loading = threading.Lock()  # importing and pausing the collector affect the whole process


class ApiClient:
    """A Messages API server (ports.Source). Once used, it belongs to one event loop.

    Every method that asks the server raises only ApiError.
    """

    def __init__(
        self, server: Server, deadlines: Deadlines | None = None, *, full_sdk: bool = False
    ) -> None:
        """`full_sdk` imports the whole SDK, even what a chat does not use."""
        self.server = server
        self._full_sdk = full_sdk
        self._deadlines = deadlines or Deadlines()
        self._connection: Connection | None = None
        self._loading: Future[None] | None = None
        self._early: EarlySocket | None = None
        self._is_asked = False
        self.shows_raw: Callable[[], bool] = lambda: True  # whether somebody sees RawEvents

    def begin(self) -> None:
        """Load in one thread and connect in another, while the program waits for something
        else. `ready` raises what goes wrong."""
        if self._connection is None and self._loading is None:
            if not is_imported():
                self._early = early_socket(self.server, timeout_s=self._deadlines.connect_s)
            if self._early is not None:
                self._early.begin()
            self._loading = _load_in_thread(self)

    def load(self) -> None:
        """Import the SDK and create its client, once. Blocks for 0.2 s; any thread may call it.

        Raises ApiError when the server's address or the credentials cannot be used.
        """
        with _loading:
            if self._connection is None:
                import_sdk_once(full=self._full_sdk)
                self._connection = self._connect()

    def _connect(self) -> Connection:
        try:
            return self._new_connection()
        except ApiError as error:
            fault = error.__cause__
            if not _may_be_of_the_sdk(fault) or not import_whole_instead(
                f"the first client failed ({type(fault).__name__}: {fault})"
            ):
                raise
            return self._new_connection()

    def _new_connection(self) -> Connection:
        from streamchat.api.connection import Connection  # loaded already: costs nothing

        return Connection(self.server, self._deadlines, self._early)

    async def ready(self) -> None:
        """Wait until the SDK is loaded; load it in a thread if that has not begun."""
        while self._connection is None:
            self.begin()
            loading = self._loading
            assert loading is not None
            try:
                await asyncio.wrap_future(loading)
            finally:
                if loading.done() and loading is self._loading:
                    self._loading = None  # the next caller tries again

    async def warm(self, model: str) -> ModelInfo | None:
        """Open the connection for the next request by asking for the model. Meanwhile
        rehearse a reply, so that the first real one is not slower than the others, unless a
        reply is already awaited.

        Never raises ApiError: the request itself will report what is wrong.
        """
        try:
            await self.ready()
            from streamchat.api.rehearsal import rehearse  # loaded already: costs nothing

            if not self._is_asked:
                threading.Thread(target=rehearse, daemon=True).start()
            return await self.model(model)
        except ApiError:
            return None

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        """Send the request once and yield the reply's events, ending in Finished."""
        self._is_asked = True
        connection = await self._loaded()
        reply = connection.reply(request, shows_raw=self.shows_raw())
        async with aclosing(reply) as events:
            async for event in events:
                yield event

    async def count_tokens(self, request: Request) -> int:
        """The number of input tokens of the request."""
        return await (await self._loaded()).count_tokens(request)

    async def models(self) -> list[ModelInfo]:
        """The models that the server lists."""
        return await (await self._loaded()).models()

    async def model(self, model: str) -> ModelInfo | None:
        """What the server says about the model; None if it has no such model."""
        return await (await self._loaded()).model(model)

    async def deprecation(self, model: str, *, today: date) -> str | None:
        """A line for a model that is retired or soon will be, by the SDK's table."""
        await self.ready()
        from streamchat.api.connection import deprecation  # loaded already: costs nothing

        return deprecation(model, today=today)

    async def aclose(self) -> None:
        """Close the connections. A later request opens new ones."""
        if self._early is not None:
            self._early.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    async def _loaded(self) -> Connection:
        await self.ready()
        assert self._connection is not None
        return self._connection


def _may_be_of_the_sdk(fault: BaseException | None) -> bool:
    """Whether a client could not be made because the slim SDK lacks something, not because of
    an address, a proxy or a library."""
    if isinstance(fault, ImportError):
        return (fault.name or "").startswith("anthropic")
    return isinstance(fault, AttributeError | NameError | TypeError)


def import_sdk_once(*, full: bool) -> SdkImport:
    """Import the SDK if that has not been done. It takes 0.2 s: call it after the first prompt,
    or when a request is sure to follow."""
    with _collector_paused():
        return import_sdk(whole=full)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector: the import is a fifth faster, and creates no garbage."""
    if "anthropic" in sys.modules:
        yield
        return
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def _load_in_thread(api: ApiClient) -> Future[None]:
    """Run `api.load()` in a daemon thread. The program must not wait for an import when it
    exits, as it would for asyncio's own threads."""
    loaded: Future[None] = Future()
    loaded.set_running_or_notify_cancel()  # from now on, a cancelled waiter does not cancel it
    threading.Thread(target=_load_into, args=(api, loaded), daemon=True).start()
    return loaded


def _load_into(api: ApiClient, loaded: Future[None]) -> None:
    try:
        api.load()
    except BaseException as fault:  # noqa: BLE001 - raised again by who waits for it
        loaded.set_exception(fault)
    else:
        loaded.set_result(None)
