"""`!command` in a chat on a terminal and in a script; how its output is cleaned and cut."""

from __future__ import annotations

import asyncio
import io
import os
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from program import run_on_terminal, run_program, said
from server import ScriptedServer, text_reply
from streamchat.cli.shell import TerminalShell, draws_on_terminal
from streamchat.cli.shell_output import MOST_KEPT_BYTES, CommandOutput
from streamchat.core.errors import UsageError
from streamchat.core.input_line import (
    VERBATIM,
    CommandNames,
    InputLine,
    Nothing,
    Say,
    ShellCommand,
    parse_input,
    typed,
)
from terminal import Person

NAMES = CommandNames({"help"}, runs_shell=True)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("!ls -l", ShellCommand("ls -l")),
        ("! ls", ShellCommand("ls")),
        ("!", ShellCommand("")),
        ("!!", ShellCommand("!")),
        ("\\!ls", Say("!ls")),
        ("\\!ls\nmore", Say("!ls\nmore")),
        (" !ls", Say(" !ls")),
        ("!ls\nrm -r /", Say("!ls\nrm -r /")),
        (f"{VERBATIM}!ls", Say("!ls")),
        ("hi!", Say("hi!")),
        ("", Nothing()),
    ],
)
def test_a_line_is_for_the_shell_only_if_it_was_typed_alone(
    text: str, means: InputLine
) -> None:
    assert parse_input(text, NAMES) == means


@pytest.mark.parametrize("text", ["!ls", "\\!ls", "!a\nb", "!", "a!b"])
def test_a_text_that_is_handed_back_is_sent_as_it_was(text: str) -> None:
    assert parse_input(typed(text, NAMES), NAMES) == Say(text)


def test_where_it_is_off_an_exclamation_mark_is_text() -> None:
    assert parse_input("!ls", CommandNames({"help"})) == Say("!ls")
    assert parse_input("\\!ls", CommandNames({"help"})) == Say("\\!ls")


def shown_and_kept(*pieces: bytes, has_escapes: bool = True) -> tuple[str, str]:
    output = CommandOutput(has_escapes=has_escapes)
    shown = [output.feed(piece) for piece in pieces]
    return "".join([*shown, output.feed(b"", is_last=True)]), output.text


@pytest.mark.parametrize(
    ("written", "shown", "kept"),
    [
        (b"one\ntwo", "one\ntwo", "one\ntwo"),
        (b"\x1b[31mred\x1b[0m\n", "red\n", "red\n"),
        (b"\x1b]52;c;aGk=\x07x\x1b]0;t\x1b\\y\n", "xy\n", "xy\n"),
        (b"a\x07\n", "a\u2407\n", "a\n"),
        (b"N\x08NA\x08A_\x08x\x08\n", "N␈NA␈A_␈x␈\n", "NAx\n"),
        (b"\x08a\x00\x0b\x7f\tb\n", "␈a␀␋␡\tb\n", "a\tb\n"),
        (b"a\r\nb\r\n", "a\nb\n", "a\nb\n"),
        (b"10%\r20%\r30%\n", "10%\r\x1b[K20%\r\x1b[K30%\n", "30%\n"),
        ("日本\n".encode(), "日本\n", "日本\n"),
        (b"\xff\n", "\ufffd\n", "\ufffd\n"),
        (b"\x1b(B\x1b=\x1b[?1049hx\n", "x\n", "x\n"),
        (b"", "", ""),
    ],
)
def test_output_cannot_drive_the_terminal_however_it_is_cut(
    written: bytes, shown: str, kept: str
) -> None:
    assert shown_and_kept(written) == (shown, kept)
    for at in range(len(written)):
        assert shown_and_kept(written[:at], written[at:]) == (shown, kept)


def test_a_progress_bar_without_escapes_takes_a_line_each() -> None:
    assert shown_and_kept(b"1\r2\n", has_escapes=False) == ("1\n2\n", "2\n")


@pytest.mark.parametrize("line", [b"x" * 99 + b"\n", b"x" * 300_000 + b"\n"])
def test_long_output_keeps_its_ends_and_says_what_is_left_out(line: bytes) -> None:
    output = CommandOutput(has_escapes=True)
    output.feed(b"first\n")
    for _ in range(3000):
        output.feed(line[:1000])
    output.feed(b"last\n")
    output.feed(b"", is_last=True)
    assert output.text.startswith("first\n")
    assert output.text.endswith("last\n")
    assert "bytes left out]" in output.text
    assert len(output.text) < MOST_KEPT_BYTES + 100


@pytest.mark.parametrize(
    ("command", "draws"),
    [
        ("vim a.txt", True),
        ("git log | less", True),
        ("sudo EDITOR=x /usr/bin/nano /etc/hosts", True),
        ("git commit", True),
        ("git commit -m 'x'", False),
        ("git rebase -i main", True),
        ("git add -p", True),
        ("git diff", False),
        ("ls 'vim", False),
        ("", False),
    ],
)
def test_a_program_that_draws_gets_the_terminal(command: str, draws: bool) -> None:
    assert draws_on_terminal(command) is draws


def test_a_shell_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as out:
        shell = TerminalShell({"SHELL": "/no/such/shell"}, tmp_path, None, out)
        with pytest.raises(UsageError, match="/no/such/shell cannot be started"):
            asyncio.run(shell.run("true"))


def test_a_process_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as out:
        shell = TerminalShell({**os.environ, "SHELL": "/bin/sh"}, tmp_path, None, out)
        run = asyncio.run(shell.run("sleep 1000 & echo $! > pid; echo started"))
    os.kill(int((tmp_path / "pid").read_text()), 9)
    assert (run.status, run.output) == (0, "started\n")


def test_a_command_that_ignores_the_end_of_the_program_does_not_hold_it_up(
    tmp_path: Path,
) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    with (tmp_path / "out").open("w") as out:
        shell = TerminalShell({**os.environ, "SHELL": "/bin/sh"}, tmp_path, None, out)

        async def ends() -> IO[str]:
            running = asyncio.ensure_future(shell.run("trap '' TERM; cat < pipe"))
            into = await asyncio.to_thread(pipe.open, "w")  # once the command reads it
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            return into

        asyncio.run(ends()).close()


@pytest.mark.parametrize(
    ("ending", "restores"), [("kill -9 $$", True), ("exit 1", False), ("exit 255", False)]
)
def test_a_killed_program_does_not_keep_the_screen(
    ending: str, restores: bool, tmp_path: Path
) -> None:
    """It may have switched to the other screen, hidden the cursor, set a scroll region."""
    shell = TerminalShell({"SHELL": "/bin/sh"}, tmp_path, io.StringIO(), io.StringIO())
    with (tmp_path / "keys").open("w+") as keys:
        shell = replace(shell, keys=keys)
        asyncio.run(shell.run(f"less() {{ {ending}; }}; less x"))
    written = shell.screen.getvalue()  # type: ignore[attr-defined]
    assert ("\x1b[?1047l" in written, "\x1b[?25h" in written) == (restores, restores)


SHELL = {"SHELL": "/bin/sh"}


def asking(server: ScriptedServer) -> dict[str, str]:
    server.enqueue(text_reply("Indeed."))
    key = {"ANTHROPIC_API_KEY": "k" * 20, "ANTHROPIC_BASE_URL": server.base_url}
    return {**SHELL, **key}


def test_what_a_command_writes_is_shown_and_goes_with_the_next_message(
    server: ScriptedServer,
) -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("!printf 'one\\033[31m\\ntwo\\n'; exit 3\r")
        person.wait_for("/detach")
        person.wait_for_prompt()
        person.type("What is that?\r")
        person.wait_for("Indeed.")
        person.wait_for_prompt()
        person.type("\x04")

    window = run_on_terminal(act, environ=asking(server))
    assert window.status == 0
    assert {"one", "two", "Exit status 3."} <= set(window.rows)
    attached, question = server.bodies[-1]["messages"][0]["content"]
    assert attached["source"]["data"] == (
        "$ printf 'one\\033[31m\\ntwo\\n'; exit 3\none\ntwo\n[Exit status 3]\n"
    )
    assert question["text"] == "What is that?"


def test_what_is_attached_can_be_taken_back() -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("!echo hi\r")
        person.wait_for("/detach")
        person.wait_for_prompt()
        person.type("/detach\r")
        person.wait_for("Removed: !echo hi")
        person.type("\x04")

    assert run_on_terminal(act, "--demo", environ=SHELL).status == 0


def test_a_mark_alone_says_how_it_is_used_and_a_backslash_makes_it_text(
    server: ScriptedServer,
) -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("!\r")
        person.wait_for("Write a command after the !")
        person.type("\\!important\r")
        person.wait_for("Indeed.")
        person.wait_for_prompt()
        person.type("\x04")

    run_on_terminal(act, environ=asking(server))
    assert said()[0] == ("user", "!important")


def test_with_shell_off_the_line_is_a_message(server: ScriptedServer) -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("!echo hi\r")
        person.wait_for("Indeed.")
        person.wait_for_prompt()
        person.type("\x04")

    run_on_terminal(act, "--no-shell", environ=asking(server))
    assert said()[0] == ("user", "!echo hi")


def test_a_queued_command_waits_for_enter() -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("tour\r")
        person.wait_for("to stop")
        person.type("!touch ran\r")
        person.wait_for("Enter runs it")
        person.wait_for(lambda: person.prompt == "❯ !touch ran")
        assert not Path("ran").exists()
        person.type("\r")
        person.wait_for("/detach")
        person.wait_for_prompt()
        person.type("\x04")

    assert run_on_terminal(act, "--demo", environ=SHELL).status == 0
    assert Path("ran").exists()


def test_a_pasted_command_of_several_lines_is_a_message() -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("\x1b[200~!touch ran\necho\n\x1b[201~\r")
        person.wait_for("received")
        person.wait_for_prompt()
        person.type("\x04")

    run_on_terminal(act, "--demo", environ=SHELL)
    assert not Path("ran").exists()


def test_a_script_runs_commands_only_where_it_is_allowed(server: ScriptedServer) -> None:
    environ = asking(server)
    refused = run_program("--script", "-", stdin="hello\n!echo hi", environ=environ)
    assert (refused.status, "--allow-shell" in refused.stderr) == (2, True)
    assert server.requests == []
    lines = "!echo hi\nhello\n!exit 4\nnever"
    run = run_program("--script", "-", "--allow-shell", stdin=lines, environ=environ)
    assert run.status == 2
    assert "hi\n" in run.stderr
    assert "line 3: !exit 4: Exit status 4." in run.stderr
    attached, question = server.bodies[-1]["messages"][0]["content"]
    assert (attached["title"], question["text"]) == ("!echo hi", "hello")
