"""What only a process of its own shows: its signals, its streams, its exit."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping

import pytest

from patience import PATIENCE_S
from program import (
    run_on_terminal,
    run_program,
    said,
)
from server import ScriptedServer, Wait, text_reply
from shares import share
from terminal import Person, Terminal

PROGRAM = f"{sys.executable} -m streamchat"


def run_shell(command: str, towards: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        env={**os.environ, **towards},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_a_chat_streams_remembers_and_leaves(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    more = threading.Event()
    server.enqueue(text_reply("**Hel", Wait(more), "lo** there"), text_reply("Again."))
    with Terminal(environ=towards) as terminal:
        terminal.wait_for_prompt()
        assert "streamchat" in terminal.rows[0]
        assert server.base_url.removeprefix("http://") in terminal.text
        terminal.type("first\r")
        terminal.wait_for("Hel")  # on the screen before the rest was sent
        more.set()
        terminal.wait_for("tok/s")
        assert "Hello there" in terminal.rows
        terminal.wait_for_prompt()
        terminal.type("second\r")
        terminal.wait_for("Again.")
        terminal.wait_for_prompt()
        terminal.type("\x04")
        assert terminal.end() == 0
    assert [m["content"][0]["text"] for m in server.bodies[1]["messages"]] == [
        "first",
        "**Hello** there",
        "second",
    ]
    assert said() == [
        ("user", "first"),
        ("assistant", "**Hello** there"),
        ("user", "second"),
        ("assistant", "Again."),
    ]


@pytest.mark.parametrize("number", share([signal.SIGTERM, signal.SIGHUP], every=2))
def test_a_signal_in_mid_answer_loses_nothing_and_restores_the_terminal(
    number: signal.Signals, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    never = threading.Event()
    server.enqueue(text_reply("So far", Wait(never), " never"))
    with Terminal(environ=towards) as terminal:
        terminal.wait_for_prompt()
        terminal.type("go\r")
        terminal.wait_for("So far")
        terminal.child.kill(number)
        assert terminal.end() == 128 + number
    assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")
    assert terminal.raw.rfind(b"\x1b[?2004l") > terminal.raw.rfind(b"\x1b[?2004h")
    assert said() == [("user", "go"), ("assistant", "So far")]


def test_the_first_delta_is_out_before_the_second_was_sent(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    more = threading.Event()
    server.enqueue(text_reply("first", Wait(more), " second"))
    command = [sys.executable, "-m", "streamchat", "go"]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **towards},
    ) as child:
        assert child.stdout is not None
        assert os.read(child.stdout.fileno(), 100) == b"first"
        more.set()
        assert child.stdout.read() == b" second\n"


def test_an_output_that_cannot_be_written_is_one_line_and_its_status(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Kept"))
    run = run_shell(f"{PROGRAM} -q go > /dev/full", towards)
    line = b"streamchat: The output cannot be written: No space left on device.\n"
    assert (run.stderr, run.returncode) == (line, 74)
    assert said() == [("user", "go"), ("assistant", "Kept")]


@pytest.mark.parametrize("streams", share(["<&-", "2>&-", "2>/dev/full", ">&-"], every=3))
def test_a_stream_that_is_closed_or_full_is_no_bug(
    streams: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Hi"))
    run = run_shell(f"{PROGRAM} go {streams}", towards)
    assert run.returncode == 0
    assert run.stdout == (b"" if streams == ">&-" else b"Hi\n")
    assert b"Traceback" not in run.stderr


def test_a_reader_that_leaves_is_no_error(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply(*["word " * 2000] * 40))
    run = run_shell(f"{PROGRAM} go | head -c 5; echo ${{PIPESTATUS[0]}}", towards)
    assert run.stdout == b"word 141\n"
    assert b"Traceback" not in run.stderr
    assert b"Error" not in run.stderr


def test_ctrl_c_in_a_pipe_keeps_what_arrived(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    never = threading.Event()
    server.enqueue(text_reply("So far", Wait(never), " never"))
    with subprocess.Popen(
        [sys.executable, "-m", "streamchat", "go"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **towards},
    ) as child:
        assert child.stdout is not None
        assert os.read(child.stdout.fileno(), 100) == b"So far"
        child.send_signal(signal.SIGINT)
        _, stderr = child.communicate(timeout=PATIENCE_S)
    assert (child.returncode, b"Traceback" in stderr) == (-signal.SIGINT, False)
    assert said() == [("user", "go"), ("assistant", "So far")]


def test_a_conversation_that_is_open_elsewhere_can_be_continued_in_a_copy(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("one"), text_reply("two"), text_reply("three"))
    with Terminal(environ=towards) as first:
        first.wait_for_prompt()
        first.type("hello\r")
        first.wait_for("one")
        first.wait_for_prompt()
        run = run_program("-c", "more", environ=towards)
        assert run.status == 75
        assert '"hello" is open in process' in run.stderr
        assert "or print it with --show" in run.stderr
        assert run_on_terminal(continue_in_a_copy, "-c", environ=towards).status == 0
        refusing = run_on_terminal(refuse_a_copy, "-r", "hello", environ=towards)
        assert refusing.status == 75


def continue_in_a_copy(person: Person) -> None:
    person.wait_for("Continue in a copy? [y/N]")
    person.type("y\r")
    person.wait_for_prompt()
    assert "hello (fork)" in person.text
    person.type("again\r")
    person.wait_for("two")
    person.wait_for_prompt()
    person.type("\x04")


def refuse_a_copy(person: Person) -> None:
    person.wait_for("[y/N]")
    person.type("\r")
