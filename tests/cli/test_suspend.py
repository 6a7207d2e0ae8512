"""Ctrl-Z and fg: an answer is in the scrollback once, a question stands again."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import Any

import pexpect
import pytest

from patience import PATIENCE_S
from scripts import Wait, text_reply
from server import ScriptedServer
from terminal import Person

PASTES_END = b"\x1b[?2004l"
ANSWER = ("The first paragraph.\n\nThe second is still ", "open, and here it ends.")


class Shell(Person):
    """A shell with job control at a terminal."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(80, 24)
        self.child = pexpect.spawn(
            "bash",
            ["--norc", "--noprofile", "-i"],
            env={**os.environ, **environ, "PS1": "shell> "},
            dimensions=(24, 80),
        )
        self.child.delaybeforesend = None

    def type(self, keys: str) -> None:
        self.child.send(keys)

    def _next_piece(self) -> bytes:
        try:
            piece: Any = self.child.read_nonblocking(65536, timeout=PATIENCE_S)
        except (pexpect.EOF, pexpect.TIMEOUT):
            return b""
        return bytes(piece)


@pytest.fixture
def gate(server: ScriptedServer) -> Event:
    gate = Event()
    before, after = ANSWER
    server.enqueue(text_reply(before, Wait(gate), after))
    return gate


@pytest.fixture
def shell(server: ScriptedServer) -> Iterator[Shell]:
    shell = Shell({"ANTHROPIC_BASE_URL": server.base_url, "ANTHROPIC_API_KEY": "sk-ant-x"})
    shell.wait_for("shell>")
    yield shell
    shell.child.close(force=True)


def suspend_and_return(shell: Shell, gate: Event) -> None:
    shell.wait_for("The second is still")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.wait_for(lambda: shell.prompt == "shell>")
    assert "The second" not in shell.text
    assert "esc to stop" not in shell.text
    assert shell.raw.rfind(b"\x1b[?25h") > shell.raw.rfind(b"\x1b[?25l")
    shell.type("fg\r")
    shell.wait_for("The second is still")
    gate.set()
    shell.wait_for("tok/s")


def assert_whole(shell: Shell) -> None:
    paragraphs = ["The first paragraph.", "The second is still open, and here it ends."]
    assert [row for row in shell.rows if row.startswith("The ")] == paragraphs
    assert "esc to stop" not in shell.text


def test_one_answer_is_suspended_and_goes_on(shell: Shell, gate: Event) -> None:
    shell.type(f"{sys.executable} -m streamchat -p hello\r")
    suspend_and_return(shell, gate)
    shell.wait_for(lambda: shell.prompt == "shell>")
    assert_whole(shell)
    shell.type("stty -a | grep -ow -e '-*echo' -e '-*icanon'\r")
    shell.wait_for("icanon\necho\n")


def test_a_chat_is_suspended_and_goes_on(shell: Shell, gate: Event) -> None:
    """The window has its own title meanwhile."""
    shell.type(f"TERM=xterm-256color XTERM_VERSION=1 {sys.executable} -m streamchat\r")
    shell.wait_for_prompt()
    shell.type("hello\r")
    suspend_and_return(shell, gate)
    shell.wait_for_prompt()
    assert_whole(shell)
    assert re.findall(rb"\x1b\[2[23];2t|Stopped", shell.raw) == [
        *(b"\x1b[22;2t", b"\x1b[23;2t", b"Stopped", b"\x1b[22;2t")
    ]
    shell.type("/exit\r")
    shell.wait_for(lambda: shell.prompt == "shell>")


def stop_by_signal(shell: Shell) -> bytes:
    """Stop what runs as another process does; what it wrote before it stopped."""
    written = len(shell.raw)
    os.kill(os.tcgetpgrp(shell.child.child_fd), signal.SIGTSTP)
    shell.wait_for(lambda: b"Stopped" in shell.raw[written:])
    return shell.raw[written:].partition(b"Stopped")[0]


def test_a_signal_stops_a_chat_as_ctrl_z_does(shell: Shell, gate: Event) -> None:
    """In an answer and at the prompt; fg shows each again."""
    shell.type(f"{sys.executable} -m streamchat\r")
    shell.wait_for_prompt()
    shell.type("hello\r")
    shell.wait_for("The second is still")
    assert PASTES_END in stop_by_signal(shell)
    shell.wait_for(lambda: shell.prompt == "shell>")
    assert "The second" not in shell.text
    shell.type("fg\r")
    shell.wait_for("The second is still")
    gate.set()
    shell.wait_for_prompt()
    assert_whole(shell)
    shell.type("a draft")
    shell.wait_for(lambda: shell.prompt == "❯ a draft")
    assert PASTES_END in stop_by_signal(shell)
    shell.wait_for(lambda: shell.prompt == "shell>")
    assert "a draft" not in shell.text
    shell.type("fg\r")
    shell.wait_for(lambda: shell.prompt == "❯ a draft")


def suspend_at(shell: Shell, question: str) -> None:
    """Suspend the program when it asks, go on, and see the question again."""
    shell.wait_for(question)
    stops = shell.text.count("Stopped")
    shell.type("\x1a")
    shell.wait_for(lambda: shell.text.count("Stopped") > stops)
    shell.wait_for(lambda: shell.prompt == "shell>")
    shown = shell.raw.count(question.encode())
    shell.type("fg\r")
    shell.wait_for(lambda: shell.raw.count(question.encode()) > shown)


QUESTIONS = {
    "/delete\r": "for good? [y/N]",
    "/model\r": "Enter takes it",
    "/resume\r": "Enter open",
    "/login\r": "Enter takes it",
}


@pytest.mark.parametrize(
    ("flag", "prompt", "questions"),
    [("", "❯", QUESTIONS), ("--accessible", "You:", {"/theme\r": "Enter to leave:"})],
)
def test_the_questions_of_a_chat_come_back(
    flag: str, prompt: str, questions: Mapping[str, str], shell: Shell, server: ScriptedServer
) -> None:
    server.enqueue(text_reply("Hello."))
    shell.type(f"{sys.executable} -m streamchat {flag}\r")
    shell.wait_for(lambda: shell.prompt == prompt)
    shell.type("hello\r")
    shell.wait_for(lambda: shell.prompt == prompt and "Hello." in shell.text)
    for typed, question in questions.items():
        shell.type(typed)
        suspend_at(shell, question)
        shell.type("\x03")
        shell.wait_for(lambda: shell.prompt == prompt)


def test_a_question_before_a_chat_comes_back(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("STREAMCHAT_MODEL=x\n")
    shell.type(f"cd {tmp_path}; {sys.executable} -m streamchat\r")
    suspend_at(shell, "as it stays as it is? [y/N]")
    shell.type("n\r")
    shell.wait_for_prompt()


def test_the_choice_at_the_first_run_comes_back(tmp_path: Path) -> None:
    shell = Shell({})
    shell.wait_for("shell>")
    shell.type(f"{sys.executable} -m streamchat\r")
    suspend_at(shell, "How do you want to begin?")
    shell.type("\r")
    suspend_at(shell, "Paste your API key")
    shell.child.close(force=True)
