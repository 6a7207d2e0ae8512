"""`python -m streamchat`, and the entry point of the installed command."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamchat.config.paths import Paths

_INTERRUPTED = 130


def main() -> None:
    """Run the program in this process's world and exit with its status."""
    match sys.argv[1:]:
        case ["--complete", *words]:
            return _print(lambda: _complete(words))
        case ["--completion", "bash" | "zsh" | "fish" as shell]:
            return _print(lambda: _script(shell))
    usual = signal.getsignal(signal.SIGINT)
    is_ignored = usual is signal.SIG_IGN
    if not is_ignored:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing has begun that could be lost
    try:
        from streamchat.cli import environment
        from streamchat.cli import main as cli
    except ImportError as error:  # `cli.main` tells of what is imported later
        sys.exit(f"streamchat: The installation is incomplete: {error}. Install it again.")
    try:
        signal.signal(signal.SIGINT, usual or signal.SIG_DFL)
        status = int(cli.main(sys.argv[1:], environment.build_environment()))
    except KeyboardInterrupt:
        status = _INTERRUPTED
    if not is_ignored:  # all is done; what is left is Python's own
        signal.signal(signal.SIGINT, lambda *_: os._exit(status))
    if status > 128 and not (status == _INTERRUPTED and is_ignored):
        from streamchat.posix.fatal_signals import die_of

        die_of(status)
    sys.exit(status)


def _print(make: Callable[[], str]) -> None:
    """Print for a shell, which must not wait for the program."""
    try:
        print(make(), flush=True)  # noqa: T201
    except (KeyboardInterrupt, BrokenPipeError):
        sys.stdout = None


def _script(shell: str) -> str:
    from streamchat.cli.completion_scripts import completion_script

    return completion_script(shell).rstrip("\n")


def _complete(words: list[str]) -> str:
    """The answer to a completion script."""
    from streamchat.cli.completion import complete

    def find_paths() -> Paths:
        from pathlib import Path

        from streamchat.config.paths import build_paths

        return build_paths(os.environ, Path.home())

    return "\n".join(complete(words, find_paths))


if __name__ == "__main__":
    main()
