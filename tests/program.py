"""The command line in this process: arguments in, status and streams out.

    run_program("--list").stdout
    run_program("sum it up", stdin="piped", environ=towards).status

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/exit\\r")

    assert run_on_terminal(person, "--demo").status == 0

The world is the one that `conftest.isolated_world` made. Only what a process alone has
(signals, closed streams, its exit) needs `terminal.Terminal` or a subprocess, which take a
second each.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import select
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.input import typeahead

from patience import PATIENCE_S
from shared_bindings import share_bindings
from streamchat import demo
from streamchat.cli.environment import Environment, new_id
from streamchat.cli.main import main
from streamchat.demo.pace import INSTANT
from terminal import Person

share_bindings()

NOW_S = 1_790_000_000.0  # 2026-09-21T14:13:20Z


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run of the program came to."""

    status: int
    stdout: str
    stderr: str


class _Keyboard(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def run_program(
    *argv: str,
    environ: Mapping[str, str] | None = None,
    stdin: str | bytes = b"",
    has_keyboard: bool = False,
) -> Finished:
    """Run the program as `streamchat ARGV` with what is on `stdin`, which is a terminal with
    `has_keyboard`. Its clocks stand still."""
    piped = io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin)
    stdout = io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape")
    stderr = io.StringIO()
    with _world(environ or {}):
        environment = Environment(
            stdin=(_Keyboard if has_keyboard else io.TextIOWrapper)(piped),
            stdout=stdout,
            stderr=stderr,
            environ=dict(os.environ),
            home=Path.home(),
            cwd=Path.cwd(),
            clock=lambda: NOW_S,
            monotonic=lambda: 0.0,
            new_id=new_id,
        )
        status = int(main(argv, environment))
    stdout.flush()
    written = stdout.buffer
    assert isinstance(written, io.BytesIO)
    return Finished(
        status, written.getvalue().decode("utf-8", "surrogateescape"), stderr.getvalue()
    )


@contextmanager
def _world(environ: Mapping[str, str]) -> Iterator[None]:
    """The SDK reads the environment of the process; the demo answers without delay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "DemoServer", partial(demo.DemoServer, speed=INSTANT))
        for name, value in environ.items():
            patch.setenv(name, value)
        yield


class Window(Person):
    """A person at a terminal of this process."""

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__(columns, rows)
        self.status = -1  # of the program, once it has ended
        self._ours, self.theirs = os.openpty()
        self._set_size(columns, rows)

    def _send(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Tell the emulator and the terminal; no SIGWINCH comes to a program in here."""
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def leave(self) -> None:
        """Close the window."""
        os.close(self._ours)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def _next_piece(self) -> bytes:
        with suppress(OSError):  # EIO: the program has ended
            if select.select([self._ours], [], [], PATIENCE_S)[0]:
                return os.read(self._ours, 65536)
        return b""


def run_on_terminal(
    act: Callable[[Person], None],
    *argv: str,
    environ: Mapping[str, str] | None = None,
    columns: int = 80,
    rows: int = 24,
) -> Window:
    """Run the program on a terminal where somebody acts, in a thread; afterwards what is left
    is read to its end. Whoever fails closes the window, which ends the program."""
    window = Window(columns, rows)
    failures: list[BaseException] = []

    def sit() -> None:
        try:
            act(window)
            while window.read():
                pass
        except BaseException as failure:  # noqa: BLE001 - raised again below
            failures.append(failure)
        finally:
            window.leave()

    person = threading.Thread(target=sit)
    with _world(environ or {}), _streams(window.theirs) as (stdin, stdout, stderr):
        environment = Environment(
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            environ=dict(os.environ),
            home=Path.home(),
            cwd=Path.cwd(),
            clock=time.time,
            monotonic=time.monotonic,
            new_id=new_id,
        )
        # By the number of a descriptor, prompt_toolkit keeps what an earlier run left unread.
        typeahead._buffer.clear()
        person.start()
        window.status = int(main(argv, environment))
    person.join(PATIENCE_S)
    if failures:
        raise failures[0]
    return window


@contextmanager
def _streams(terminal: int) -> Iterator[tuple[io.TextIOWrapper, ...]]:
    """stdin, stdout and stderr on the terminal, which is closed with them."""
    stdin = os.fdopen(terminal, "r", encoding="utf-8", closefd=False)
    outs = [
        os.fdopen(terminal, "w", 1, "utf-8", "backslashreplace", closefd=False)
        for _ in range(2)
    ]
    try:
        yield (stdin, *outs)
    finally:
        for stream in (stdin, *outs):
            with suppress(OSError, ValueError):
                stream.close()
        os.close(terminal)


def just_look(_terminal: Person) -> None:
    """For somebody who types nothing."""


def conversations_directory() -> Path:
    """Where the program keeps conversations in this world; made if it is missing."""
    directory = Path(os.environ["XDG_DATA_HOME"], "streamchat/conversations")
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


def saved_conversations() -> list[Path]:
    return sorted(conversations_directory().glob("*.jsonl"))


def saved_records() -> list[dict[str, Any]]:
    """The lines of the one conversation on disk."""
    [file] = saved_conversations()
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def said() -> list[tuple[object, str]]:
    """(role, text) of each turn in the one conversation on disk."""
    turns = [record for record in saved_records() if record["type"] == "turn"]
    return [(turn["role"], turn["content"][0]["text"]) for turn in turns]
