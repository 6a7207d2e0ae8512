"""The files here that can be attached, for the menu after an `@`."""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.cli.run import Run


def list_files(run: Run) -> list[str]:
    """The files that can be attached here, for the menu after an `@`."""
    from streamchat.attachments.offering import list_offered

    return list_offered(run.env.cwd, run.env.environ)


def only_sendable(run: Run, names: Sequence[str]) -> list[str]:
    """The files among `names` that are not binary."""
    from streamchat.attachments.offering import only_sendable

    return only_sendable(names, run.env.cwd)
