"""In tmux, where there is one: a window that changes its size has nothing in its scrollback
twice. The same happens at a terminal of one size, so that the tests fit a machine without tmux.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from types import TracebackType

import pexpect
import pytest

from scripts import Wait, text_reply
from server import ScriptedServer
from terminal import Person, Terminal


class Tmux(Terminal):
    """The program in tmux, and the person at the terminal around it."""

    def __init__(self, *, environ: Mapping[str, str]) -> None:
        Person.__init__(self, 80, 24)
        self._directory = Path(tempfile.mkdtemp())  # the name of a socket is short
        self._server = ["tmux", "-S", str(self._directory / "socket")]
        settings = self._directory / "settings"
        settings.write_text("set -g status off\nset -g history-limit 20000\n")
        self.child = pexpect.spawn(
            self._server[0],
            [
                *self._server[1:],
                "-f",
                str(settings),
                "new-session",
                shlex.join([sys.executable, "-m", "streamchat"]),
            ],
            env={**os.environ, **environ, "TERM": "xterm-256color"},
            dimensions=(24, 80),
        )
        self.child.delaybeforesend = None

    @property
    def whole(self) -> list[str]:
        capture = [*self._server, "capture-pane", "-p", "-S", "-"]
        return subprocess.run(
            capture, capture_output=True, check=True, text=True
        ).stdout.splitlines()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        subprocess.run([*self._server, "kill-server"], capture_output=True, check=False)
        super().__exit__(kind, error, trace)
        shutil.rmtree(self._directory)


class Plain(Terminal):
    """Without tmux; its window keeps its size."""

    def __init__(self, *, environ: Mapping[str, str]) -> None:
        super().__init__(environ=environ)

    def resize(self, columns: int, rows: int) -> None:
        """Nothing here wraps rows anew."""

    @property
    def whole(self) -> list[str]:
        return self.rows


KINDS = [Plain, *([Tmux] if shutil.which("tmux") else [])]


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_is_resized_is_there_once(
    kind: type[Plain | Tmux], server: ScriptedServer, towards: dict[str, str]
) -> None:
    gates = [Event(), Event()]
    lines = [f"Paragraph {number}." for number in range(30)]
    parts = [f"\n\n{line}" for line in lines]
    server.enqueue(
        text_reply(*parts[:10], Wait(gates[0]), *parts[10:20], Wait(gates[1]), *parts[20:])
    )
    with kind(environ=towards) as terminal:

        def are_there(count: int) -> bool:
            return [row for row in terminal.whole if row in lines] == lines[:count]

        terminal.wait_for_prompt()
        terminal.type("hello\r")
        terminal.wait_for(lambda: are_there(10))
        terminal.resize(50, 15)
        gates[0].set()
        terminal.wait_for(lambda: are_there(20))
        terminal.resize(160, 40)
        gates[1].set()
        terminal.wait_for(lambda: are_there(30))
        terminal.wait_for_prompt()
        assert are_there(30)
        terminal.type("/exit\r")
