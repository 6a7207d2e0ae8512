"""The user's own editor on the text of the line (Ctrl-X Ctrl-E, Ctrl-G).

The command is $VISUAL or $EDITOR of the environment that was handed in, else the first
editor found on its PATH. The text is in a file of mode 0600 in a directory of its own
that is gone afterwards. An editor that fails changes nothing.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from streamchat.prompt.entry import normalised

_FALLBACKS = ("editor", "nano", "vi")
_FILE_NAME = "message.md"


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The command without the file name; empty when there is no editor."""
    for name in ("VISUAL", "EDITOR"):
        if words := _split(environ.get(name, "")):
            return words
    found = (shutil.which(name, path=environ.get("PATH")) for name in _FALLBACKS)
    return next(([path] for path in found if path), [])


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # an unbalanced quote: the name of a program then
        return [command]


def edited(
    text: str, command: list[str], environ: Mapping[str, str], terminal: int
) -> str | None:
    """The text as the editor left it, or None when it failed. Blocks until it ends;
    `terminal` is where it reads keys (stdin may be a pipe)."""
    with tempfile.TemporaryDirectory(prefix="streamchat-") as directory:
        file = Path(directory, _FILE_NAME)
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8", errors="replace", newline="")
        try:
            done = subprocess.run(
                [*command, str(file)], stdin=terminal, env=environ, check=False
            )
            after = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
    return normalised(after).removesuffix("\n") if done.returncode == 0 else None
