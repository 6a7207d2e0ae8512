"""`python -m streamchat`, and the entry point of the installed command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamchat.config import Paths


def main() -> None:
    """Run the program in this process's world and exit with its status."""
    if sys.argv[1:2] == ["--complete"]:
        return _complete(sys.argv[2:])
    try:
        # Inside, so that Ctrl-C while these load is quiet.
        from streamchat.cli import environment
        from streamchat.cli import main as cli

        status = cli.main(sys.argv[1:], environment.build_environment())
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _complete(words: list[str]) -> None:
    """Answer a completion script of the shell, which must not wait for the program."""
    from streamchat.cli.completion import complete

    def find_paths() -> Paths:
        import os
        from pathlib import Path

        from streamchat.config import build_paths

        return build_paths(os.environ, Path.home())

    try:
        print(*complete(words, find_paths), sep="\n", flush=True)  # noqa: T201
    except (KeyboardInterrupt, BrokenPipeError):
        sys.stdout = None


if __name__ == "__main__":
    main()
