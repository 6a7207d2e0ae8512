"""Ctrl-Z while an answer arrives, and fg: the answer is in the scrollback once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from threading import Event
from typing import Any

import pexpect
import pytest

from patience import PATIENCE_S
from scripts import Wait, text_reply
from server import ScriptedServer
from terminal import Person

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
    shell.type(f"{sys.executable} -m streamchat\r")
    shell.wait_for_prompt()
    shell.type("hello\r")
    suspend_and_return(shell, gate)
    shell.wait_for_prompt()
    assert_whole(shell)
    shell.type("/exit\r")
    shell.wait_for(lambda: shell.prompt == "shell>")
