"""TLS in front of a scripted server, and proxies before it, each on a loopback port.

    with tls_front(server.base_url) as front, http_proxy(front) as proxy: ...

A proxy leads every name to the place it was given, so that tests ask for hosts that are not
there. All of them show the same certificate.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

CERTIFICATE = Path(__file__).parent / "data" / "loopback.pem"  # signed by itself
Greeting: TypeAlias = Callable[
    [asyncio.StreamReader, asyncio.StreamWriter, "Place"], Awaitable[bool]
]


@dataclass(slots=True)
class Place:
    """A port, and what its clients asked for."""

    port: int
    asked: list[str] = field(default_factory=list)

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def tls_front(base_url: str) -> Iterator[Place]:
    """https on the way to a server that speaks plain http."""
    with _relay(urlsplit(base_url).port or 0, tls=True, greeting=_nothing) as place:
        yield place


@contextmanager
def http_proxy(goal: Place, *, tls: bool = False, status: str = "200 OK") -> Iterator[Place]:
    """A proxy for CONNECT that answers with this status; with `tls`, one that speaks TLS."""

    async def greet(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, place: Place
    ) -> bool:
        head = await reader.readexactly(len("CONNECT"))
        if head != b"CONNECT":  # such as TLS
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return False
        head += await reader.readuntil(b"\r\n\r\n")
        place.asked.append(head.decode().split("\r\n", 1)[0])
        writer.write(f"HTTP/1.1 {status}\r\n\r\n".encode())
        await writer.drain()
        return status.startswith("200")

    with _relay(goal.port, tls=tls, greeting=greet) as place:
        yield place


async def _nothing(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, place: Place
) -> bool:
    return True


@contextmanager
def _relay(goal: int, *, tls: bool, greeting: Greeting) -> Iterator[Place]:
    listener = socket.create_server(("127.0.0.1", 0))
    attending: list[tuple[asyncio.Task[None], socket.socket]] = []
    place = Place(listener.getsockname()[1])
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()

    async def handle(link: socket.socket) -> None:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, link, ssl=server_context() if tls else None
        )
        try:
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            if await greeting(reader, writer, place):
                await _join(reader, writer, goal)
            writer.close()
            await writer.wait_closed()
        finally:
            transport.abort()  # also when the proxy stops meanwhile

    async def attend(link: socket.socket) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await handle(link)

    def accept() -> None:
        link, _ = listener.accept()
        link.settimeout(0)
        attending.append((loop.create_task(attend(link)), link))

    async def serve() -> None:
        loop.add_reader(listener, accept)
        await stopping.wait()
        loop.remove_reader(listener)
        for task, link in attending:
            task.cancel()
            await asyncio.wait({task})
            link.close()  # also of a task that never ran
        await asyncio.sleep(0)  # what was aborted is closed in the next turn

    def run() -> None:
        loop.set_exception_handler(lambda *_: None)  # a client that walks away is no news
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield place
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        listener.close()


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, goal: int) -> None:
    there, back = await asyncio.open_connection("127.0.0.1", goal)
    try:
        await asyncio.gather(_pump(reader, back), _pump(there, writer))
    finally:
        back.transport.abort()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(65536):
        sink.write(piece)
        await sink.drain()
    with suppress(OSError, NotImplementedError):
        if sink.can_write_eof():
            sink.write_eof()


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context
