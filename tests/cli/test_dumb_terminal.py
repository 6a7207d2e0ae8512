"""A terminal that takes no escape sequence gets none, from any part of the program."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from program import run_on_terminal
from streamchat.cli.environment import Environment
from streamchat.cli.main import main
from terminal import Person


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def said_of_a_wrong_flag(home: Path, **environ: str) -> str:
    stderr = Tty()
    env = Environment(
        stdin=Tty(),
        stdout=Tty(),
        stderr=stderr,
        environ=environ,
        home=home,
        cwd=home,
        clock=lambda: 0.0,
        monotonic=lambda: 0.0,
        new_id=lambda: "0123456789",
    )
    assert main(["--no-such-flag"], env) == 2
    return stderr.getvalue()


@pytest.mark.parametrize("name", ["", "unknown", "dumb", "dumb-emacs-ansi"])
def test_an_error_is_plain(name: str, tmp_path: Path) -> None:
    assert "\x1b" not in said_of_a_wrong_flag(tmp_path, TERM=name)
    assert "\x1b" not in said_of_a_wrong_flag(tmp_path)


def test_an_error_is_red_only_where_colours_are_welcome(tmp_path: Path) -> None:
    assert said_of_a_wrong_flag(tmp_path, TERM="xterm").startswith("\x1b[31m")
    assert said_of_a_wrong_flag(tmp_path, TERM="xterm", NO_COLOR="1").startswith("\x1b[1m")


@pytest.mark.parametrize("name", ["", "unknown"])
def test_a_whole_chat_is_plain(name: str, tmp_path: Path) -> None:
    environ = {"TERM": name, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("hello\r")
        terminal.wait_for("tok/s")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, "--demo", environ=environ)
    assert terminal.status == 0
    assert b"\x1b" not in terminal.raw
