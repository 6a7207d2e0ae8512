"""The user's shell on the terminal (ports.Shell).

Rules: a command has the real keyboard, and its output comes through a pipe, because it is
shown without anything that could control the terminal. A program that draws on the terminal
(an editor, a pager) has the terminal to itself. The terminal's modes are restored afterwards.
Ctrl-C reaches the command as it does in a shell; the second one ends it, the third kills it.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
import termios
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TextIO

from streamchat.app.waiting import in_background
from streamchat.cli.run import Run
from streamchat.cli.shell_output import CommandOutput
from streamchat.core.errors import UsageError
from streamchat.core.ports.shell import ShellRun
from streamchat.posix.echo import with_echo
from streamchat.posix.signals import interruptible

_READ_BYTES = 65536
# What a killed program may have left: the alternate screen, no cursor, mouse reports, a scroll
# region. The cursor may be anywhere, so the chat continues below the last row.
_USUAL_SCREEN = "\x1b[?1047l\x1b[?25h\x1b[?7h\x1b[?1000;1002;1003;1004;1006l\x1b[m\x1b[r"
_BELOW_ALL = "\x1b[9999B\r\n"
_MOST_LAST_READS = 16  # what is left in the pipe; a process in the background may fill it
_ENDS = 2  # how often Ctrl-C is pressed to end a command that does not stop
_KILLED = 128  # and the number of the signal
_USUAL_SHELL = "/bin/sh"
_FULL_SCREEN = frozenset(
    [
        *("aptitude", "bat", "btop", "emacs", "emacsclient", "fzf", "gdb", "glances", "helix"),
        *("htop", "hx", "info", "irssi", "joe", "jove", "lazygit", "less", "lf", "links"),
        *("lynx", "man", "mc", "micro", "more", "most", "mutt", "nano", "ncdu", "neomutt"),
        *("nmtui", "nvim", "pico", "ranger", "screen", "ssh", "tig", "tmux", "top", "vi"),
        *("view", "vim", "vimdiff", "visudo", "w3m", "watch", "zellij"),
    ]
)
_BEFORE_A_PROGRAM = frozenset(["command", "doas", "env", "exec", "nice", "sudo", "time"])
_SAYS_MESSAGE = ("-m", "-F", "-C", "--message", "--file", "--no-edit", "--fixup")
_ASSIGNMENT = re.compile(r"\w+=.*", re.DOTALL)
_BETWEEN_COMMANDS = re.compile(r"[|;&\n]+")


@dataclass(frozen=True, slots=True)
class TerminalShell:
    """`keys` is the keyboard, None where there is none; `screen` is where output is shown."""

    environ: Mapping[str, str]
    cwd: Path
    keys: TextIO | None
    screen: TextIO
    has_escapes: bool = True

    async def run(self, command: str) -> ShellRun:
        """See ports.Shell."""
        argv = [self.environ.get("SHELL") or _USUAL_SHELL, "-c", command]
        if self.keys is not None and draws_on_terminal(command):
            with _modes_restored(self.keys):
                status = await _wait(self._start(argv, None, None), _nothing)
            if _was_killed(status) and self.has_escapes:
                self._show(_USUAL_SCREEN + _BELOW_ALL)
            return ShellRun(status, None)
        output = CommandOutput(has_escapes=self.has_escapes)
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb", 0) as pipe, _modes_restored(self.keys):
            with os.fdopen(writing, "wb", 0):
                process = self._start(argv, writing, writing)
            status = await self._follow(process, pipe.fileno(), output)
        return ShellRun(status, output.text)

    def _start(
        self, argv: list[str], stdout: int | None, stderr: int | None
    ) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                argv,
                stdin=self.keys.fileno() if self.keys is not None else subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd=self.cwd,
                env=dict(self.environ),
            )
        except OSError as error:
            raise UsageError(f"{argv[0]} cannot be started: {error.strerror}.") from error

    async def _follow(
        self, process: subprocess.Popen[bytes], reading: int, output: CommandOutput
    ) -> int:
        """Show the output until the command ends. Its background processes may keep the pipe
        open, but are not waited for."""
        loop = asyncio.get_running_loop()
        os.set_blocking(reading, False)

        def read() -> bool:
            data = b""
            with suppress(BlockingIOError):
                data = os.read(reading, _READ_BYTES)
            if data:
                self._show(output.feed(data))
            else:
                loop.remove_reader(reading)
            return bool(data)

        loop.add_reader(reading, read)
        try:
            status = await _wait(process, lambda: self._show("\n"))  # after the ^C
            for _ in range(_MOST_LAST_READS):
                if not read():
                    break
            self._show(output.feed(b"", is_last=True))
            self._show("" if output.ends_a_row else "\n")
        finally:
            loop.remove_reader(reading)
        return status

    def _show(self, text: str) -> None:
        if text:
            self.screen.write(text)
            self.screen.flush()


def open_shell(run: Run, keys: TextIO | None) -> TerminalShell:
    """The shell of a chat that reads from `keys`, or of a script."""
    env, is_script = run.env, keys is None
    return TerminalShell(
        env.environ,
        env.cwd,
        keys,
        env.stderr if is_script else env.stdout,
        has_escapes=env.terminal.has_escapes and not is_script,
    )


def _nothing() -> None:
    pass


def _was_killed(status: int) -> bool:
    """Whether a signal killed it, as Popen or a shell reports it."""
    return status < 0 or _KILLED < status < _KILLED + signal.NSIG


async def _wait(process: subprocess.Popen[bytes], on_stop: Callable[[], None]) -> int:
    """Wait for the exit status. Ctrl-C belongs to the command, although the terminal sends it
    to both; `on_stop` is called at the first one."""
    presses = 0

    def stop() -> None:
        nonlocal presses
        presses += 1
        if presses == 1:
            on_stop()
        elif presses == _ENDS:
            process.terminate()
        elif presses > _ENDS:
            process.kill()

    with interruptible(stop):
        try:
            return await in_background(process.wait)
        finally:
            if process.poll() is None:
                process.terminate()


@contextmanager
def _modes_restored(keys: TextIO | None) -> Iterator[None]:
    """While entered, restore the terminal's modes at the end, because a killed program leaves
    its own."""
    modes = None
    if keys is not None:
        with suppress(termios.error, ValueError):
            modes = termios.tcgetattr(keys)
    try:
        with nullcontext() if keys is None else with_echo(keys.fileno()):
            yield
    finally:
        if keys is not None and modes is not None:
            with suppress(termios.error):
                termios.tcsetattr(keys, termios.TCSADRAIN, modes)


def draws_on_terminal(command: str) -> bool:
    """Whether a program of the command is known to draw on the whole terminal."""
    return any(_draws(part) for part in _BETWEEN_COMMANDS.split(command))


def _draws(command: str) -> bool:
    try:
        words = shlex.split(command)
    except ValueError:  # quotes that belong to another part
        words = command.split()
    while words and (words[0] in _BEFORE_A_PROGRAM or _ASSIGNMENT.fullmatch(words[0])):
        del words[0]
    match words:
        case ["git", "commit", *rest]:
            return not any(word.startswith(_SAYS_MESSAGE) for word in rest)
        case ["git", "rebase" | "add", *rest]:
            return any(word in ("-i", "-p", "--interactive", "--patch") for word in rest)
        case [program, *_]:
            return PurePath(program).name in _FULL_SCREEN
    return False
