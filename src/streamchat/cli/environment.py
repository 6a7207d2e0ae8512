"""The world as one value: streams, environment, home, clocks.

Built once, in `__main__`; tests build their own. Nothing else in the program reads
`os.environ`, `sys.stdin` or the time of day.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

from streamchat.core.terminal import Terminal, read_terminal


@dataclass(frozen=True, slots=True)
class Environment:
    """What the program was started in. Clocks are in seconds."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    home: Path
    cwd: Path
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    new_id: Callable[[], str]

    @property
    def terminal(self) -> Terminal:
        """What can be shown on stdout."""
        return read_terminal(self.stdout, self.environ)


def new_id() -> str:
    """Ten hexadecimal digits: short enough to type four of."""
    return os.urandom(5).hex()


def _nothing(mode: str) -> TextIO:
    return cast(TextIO, Path(os.devnull).open(mode, encoding="utf-8"))


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # no HOME, and a user without an entry
        return Path("/")


def _cwd() -> Path:
    """Where the program was started, also when that directory is gone: a path in it is
    then simply not found."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.environ.get("PWD") or "/")


def build_environment() -> Environment:
    """The real one. What stdout cannot encode is written escaped, never an error; a stream
    that was closed by whoever started the program is an empty one."""
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
