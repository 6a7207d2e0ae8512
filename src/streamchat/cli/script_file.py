"""Reads a script: for --script from a file or stdin, for /script from a file."""

from __future__ import annotations

import errno
from functools import partial
from pathlib import Path

from streamchat.app.waiting import in_background
from streamchat.cli.piped_input import LARGEST_INPUT, decode_piped, read_piped
from streamchat.cli.run import Run
from streamchat.cli.script import ScriptLine, ScriptReader, split_script
from streamchat.core.errors import NotFound, UsageError
from streamchat.core.ports import Reader, Script
from streamchat.core.sanitize import clean_line
from streamchat.posix.files import pipe_wait, read_file
from streamchat.store.finding import expanded

STDIN = "-"


def allows_shell(run: Run) -> bool:
    """Whether a script may run shell commands."""
    return run.settings.shell and run.settings.allow_shell


def read_script(run: Run, path: str) -> tuple[list[ScriptLine], str]:
    """The lines, and what the script is called. Blocks for as long as a pipe is silent.
    Raises NotFound, UsageError."""
    if path == STDIN:
        data, name = read_piped(run), "stdin"
    else:
        data, name = _read_file(run.env.cwd / expanded(path), clean_line(path))
    text = decode_piped(run, data, name).removeprefix("\ufeff")
    try:
        return split_script(text, allows_shell=allows_shell(run)), name
    except UsageError as error:
        error.message = f"{name}, {error.message}"
        raise


def _read_file(path: Path, name: str) -> tuple[bytes, str]:
    try:
        return read_file(path, most_bytes=LARGEST_INPUT, wait=pipe_wait()), name
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise UsageError(f"The script {name!r} holds more than 32 MB.") from error
        raise NotFound(f"The script {name!r} cannot be read: {error.strerror}.") from error


async def open_script(run: Run, path: str, keyboard: Reader) -> Script:
    """The script of a file, for a chat. Raises NotFound, UsageError."""
    if path == STDIN:
        raise UsageError("In a chat, a script comes from a file.")
    lines, name = await in_background(partial(read_script, run, path))
    return ScriptReader(lines, name, keyboard=keyboard)
