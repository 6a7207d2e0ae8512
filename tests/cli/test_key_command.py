"""`api_key_command`: the key that a program of the user's own prints."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from patience import PATIENCE_S
from program import Finished, run_on_terminal, run_program
from server import ScriptedServer, text_reply
from terminal import Person

KEY = "sk-ant-commanded-0123456789"


def configure(text: str) -> None:
    directory = Path(os.environ["XDG_CONFIG_HOME"], "streamchat")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "config.toml").write_text(text)


def printing(text: str, *, status: int = 0) -> str:
    """A command that prints the text and notes that it was run."""
    script = Path.home() / "pass word"
    script.write_text(f"#!/bin/sh\necho run >> runs\nprintf '{text}'\nexit {status}\n")
    script.chmod(0o755)
    return f"'{script}' show key"


def runs() -> int:
    log = Path("runs")
    return len(log.read_text().splitlines()) if log.exists() else 0


def at(server: ScriptedServer, command: str) -> None:
    configure(f'base_url = "{server.base_url}"\napi_key_command = "{command}"\n')


def test_the_first_line_is_the_key_and_the_command_is_run_once(server: ScriptedServer) -> None:
    at(server, printing(f"{KEY}\\nuser: me\\n"))
    server.enqueue(text_reply("ok"))
    run = run_program("hi", stdin="piped")
    assert (run.status, run.stdout) == (0, "ok\n")
    assert server.posts[0].headers["x-api-key"] == KEY
    assert runs() == 1
    shown = run_program("--show-config")
    assert run_program("--list").status == shown.status == 0
    assert "what api_key_command prints" in shown.stdout
    assert run_program("--demo", "hi").status == 0
    assert runs() == 1


def test_a_chat_runs_it_once(server: ScriptedServer) -> None:
    at(server, printing(KEY))
    server.enqueue(text_reply("One."), text_reply("Two."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/config model\r")
        terminal.wait_for("The model to ask")
        assert runs() == 0  # before the first request
        for answer in ("One.", "Two."):
            terminal.wait_for_prompt()
            terminal.type("hi\r")
            terminal.wait_for(answer)
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person).status == 0
    assert runs() == 1


def test_a_command_that_fails_in_a_chat_keeps_the_question(server: ScriptedServer) -> None:
    at(server, printing("", status=3))
    server.enqueue(text_reply("One."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("hi there\r")
        terminal.wait_for("ended with status 3")
        printing(KEY)
        terminal.wait_for(lambda: terminal.prompt.endswith("hi there"))
        terminal.type("\r")
        terminal.wait_for("One.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person).status == 0
    assert server.posts[0].headers["x-api-key"] == KEY


def test_a_signal_ends_a_chat_that_waits_for_the_command(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    configure(f'api_key_command = "cat {pipe}"\n')
    argv = [sys.executable, "-m", "streamchat", "-q", "--script", "-"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        program.stdin.write(b"hi\n")
        program.stdin.close()
        with pipe.open("w"):  # once the command reads it
            program.terminate()
            assert program.wait(PATIENCE_S) == -signal.SIGTERM


def test_a_script_without_a_question_asks_for_no_key(server: ScriptedServer) -> None:
    at(server, printing(KEY))
    server.enqueue(text_reply("ok"))
    assert run_program("--script", "-", stdin="/help").status == 0
    assert runs() == 0
    assert run_program("--script", "-", stdin="/help\nhi\n").stdout.endswith("ok\n")
    assert (runs(), server.posts[0].headers["x-api-key"]) == (1, KEY)


def test_another_key_makes_it_needless(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    configure(f'api_key_command = "{printing(KEY)}"\n')
    server.enqueue(text_reply("ok"))
    assert run_program("hi", environ=towards).status == 0
    assert runs() == 0


def test_its_key_goes_to_the_host_of_its_own_profile_only(server: ScriptedServer) -> None:
    command = printing(KEY)
    profile = f'[profiles.a]\nbase_url = "{server.base_url}"\n'
    configure(f'api_key_command = "{command}"\nprofile = "a"\n{profile}')
    server.enqueue(text_reply("ok"), text_reply("ok"))
    assert run_program("hi").status == 0
    assert runs() == 0
    configure(f'profile = "a"\n{profile}api_key_command = "{command}"\n')
    assert run_program("hi").status == 0
    assert [post.headers.get("x-api-key") for post in server.posts] == [None, KEY]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-program-here x", "cannot run no-such-program-here"),
        ("sh -c 'exit 3'", "ended with status 3"),
        ("sh -c 'kill -9 $$'", "was ended by signal 9"),
        ("true", "printed nothing"),
        ("cat /dev/zero", "printed more than 65,536 bytes"),
        ("'", "no closing quotation"),
        ("echo two words", "is not a key: it contains a"),
    ],
)
def test_what_goes_wrong_is_one_line(command: str, said: str) -> None:
    configure(f'api_key_command = "{command}"\n')
    run: Finished = run_program("hi")
    assert run.status == 78
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_a_configuration_that_the_group_can_write_runs_nothing() -> None:
    configure(f'api_key_command = "{printing(KEY)}"\n')
    Path(os.environ["XDG_CONFIG_HOME"], "streamchat/config.toml").chmod(0o620)
    run = run_program("hi")
    assert (run.status, runs()) == (78, 0)
