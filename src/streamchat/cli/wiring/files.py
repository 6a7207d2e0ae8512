"""The files here that can be attached, for the menu behind an `@`."""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.cli.run import Run


def list_files(run: Run) -> list[str]:
    """The files that can be attached here, for the menu behind an `@`."""
    from streamchat.attachments.offering import list_offered

    return list_offered(run.env.cwd, run.env.environ)


def only_sendable(run: Run, names: Sequence[str]) -> list[str]:
    """Those of a few files that are no binary files."""
    from streamchat.attachments.offering import only_sendable

    return only_sendable(names, run.env.cwd)
