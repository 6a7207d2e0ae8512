"""The user's own editor on the text of the line (Ctrl-X Ctrl-E, Ctrl-G).

The command is $VISUAL or $EDITOR of the environment that was handed in, else the first
editor found on its PATH. The text is in a file of mode 0600 in a directory of its own
that is gone afterwards. Whatever happens to the editor, no text is lost.
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from streamchat.core.errors import UsageError
from streamchat.posix.echo import with_echo
from streamchat.posix.files import read_file
from streamchat.prompt.entry import normalised

OnStart: TypeAlias = Callable[["subprocess.Popen[bytes]"], None]
_FALLBACKS = ("editor", "nano", "vi")
_FILE_NAME = "message.md"


@dataclass(frozen=True, slots=True)
class EditorResult:
    """What an editor left. `fault` says in a line why it failed, "" if it did not; `is_wanted`
    is False when the user discarded the text in the editor (`:cq`)."""

    text: str
    fault: str = ""
    is_wanted: bool = True


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The command without the file name; empty when there is no editor. Raises UsageError if
    the variable is not a command."""
    for name in ("VISUAL", "EDITOR"):
        command = environ.get(name, "")
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise UsageError(f"${name} has an unbalanced quote: {command}") from error
        if words:
            return words
    found = (shutil.which(name, path=environ.get("PATH")) for name in _FALLBACKS)
    return next(([path] for path in found if path), [])


@contextmanager
def hanging_up() -> Iterator[OnStart]:
    """Takes editors that have started, in any thread. If what is inside is cancelled, because
    the program ends, they are hung up, even those that are stopped and those that start
    later."""
    editors: list[subprocess.Popen[bytes]] = []
    is_ending = False

    def started(editor: subprocess.Popen[bytes]) -> None:
        editors.append(editor)
        if is_ending:
            _hang_up(editor)

    try:
        yield started
    except asyncio.CancelledError:
        is_ending = True  # before the look at the list: no editor is missed
        for editor in tuple(editors):
            _hang_up(editor)
        raise


def _hang_up(editor: subprocess.Popen[bytes]) -> None:
    editor.send_signal(signal.SIGHUP)
    editor.send_signal(signal.SIGCONT)


async def edit_aside(text: str, environ: Mapping[str, str], terminal: int) -> EditorResult:
    """`edit` in a thread."""
    with hanging_up() as on_start:
        return await asyncio.to_thread(edit, text, environ, terminal, on_start)


def edit(
    text: str, environ: Mapping[str, str], terminal: int, on_start: OnStart = lambda _: None
) -> EditorResult:
    """Let the user edit the text. Blocks until the editor ends; `terminal` is where it reads
    keys (stdin may be a pipe)."""
    try:
        command = editor_command(environ)
        if not command:
            return EditorResult(text, "No editor was found. Set $VISUAL or $EDITOR.")
        with tempfile.TemporaryDirectory(prefix="streamchat-") as directory:
            file = Path(directory, _FILE_NAME)
            file.touch(mode=0o600)
            file.write_text(text, encoding="utf-8", errors="replace", newline="")
            return _edit_file(file, text, command, environ, terminal, on_start)
    except UsageError as error:
        return EditorResult(text, error.message)
    except OSError as error:
        return EditorResult(text, f"The editor has no file to edit: {error.strerror or error}.")


def _edit_file(
    file: Path,
    text: str,
    command: list[str],
    environ: Mapping[str, str],
    terminal: int,
    on_start: OnStart,
) -> EditorResult:
    try:
        argv = [*command, str(file)]
        with with_echo(terminal), subprocess.Popen(argv, stdin=terminal, env=environ) as editor:
            on_start(editor)
            status = editor.wait()
    except OSError as error:
        reason = error.strerror or str(error)
        return EditorResult(text, f"{command[0]} cannot be started: {reason}.")
    left = normalised(read_file(file, most_bytes=sys.maxsize).decode(errors="replace"))
    if left != text:  # editors end the last line
        left = left.removesuffix("\n")
    if status < 0:
        return EditorResult(left, f"{command[0]} was ended by {_name(-status)}.")
    if status:
        fault = f"{command[0]} ended with status {status}; the draft is as it was."
        return EditorResult(left, fault, is_wanted=False)
    return EditorResult(left)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
