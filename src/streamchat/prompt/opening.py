"""Files that are opened in the user's editor (/open).

Owns the files: each has mode 0600 in a directory of its own, which is removed when the
program ends, since an editor with a window of its own returns at once.

Rule: the editor is $VISUAL, $EDITOR or the first one found; what a file contains never
decides which program opens it.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from streamchat.core.errors import UsageError
from streamchat.posix.echo import with_echo
from streamchat.posix.signals import interruptible
from streamchat.prompt.editor import OnStart, editor_command, hanging_up


class EditorFiles:
    """Opens texts in an editor that reads its keys from `keys`."""

    def __init__(self, keys: TextIO, environ: Mapping[str, str]) -> None:
        self._keys = keys
        self._environ = environ
        self._directory: Path | None = None

    async def open(self, text: str, name: str) -> str:
        """Write `text` to a file called `name` and let the user edit it. Returns its path.
        Raises UsageError where there is no editor, or it failed."""
        command = editor_command(self._environ)
        if not command:
            raise UsageError("No editor was found. Set $VISUAL or $EDITOR.")
        file = self._write(text, name)
        fault = await self._edit_aside([*command, str(file)])
        if fault:
            raise UsageError(f"{command[0]} {fault}. The text is in {file}.")
        return str(file)

    async def edit(self, path: str, text: str) -> str:
        """Let the user edit the file at `path`, which begins as `text` if it is new. Returns
        the path. Raises UsageError."""
        command = editor_command(self._environ)
        if not command:
            raise UsageError(f"No editor was found. Set $VISUAL or $EDITOR, or write {path}.")
        _create(Path(path), text)
        fault = await self._edit_aside([*command, path])
        if fault:
            raise UsageError(f"{command[0]} {fault}. The file is {path}.")
        return path

    def _write(self, text: str, name: str) -> Path:
        """A new file each time: an older one may still be open."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="streamchat-"))
            weakref.finalize(self, shutil.rmtree, self._directory, ignore_errors=True)
        file = Path(tempfile.mkdtemp(dir=self._directory), name)
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8", errors="replace", newline="")
        return file

    async def _edit_aside(self, argv: list[str]) -> str:
        with interruptible(_nothing), hanging_up() as on_start:  # Ctrl-C is the editor's
            return await asyncio.to_thread(self._edit, argv, on_start)

    def _edit(self, argv: list[str], on_start: OnStart) -> str:
        """Run the editor to its end; returns what went wrong, or ""."""
        try:
            keys = self._keys.fileno()
            environ = dict(self._environ)
            with with_echo(keys), subprocess.Popen(argv, stdin=keys, env=environ) as editor:
                on_start(editor)
                status = editor.wait()
        except OSError as error:
            return f"cannot be started: {error.strerror or error}"
        if status < 0:
            return f"was ended by signal {-status}"
        return f"ended with status {status}" if status else ""


def _create(path: Path, text: str) -> None:
    """Write the file if it does not exist yet. Raises UsageError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def _nothing() -> None:
    pass
