"""How soon a question is on the wire, and what a whole run costs, in one run, as ratios.

Every round measures each line once, so that a busy machine disturbs all of them alike. CPU is
user and system time. Budgets:

    a prompt that takes keys                      0.8 of `import prompt_toolkit`
    one-shot, the request on the wire             0.4 of `import anthropic`
    REPL, a question sent 0.1 s after the prompt  0.6 of `import anthropic`
    one-shot of 8,000 deltas, CPU                 0.7 of a bare script over the SDK
    one-shot, peak memory                         60 MB

    python tests/benchmarks/first_byte.py [ROUNDS] [-- OTHER COMMAND LINE]

The other command line gets the same server (ANTHROPIC_BASE_URL) and stands beside these:
`first_byte.py 5 -- claude -p hello`.
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import signal
import socket
import statistics
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

DELTAS = 8000
AFTER_PROMPT_S = 0.1
PATIENCE_S = 60.0
PROMPT = "❯ ".encode()
QUESTION, KEY = b"hello\r", b"Q"
USAGE = {"input_tokens": 5, "output_tokens": 5}
MODEL = {"id": "claude-sonnet-5-5", "type": "model", "display_name": "Sonnet"}
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
BARE_SCRIPT = """
import anthropic
with anthropic.Anthropic(max_retries=0).messages.stream(
    model="claude-sonnet-5-5", max_tokens=16000, messages=[{"role": "user", "content": "hello"}]
) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
    stream.get_final_message()
"""


def chunk(kind: str, **fields: object) -> bytes:
    event = f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()
    return f"{len(event):x}\r\n".encode() + event + b"\r\n"


def answer(deltas: int) -> list[bytes]:
    message = {"id": "m", "type": "message", "role": "assistant", "model": MODEL["id"]}
    started = {**message, "content": [], "usage": USAGE}
    pieces = [
        HEAD + chunk("message_start", message=started),
        chunk("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    ]
    for number in range(deltas):
        delta = {"type": "text_delta", "text": f"word{number} " + "\n" * (number % 12 == 11)}
        pieces.append(chunk("content_block_delta", index=0, delta=delta))
    end = {"stop_reason": "end_turn", "stop_sequence": None}
    return [
        *pieces,
        chunk("content_block_stop", index=0),
        chunk("message_delta", delta=end, usage=USAGE),
        chunk("message_stop") + b"0\r\n\r\n",
    ]


class Server:
    """Answers every question with `deltas` deltas, each sent by itself, and notes when the
    first byte of a question came."""

    def __init__(self) -> None:
        self.asked_at: float | None = None
        self.deltas = DELTAS
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                now = time.perf_counter()
                head, _, body = data.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                while length and len(body) < int(length[1]):
                    body += connection.recv(65536)
                if not re.match(rb"POST /v1/messages[ ?]", head):
                    connection.sendall(describe())
                    continue
                self.asked_at = self.asked_at or now
                for piece in answer(self.deltas):
                    connection.sendall(piece)


def describe() -> bytes:
    body = json.dumps({**MODEL, "input_tokens": 5}).encode()
    head = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\n" + head.encode() + body


@dataclass(slots=True)
class Measured:
    """What one process took, in seconds and megabytes."""

    whole_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    wire_s: float | None = None
    prompt_s: float | None = None
    key_s: float | None = None


@dataclass(slots=True)
class Bench:
    """Runs commands beside one server, in a home of their own."""

    home: Path
    server: Server = field(default_factory=Server)

    def environment(self) -> Mapping[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "ANTHROPIC_API_KEY": "sk-ant-benchmark",
            "ANTHROPIC_BASE_URL": self.server.url,
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }

    def run(self, command: Sequence[str], *, deltas: int = DELTAS) -> Measured:
        """The command into a pipe that is read at once."""
        self.server.asked_at, self.server.deltas = None, deltas
        reading, writing = os.pipe()
        began = time.perf_counter()
        child = os.posix_spawnp(
            command[0],
            list(command),
            self.environment(),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, writing, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
        os.close(writing)
        while os.read(reading, 65536):
            pass
        os.close(reading)
        return self._ended(child, began)

    def chat(self, act: Callable[[Terminal, Measured], None]) -> Measured:
        """The REPL on a terminal, until `act` is done with it."""
        self.server.asked_at, self.server.deltas = None, 10
        command = [sys.executable, "-m", "streamchat"]
        measured = Measured()
        began = time.perf_counter()
        child, fd = pty.fork()
        if child == 0:
            os.execve(command[0], command, self.environment())
        try:
            act(Terminal(fd, began), measured)
        finally:
            os.kill(child, signal.SIGKILL)
            os.close(fd)
            ended = self._ended(child, began)
        measured.wire_s = ended.wire_s
        return measured

    def _ended(self, child: int, began: float) -> Measured:
        _, _, used = os.wait4(child, 0)
        now = time.perf_counter()
        asked = self.server.asked_at
        return Measured(
            whole_s=now - began,
            cpu_s=used.ru_utime + used.ru_stime,
            peak_mb=used.ru_maxrss / 1024,
            wire_s=None if asked is None else asked - began,
        )

    def prompt_and_key(self) -> Measured:
        """Until the prompt takes keys, and until the first one is shown."""

        def act(terminal: Terminal, measured: Measured) -> None:
            measured.prompt_s = terminal.wait_for_prompt()
            os.write(terminal.fd, KEY)
            measured.key_s = terminal.wait_for(KEY)

        return self.chat(act)

    def question(self) -> Measured:
        """A question that is sent soon after the prompt stands."""

        def act(terminal: Terminal, measured: Measured) -> None:
            measured.prompt_s = terminal.wait_for_prompt()
            terminal.rest(AFTER_PROMPT_S)
            os.write(terminal.fd, QUESTION)
            deadline = time.perf_counter() + PATIENCE_S
            while self.server.asked_at is None:
                if time.perf_counter() > deadline:
                    raise SystemExit(f"no question came; the screen: {terminal.seen!r}")
                terminal.rest(0.001)

        return self.chat(act)


@dataclass(slots=True)
class Terminal:
    """The side of a terminal that a person sits at."""

    fd: int
    began: float
    seen: bytes = b""

    def wait_for_prompt(self) -> float:
        """Seconds to a prompt that takes keys: it is drawn, and the terminal is raw."""
        self.wait_for(PROMPT)
        while termios.tcgetattr(self.fd)[3] & (termios.ECHO | termios.ICANON):
            self.rest(0.0005)
        return time.perf_counter() - self.began

    def wait_for(self, wanted: bytes) -> float:
        deadline = time.perf_counter() + PATIENCE_S
        while wanted not in self.seen:
            if time.perf_counter() > deadline:
                raise SystemExit(f"{wanted!r} did not come, but: {self.seen!r}")
            self.rest(0.05, until_output=True)
        return time.perf_counter() - self.began

    def rest(self, seconds: float, *, until_output: bool = False) -> None:
        """Read what comes, for so long or until something came."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            ready, _, _ = select.select([self.fd], [], [], left)
            if ready:
                self.seen += os.read(self.fd, 65536)
                if until_output:
                    return


def measure(rounds: int, other: Sequence[str]) -> dict[str, list[Measured]]:
    python = sys.executable
    with tempfile.TemporaryDirectory(prefix="streamchat-first-byte-") as home:
        bench = Bench(Path(home))
        lines: dict[str, Callable[[], Measured]] = {
            "python -c pass": lambda: bench.run([python, "-c", "pass"]),
            PTK: lambda: bench.run([python, "-c", PTK]),
            SDK: lambda: bench.run([python, "-c", SDK]),
            CHAT: bench.prompt_and_key,
            ASK: bench.question,
            ONE_SHOT: lambda: bench.run([python, "-m", "streamchat", "hello"]),
            BARE: lambda: bench.run([python, "-c", BARE_SCRIPT]),
        }
        if other:
            lines[" ".join(other)] = lambda: bench.run(other)
        taken: dict[str, list[Measured]] = {name: [] for name in lines}
        for turn in range(rounds + 1):  # the first fills the caches of the disk
            for name, line in lines.items():
                measured = line()
                if turn:
                    taken[name].append(measured)
    return taken


PTK, SDK = "import prompt_toolkit", "import anthropic"
CHAT, ASK = "streamchat", "streamchat, a question at once"
ONE_SHOT, BARE = "streamchat hello", "a bare script over the SDK"


def median(taken: Sequence[Measured], name: str) -> float | None:
    values = [value for each in taken if (value := getattr(each, name)) is not None]
    return statistics.median(values) if values else None


def ratio(
    taken: Mapping[str, Sequence[Measured]], of: tuple[str, str], over: tuple[str, str]
) -> float:
    """The median over the rounds of what one line took over what the other took."""
    pairs = zip(taken[of[0]], taken[over[0]], strict=True)
    ratios: list[float] = [getattr(a, of[1]) / getattr(b, over[1]) for a, b in pairs]
    return statistics.median(ratios)


def main(rounds: int, other: Sequence[str]) -> None:
    taken = measure(rounds, other)
    columns = ("prompt_s", "key_s", "wire_s", "whole_s", "cpu_s", "peak_mb")
    heads = ("prompt", "first key", "on the wire", "whole run", "CPU", "peak")
    print(f"{'median of ' + str(rounds) + ' rounds':32}", *(f"{head:>12}" for head in heads))
    for name, each in taken.items():
        cells = [_cell(median(each, column), column) for column in columns]
        print(f"{name[:32]:32}", *(f"{cell:>12}" for cell in cells))
    print()
    budgets = (
        ("a prompt that takes keys", (CHAT, "prompt_s"), (PTK, "whole_s"), 0.8),
        ("the first key on the screen", (CHAT, "key_s"), (PTK, "whole_s"), None),
        ("one-shot, request on the wire", (ONE_SHOT, "wire_s"), (SDK, "whole_s"), 0.4),
        ("REPL, question on the wire", (ASK, "wire_s"), (SDK, "whole_s"), 0.6),
        ("one-shot, CPU of the whole run", (ONE_SHOT, "cpu_s"), (BARE, "cpu_s"), 0.7),
        ("one-shot, the whole run", (ONE_SHOT, "whole_s"), (BARE, "whole_s"), None),
    )
    for name, of, over, budget in budgets:
        most = f"   budget {budget}" if budget else ""
        print(f"{name:32} {ratio(taken, of, over):5.2f} of {over[0]}{most}")
    print(
        f"{'one-shot, peak memory':32} {median(taken[ONE_SHOT], 'peak_mb'):5.1f} MB   budget 60"
    )


def _cell(value: float | None, column: str) -> str:
    if value is None or (column in ("whole_s", "cpu_s", "peak_mb") and value == 0):
        return ""
    return f"{value:.0f} MB" if column == "peak_mb" else f"{value:.3f} s"


if __name__ == "__main__":
    arguments = sys.argv[1:]
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    main(int(arguments[0]) if cut else 5, arguments[cut + 1 :])
