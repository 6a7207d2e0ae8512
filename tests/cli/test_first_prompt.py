"""The first prompt: it takes keys before anything slow is imported."""

from __future__ import annotations

import os
import signal
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from server import ScriptedServer, text_reply
from terminal import Terminal

GATE = """
import os, sys
class Gate:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["GATE_BEFORE"]:
            open(os.environ["GATE"]).close()  # until somebody opens it for writing
sys.meta_path.insert(0, Gate())
"""
PASTE, PASTE_END = "\x1b[200~", "\x1b[201~"


@pytest.fixture
def towards(server: ScriptedServer) -> Mapping[str, str]:
    return {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": server.base_url}


@contextmanager
def held(
    directory: Path, environ: Mapping[str, str], *arguments: str, before: str = "asyncio"
) -> Iterator[tuple[Terminal, Path]]:
    """The program, which waits before it imports a module until the gate is opened."""
    (directory / "sitecustomize.py").write_text(GATE, encoding="utf-8")
    gate = directory / "gate"
    os.mkfifo(gate)
    path = os.pathsep.join([str(directory), os.environ.get("PYTHONPATH", "")])
    gated = {**environ, "PYTHONPATH": path, "GATE": str(gate), "GATE_BEFORE": before}
    with Terminal(*arguments, environ=gated) as terminal:
        yield terminal, gate


def open_gate(gate: Path) -> None:
    gate.open("w").close()


ALL = termios.ECHO | termios.ICANON | termios.ISIG


def modes(terminal: int) -> int:
    """Which of echo, lines and signals the terminal does by itself."""
    local: int = termios.tcgetattr(terminal)[3]
    return local & ALL


def test_what_is_typed_at_once_is_kept_in_order_and_sent(
    server: ScriptedServer, towards: Mapping[str, str], tmp_path: Path
) -> None:
    server.enqueue(text_reply("First answer."), text_reply("Second answer."))
    with held(tmp_path, towards) as (terminal, gate):
        tty = os.dup(terminal.child.child_fd)
        terminal.wait_for_prompt()
        assert modes(tty) == 0
        before = terminal.text
        terminal.type(f"a draft\x03one {PASTE}two\nthree{PASTE_END} four\rand then\r")
        assert terminal.text == before
        open_gate(gate)
        terminal.wait_for("Second answer.")
        terminal.wait_for_prompt()
        terminal.type("\x04")
        assert terminal.end() == 0
        assert modes(tty) == ALL
    asked = [body["messages"][-1]["content"][0]["text"] for body in server.bodies]
    assert asked == ["one two\nthree four", "and then"]
    assert terminal.text.count("and then") == 1
    assert terminal.text.count("streamchat 0") == 1


def test_ctrl_c_typed_at_once_asks_for_another_one(
    towards: Mapping[str, str], tmp_path: Path
) -> None:
    with held(tmp_path, towards) as (terminal, gate):
        terminal.wait_for_prompt()
        terminal.type("\x03")
        open_gate(gate)
        terminal.wait_for("Ctrl-C again to exit")
        terminal.type("\x03")
        assert terminal.end() == 0


def test_what_was_typed_before_the_prompt_is_shown_once(
    server: ScriptedServer, towards: Mapping[str, str], tmp_path: Path
) -> None:
    server.enqueue(text_reply("Yes."))
    with held(tmp_path, towards, before="streamchat.cli.main") as (terminal, gate):
        terminal.type("typed\r")
        terminal.wait_for("typed")  # the terminal's own echo
        open_gate(gate)
        terminal.wait_for("Yes.")
        # The status line below may show it as title.
        before_the_answer = terminal.text.partition("Yes.")[0]
        assert before_the_answer.count("typed") == 1
        assert server.bodies[0]["messages"][-1]["content"][0]["text"] == "typed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_the_terminal_as_it_was(
    towards: Mapping[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    with held(tmp_path, towards) as (terminal, _):
        tty = os.dup(terminal.child.child_fd)
        terminal.wait_for_prompt()
        terminal.child.kill(number)
        assert terminal.end() == 128 + number
        assert modes(tty) == ALL
        assert terminal.raw.endswith(b"\x1b[?2004l")
        assert "❯" not in terminal.text


def test_what_fails_after_the_prompt_stands_is_said_in_its_place(
    towards: Mapping[str, str], tmp_path: Path
) -> None:
    missing = ("--system-file", "missing")
    with Terminal(*missing, columns=200, environ=towards) as terminal:
        tty = os.dup(terminal.child.child_fd)
        assert terminal.end() == 66
        assert modes(tty) == ALL
    assert "❯" not in terminal.text
    assert terminal.rows[2].startswith("streamchat: ")


def test_without_a_key_there_is_a_question_and_no_prompt() -> None:
    with Terminal() as terminal:
        tty = os.dup(terminal.child.child_fd)
        terminal.wait_for("How do you want to begin?")
        terminal.type("\x1b")
        assert terminal.end() == 0
        assert modes(tty) == ALL
