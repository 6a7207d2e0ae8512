"""Signals and the terminal: how a run ends that nobody ended at the prompt."""

import os
import signal
import subprocess
import sys
import termios

import pytest

from patience import PATIENCE_S
from shares import share
from terminal import Terminal

DEMO = ("--demo",)
OTHERS = [signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM, signal.SIGVTALRM]


def is_cooked(terminal: int) -> bool:
    """Whether the terminal echoes and edits lines, as a shell wants it."""
    flags = termios.tcgetattr(terminal)[3]
    return bool(flags & termios.ECHO and flags & termios.ICANON)


@pytest.mark.parametrize("number", share([*OTHERS, signal.SIGTERM, signal.SIGHUP], every=2))
def test_a_signal_at_the_prompt_restores_the_terminal_and_is_what_ended_it(
    number: signal.Signals,
) -> None:
    with Terminal(*DEMO) as terminal:
        terminal.wait_for_prompt()
        file = os.dup(terminal.child.child_fd)
        assert not is_cooked(file)
        terminal.child.kill(number)
        assert terminal.end() == 128 + number
        assert terminal.child.signalstatus == number
        assert is_cooked(file)
        os.close(file)
    assert terminal.raw.rfind(b"\x1b[?2004l") > terminal.raw.rfind(b"\x1b[?2004h")


def test_a_signal_that_was_ignored_at_the_start_stays_ignored() -> None:
    with Terminal(*DEMO, ignoring=[signal.SIGHUP, signal.SIGINT]) as terminal:
        terminal.wait_for_prompt()
        terminal.child.kill(signal.SIGHUP)
        terminal.child.kill(signal.SIGINT)
        terminal.type("/rename still here\r")
        terminal.wait_for("still here'")
        terminal.child.kill(signal.SIGINT)
        terminal.type("\x04")
        assert terminal.end() == 0
    assert "again to leave" not in terminal.text


@pytest.mark.parametrize("is_plain", [False, True])
def test_a_terminal_that_goes_away_without_a_signal_is_a_hang_up(is_plain: bool) -> None:
    environ = {"TERM": "dumb"} if is_plain else {}
    ours, theirs = os.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "streamchat", *DEMO],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environ},
        start_new_session=True,  # it is not the session's own terminal: no SIGHUP comes
    )
    os.close(theirs)
    shown = b""
    while b"demo" not in shown or not shown.rstrip().endswith((b"\x1b[?25h", b">")):
        shown += os.read(ours, 65536)
    os.close(ours)
    assert program.wait(timeout=PATIENCE_S) == -signal.SIGHUP


def test_ctrl_d_before_the_first_prompt_leaves() -> None:
    with Terminal(*DEMO) as terminal:
        terminal.type("\x04")
        assert terminal.end() == 0


@pytest.mark.parametrize("module", ["streamchat.cli.environment", "streamchat.config"])
def test_ctrl_c_while_the_program_loads_is_quiet(module: str) -> None:
    program = f"""
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from streamchat.__main__ import main
main()
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (-signal.SIGINT, "", "")


def test_ctrl_c_while_the_process_winds_up_is_quiet() -> None:
    program = """
import atexit, os, signal, sys
from streamchat.__main__ import main
atexit.register(os.kill, os.getpid(), signal.SIGINT)
sys.argv[1:] = ["--version"]
main()
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
