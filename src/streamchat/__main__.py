"""`python -m streamchat`, and the entry point of the installed command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program in this process's world and exit with its status."""
    try:
        # Inside, so that Ctrl-C while these load is quiet.
        from streamchat.cli import environment
        from streamchat.cli import main as cli

        status = cli.main(sys.argv[1:], environment.build_environment())
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
