"""While the program waits for a pipe that says nothing, a signal and Ctrl-C end it at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from patience import PATIENCE_S
from shares import share
from terminal import Terminal

READERS = {
    "system_file": ["--system-file", "pipe", "hi"],
    "schema": ["--schema", "pipe", "hi"],
    "env_file": ["--env-file", "pipe", "hi"],
    "attach": ["-a", "pipe", "hi"],
    "script": ["--script", "pipe"],
    "stdin": ["hi"],
    "script_from_stdin": ["--script", "-"],
}


MORE_THAN_A_PIPE_HOLDS = 100_000  # bytes: writing them returns once somebody reads


def _file(stream: IO[bytes] | None) -> int:
    assert stream is not None
    return stream.fileno()


@contextmanager
def waiting(directory: Path, *argv: str) -> Iterator[subprocess.Popen[bytes]]:
    """The program, once it reads its pipe, to which nothing more is written."""
    pipe = directory / "pipe"
    os.mkfifo(pipe, 0o600)
    is_named = "pipe" in argv
    stdin = subprocess.DEVNULL if is_named else subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-m", "streamchat", "--demo", "-q", *argv],
        cwd=directory,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        into = os.open(pipe, os.O_WRONLY) if is_named else _file(program.stdin)
        try:
            os.write(into, b"#" * MORE_THAN_A_PIPE_HOLDS)
            yield program
        finally:
            program.kill()
            if is_named:
                os.close(into)


@pytest.mark.parametrize("reader", share(READERS, every=3))
def test_a_signal_ends_it(reader: str, tmp_path: Path) -> None:
    with waiting(tmp_path, *READERS[reader]) as program:
        program.terminate()
        assert program.wait(PATIENCE_S) == -signal.SIGTERM
        assert os.read(_file(program.stderr), 1000) == b""


@pytest.mark.parametrize("reader", share(["attach", "env_file", "stdin"], every=3))
def test_ctrl_c_ends_it_without_a_word(reader: str, tmp_path: Path) -> None:
    with waiting(tmp_path, *READERS[reader]) as program:
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE_S) == -signal.SIGINT
        assert os.read(_file(program.stderr), 1000) == b""


def test_ctrl_c_leaves_a_chat_that_still_waits_for_its_system_prompt(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    with Terminal("--demo", "--system-file", str(pipe)) as terminal:
        into = os.open(pipe, os.O_WRONLY)
        terminal.type("\x03")
        assert terminal.end() == 128 + signal.SIGINT
        os.close(into)
    assert "Traceback" not in terminal.text


def test_stdin_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    only_written = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    done = subprocess.run(
        [sys.executable, "-m", "streamchat", "--demo", "-q", "hi"],
        stdin=only_written,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(only_written)
    assert (done.returncode, done.stderr) == (
        66,
        "streamchat: stdin cannot be read: Bad file descriptor.\n",
    )
