"""The command line in this process: arguments in, status and streams out.

The world is the one that `conftest.isolated_world` made, with a clock that stands still and
streams that are no terminals.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from streamchat.cli.environment import Environment, new_id
from streamchat.cli.main import main

NOW_S = 1_790_000_000.0  # 2026-09-21T14:13:20Z


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run of the program came to."""

    status: int
    stdout: str
    stderr: str


class _Keyboard(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def run_program(
    *argv: str,
    environ: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    has_keyboard: bool = False,
) -> Finished:
    """Run the program as `streamchat ARGV` with what is on `stdin`, which is a terminal with
    `has_keyboard`."""
    stdout = io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape")
    stderr = io.StringIO()
    environment = Environment(
        stdin=(_Keyboard if has_keyboard else io.TextIOWrapper)(io.BytesIO(stdin)),
        stdout=stdout,
        stderr=stderr,
        environ={**os.environ, **(environ or {})},
        home=Path.home(),
        cwd=Path.cwd(),
        clock=lambda: NOW_S,
        monotonic=lambda: 0.0,
        new_id=new_id,
    )
    status = int(main(argv, environment))
    stdout.flush()
    written = stdout.buffer
    assert isinstance(written, io.BytesIO)
    return Finished(
        status, written.getvalue().decode("utf-8", "surrogateescape"), stderr.getvalue()
    )


def conversations_directory() -> Path:
    """Where the program keeps conversations in this world; made if it is missing."""
    directory = Path(os.environ["XDG_DATA_HOME"], "streamchat/conversations")
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory
