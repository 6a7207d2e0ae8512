"""How long a key takes to the wire, and a delta to the screen, on a pty and over loopback.

Enter-to-wire: from Enter on the pty to the first byte of the request at the server.
Socket-to-screen: from the server's write of a delta to its letters on the pty. Budgets: 10 ms,
and one frame (33 ms) with its painting. The first turn of the process is shown by itself.

    python tests/benchmarks/latency.py [TURNS]
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import random
import re
import signal
import socket
import statistics
import struct
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

DELTAS = 12
GAPS_S = (0.005, 0.08)  # between two deltas
PATIENCE_S = 30.0
PROMPT = "❯".encode()
ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>]")
MODEL = {"id": "claude-sonnet-5-5", "type": "model", "display_name": "Sonnet"}
USAGE = {"input_tokens": 5, "output_tokens": 5}
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)


class Server:
    """Answers requests for a reply with words that are all different, and notes when the
    first byte of each came and when each word was written."""

    def __init__(self) -> None:
        self.asked_at: list[float] = []
        self.written_at: dict[str, float] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            while data := connection.recv(65536):
                began = time.perf_counter()
                head, _, body = data.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                while length and len(body) < int(length[1]):
                    body += connection.recv(65536)
                if head.startswith(b"POST /v1/messages "):
                    self._reply(connection, len(self.asked_at))
                    self.asked_at.append(began)
                else:
                    self._describe(connection)

    def _describe(self, connection: socket.socket) -> None:
        body = json.dumps(MODEL).encode()
        head = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head.encode() + body)

    def _reply(self, connection: socket.socket, turn: int) -> None:
        message = {"id": "m", "role": "assistant", "content": [], "model": MODEL["id"]}
        block = {"type": "text", "text": ""}
        connection.sendall(
            HEAD
            + chunk("message_start", message={**message, "usage": USAGE})
            + chunk("content_block_start", index=0, content_block=block)
        )
        for number in range(DELTAS):
            time.sleep(random.uniform(*GAPS_S))
            word = f"t{turn}w{number}z"
            delta = {"type": "text_delta", "text": f"{word} "}
            self.written_at[word] = time.perf_counter()
            connection.sendall(chunk("content_block_delta", index=0, delta=delta))
        connection.sendall(
            chunk("content_block_stop", index=0)
            + chunk("message_delta", delta={"stop_reason": "end_turn"}, usage=USAGE)
            + chunk("message_stop")
            + b"0\r\n\r\n"
        )


def chunk(kind: str, **fields: object) -> bytes:
    event = f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()
    return f"{len(event):x}\r\n".encode() + event + b"\r\n"


class Screen:
    """What the program has written, without escape sequences, and when each word came."""

    def __init__(self, terminal: int) -> None:
        self.text = b""
        self.seen_at: dict[str, float] = {}
        self._terminal = terminal
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        left = b""
        with contextlib.suppress(OSError):
            while piece := os.read(self._terminal, 65536):
                now = time.perf_counter()
                left = (left + ESCAPES.sub(b"", piece))[-4096:]
                for word in re.findall(rb"t\d+w\d+z", left):
                    self.seen_at.setdefault(word.decode(), now)
                with self._changed:
                    self.text += ESCAPES.sub(b"", piece)
                    self._changed.notify_all()

    def wait_until(self, arrived: Callable[[], bool]) -> None:
        with self._changed:
            if not self._changed.wait_for(arrived, PATIENCE_S):
                raise SystemExit(
                    f"it did not come; the end of the screen: {self.text[-800:]!r}"
                )

    def rest(self) -> None:
        """Until nothing has been written for a while."""
        while True:
            before = len(self.text)
            time.sleep(0.15)
            if len(self.text) == before:
                return


def start(home: Path, url: str) -> tuple[int, int]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "ANTHROPIC_API_KEY": "sk-ant-benchmark",
        "ANTHROPIC_BASE_URL": url,
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "streamchat"], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return child, terminal


def measure(turns: int) -> tuple[list[float], list[list[float]]]:
    """Milliseconds to the wire, a turn each; milliseconds to the screen, a list a turn."""
    server = Server()
    with tempfile.TemporaryDirectory() as home:
        child, terminal = start(Path(home), server.url)
        screen = Screen(terminal)
        pressed = []
        try:
            screen.wait_until(lambda: PROMPT in screen.text)
            time.sleep(4)  # the SDK, the renderer and the connection are made meanwhile
            for turn in range(turns):
                os.write(terminal, b"go on")
                screen.rest()
                pressed.append(time.perf_counter())
                os.write(terminal, b"\r")
                last = f"t{turn}w{DELTAS - 1}z"
                screen.wait_until(lambda last=last: last in screen.seen_at)  # type: ignore[misc]
                screen.rest()
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(terminal)
    to_wire = [asked - key for asked, key in zip(server.asked_at, pressed, strict=True)]
    to_screen = [
        [
            (screen.seen_at[word] - server.written_at[word]) * 1000
            for word in (f"t{turn}w{number}z" for number in range(DELTAS))
        ]
        for turn in range(turns)
    ]
    return [1000 * seconds for seconds in to_wire], to_screen


def in_words(milliseconds: list[float]) -> str:
    ordered = sorted(milliseconds)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    median = statistics.median(ordered)
    return f"median {median:5.1f} ms, p99 {p99:5.1f} ms, most {ordered[-1]:5.1f} ms"


def main(turns: int) -> None:
    to_wire, to_screen = measure(turns)
    print(f"Enter to wire, first turn      {to_wire[0]:5.1f} ms")
    print(f"Enter to wire, {turns - 1} more turns    {in_words(to_wire[1:])}")
    print(f"socket to screen, first delta  {to_screen[0][0]:5.1f} ms")
    firsts = [each[0] for each in to_screen[1:]]
    print(f"socket to screen, first deltas {in_words(firsts)}")
    later = [ms for each in to_screen[1:] for ms in each[1:]]
    print(f"socket to screen, later deltas {in_words(later)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
