"""-r without REF: let the user choose the conversation to resume."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

from streamchat.app.list_actions import ListActions
from streamchat.app.listing import ago
from streamchat.cli.run import Run, require_key
from streamchat.cli.signals import on_stopped
from streamchat.cli.wiring import build_exporter, forget_typed, open_archive, tell_problems
from streamchat.cli.wiring.prompt import keyboard, open_asker
from streamchat.core.errors import ExitStatus, UsageError
from streamchat.core.ports import Archive


async def picking(run: Run, act: Callable[[Run], Awaitable[int]]) -> int:
    """Do `act` with the conversation that the user chose, or nothing if they left.

    Raises UsageError without a terminal.
    """
    if not (run.env.stdin.isatty() and run.env.stdout.isatty()):
        raise UsageError("-r without REF needs a terminal. --list prints the conversations.")
    require_key(run)
    archive = open_archive(run)
    path = await _picked(run, archive)
    tell_problems(run, archive)
    if path is None:
        return ExitStatus.OK
    return await act(replace(run, settings=replace(run.settings, resume=path)))


async def _picked(run: Run, archive: Archive) -> str | None:
    exporter = build_exporter(run, "/export in the chat overwrites it")
    actions = ListActions(archive, exporter, partial(forget_typed, run))
    with keyboard(run) as keys:
        asker = open_asker(run, keys)
        with on_stopped(nullcontext, asker.suspend):
            return await actions.pick(asker, ago(run.env.clock))
