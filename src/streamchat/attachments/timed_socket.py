"""A socket whose reads and writes end at a deadline."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class SocketLike(Protocol):
    """The part of a socket that is used."""

    def settimeout(self, seconds: float, /) -> None: ...

    def sendall(self, data: bytes, /) -> None: ...

    def recv(self, most: int, /) -> bytes: ...

    def recv_into(self, buffer: bytearray | memoryview, /) -> int: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of all work on one attachment, on a monotonic clock."""

    at: float
    clock: Callable[[], float]

    def left(self) -> float:
        """The seconds that are left; raises TimeoutError if there are none."""
        left = self.at - self.clock()
        if left <= 0:
            raise TimeoutError
        return left


class TimedSocket:
    """A socket as http.client uses one, whose every read and write ends at the deadline.
    http.client closes it before it reads the body; the connector closes the real one."""

    def __init__(self, inner: SocketLike, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._inner.settimeout(self._deadline.left())
        self._inner.sendall(data)

    def read_exactly(self, count: int) -> bytes:
        """Raises ConnectionError if less comes."""
        data = b""
        while len(data) < count:
            self._inner.settimeout(self._deadline.left())
            piece = self._inner.recv(count - len(data))
            if not piece:
                raise ConnectionError("it closed the connection")
            data += piece
        return data

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._inner, self._deadline))

    def close(self) -> None:
        pass


class _TimedReader(io.RawIOBase):
    def __init__(self, inner: SocketLike, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._inner.settimeout(self._deadline.left())
        return self._inner.recv_into(buffer)
