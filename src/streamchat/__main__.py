"""`python -m streamchat`, and the entry point of the installed command."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamchat.config import Paths

_INTERRUPTED = 130


def main() -> None:
    """Run the program in this process's world and exit with its status."""
    if sys.argv[1:2] == ["--complete"]:
        return _complete(sys.argv[2:])
    usual = signal.getsignal(signal.SIGINT)
    _leave_at_interrupt(usual, _INTERRUPTED)  # nothing has begun that could be lost
    from streamchat.cli import environment
    from streamchat.cli import main as cli

    try:
        signal.signal(signal.SIGINT, usual)
        status = int(cli.main(sys.argv[1:], environment.build_environment()))
    except KeyboardInterrupt:
        status = _INTERRUPTED
    _leave_at_interrupt(usual, status)  # all is done; what is left is Python's own
    if status > 128:
        from streamchat.posix.fatal_signals import die_of

        die_of(status)
    sys.exit(status)


def _leave_at_interrupt(usual: object, status: int) -> None:
    """Let Ctrl-C end the process at once and without a word, unless it is ignored."""
    if usual is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: os._exit(status))


def _complete(words: list[str]) -> None:
    """Answer a completion script of the shell, which must not wait for the program."""
    from streamchat.cli.completion import complete

    def find_paths() -> Paths:
        from pathlib import Path

        from streamchat.config import build_paths

        return build_paths(os.environ, Path.home())

    try:
        print(*complete(words, find_paths), sep="\n", flush=True)  # noqa: T201
    except (KeyboardInterrupt, BrokenPipeError):
        sys.stdout = None


if __name__ == "__main__":
    main()
