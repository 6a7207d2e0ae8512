"""A server on 127.0.0.1 in a thread of its own, given what answers a request.

Rules: the socket listens when `start` returns; `stop` waits for nobody, so open
connections are torn down; one client's fault never reaches another.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TypeAlias

from streamchat.demo.http import BadRequest, Channel, HttpRequest, Inbox, read_request

ExchangeHandler: TypeAlias = Callable[[HttpRequest, Channel], Awaitable[None]]
Refusal: TypeAlias = Callable[[BadRequest, Channel], Awaitable[None]]
_HOST = "127.0.0.1"


class LoopbackServer:
    """Answers every request with `handler`, and what is no request with `refusal`.

    A handler that must wait for its client is cancelled when the client goes away.
    """

    def __init__(self, handler: ExchangeHandler, refusal: Refusal) -> None:
        self._handler = handler
        self._refusal = refusal
        self._running: _Running | None = None
        self.base_url = ""

    def start(self) -> None:
        """Listen. Raises OSError when the machine has no loopback."""
        if self._running is not None:
            raise RuntimeError("the server is already running")
        listener = socket.create_server((_HOST, 0))
        # asyncio sets it only on sockets made with a protocol number; without it a reused
        # connection waits 40 ms for an acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.base_url = f"http://{_HOST}:{listener.getsockname()[1]}"
        self._running = _Running(listener, self._handler, self._refusal)

    def stop(self) -> None:
        """End every connection at once, and the thread; a second call does nothing."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def __enter__(self) -> LoopbackServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class _Running:
    """The thread, its loop, and the connections in it."""

    def __init__(
        self, listener: socket.socket, handler: ExchangeHandler, refusal: Refusal
    ) -> None:
        self._listener = listener
        self._handler = handler
        self._refusal = refusal
        self._connections: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="loopback", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, sock=self._listener)
        await self._stopping.wait()
        server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await asyncio.sleep(0)  # an aborted transport closes its socket in the next round

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A plain function: asyncio would log the cancelled tasks it had made itself.
        connection = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._ended)

    def _ended(self, connection: asyncio.Task[None]) -> None:
        self._connections.discard(connection)
        if not connection.cancelled() and (bug := connection.exception()):
            # Now, with its traceback, and not when the garbage collector comes round.
            report = {"message": "answering a request failed", "exception": bug}
            self._loop.call_exception_handler(report)

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        inbox = Inbox(reader)
        try:
            while await self._answer_next(inbox, writer):
                pass
        except ConnectionError:
            pass  # the client is gone: so is the reason to write
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            writer.close()

    async def _answer_next(self, inbox: Inbox, writer: asyncio.StreamWriter) -> bool:
        try:
            request = await read_request(inbox, writer)
        except BadRequest as bad:
            await self._refusal(bad, Channel(writer, None))
            return False
        if request is None:
            return False
        channel = Channel(writer, request)
        return await self._answered(request, channel, inbox) and channel.reusable

    async def _answered(self, request: HttpRequest, channel: Channel, inbox: Inbox) -> bool:
        """Run the handler for as long as its client stays."""
        answer = asyncio.ensure_future(self._handler(request, channel))
        gone = asyncio.ensure_future(inbox.client_gone())
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answer.cancel()
            gone.cancel()
            await asyncio.wait({answer, gone})  # the inbox has one reader at a time
        if answer.cancelled():
            return False
        answer.result()
        return True
