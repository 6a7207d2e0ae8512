"""The world as one value: streams, environment variables, directories, clocks.

`__main__` builds the real one; tests build their own. Every other module takes what it needs
from here, as an argument.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, cast

from streamchat.core.settings import KnownSecrets
from streamchat.core.terminal import Terminal, read_terminal


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the program runs. Clocks are in seconds."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    home: Path
    cwd: Path
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    new_id: Callable[[], str]
    user: int = field(default_factory=os.geteuid)  # whose files are trusted
    secrets: KnownSecrets = field(default_factory=KnownSecrets)
    unread: list[str] = field(default_factory=list)  # typed at a question without answering it

    @property
    def terminal(self) -> Terminal:
        """What stdout can display."""
        return read_terminal(self.stdout, self.environ)

    def take_unread(self) -> str:
        """Take what was typed at questions without answering them, for the next prompt."""
        text = "\n".join(self.unread)
        self.unread.clear()
        return text


def new_id() -> str:
    """Ten hexadecimal digits; the first four are usually enough to name a conversation."""
    return os.urandom(5).hex()


def _nothing(mode: str) -> TextIO:
    return cast(TextIO, Path(os.devnull).open(mode, encoding="utf-8"))


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # no HOME, and no entry for the user
        return Path("/")


def _cwd() -> Path:
    """The working directory. If it was deleted, its old path: files in it are not found."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.environ.get("PWD") or "/")


def build_environment() -> Environment:
    """The real world. Characters that stdout cannot encode are written as escapes. A stream
    that was closed before the start becomes an empty one."""
    sys.stdin = sys.stdin or _nothing("r")
    sys.stdout = sys.stdout or _nothing("w")
    sys.stderr = sys.stderr or _nothing("w")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    return Environment(
        stdin=sys.stdin,
        stdout=sys.stdout,
        stderr=sys.stderr,
        environ=dict(os.environ),
        home=_home(),
        cwd=_cwd(),
        clock=time.time,
        monotonic=time.monotonic,
        new_id=new_id,
    )
