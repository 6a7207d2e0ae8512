"""-r without REF: the user finds the conversation that is then gone on with.

Compose rank.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from streamchat.app.listing import ago
from streamchat.cli.run_repl import keyboard, look_of, require_key
from streamchat.cli.wiring import Run, archive_of
from streamchat.core.errors import Status, UsageError


async def picking(run: Run, act: Callable[[Run], Awaitable[int]]) -> int:
    """Do `act` with the conversation that the user chose; nothing when they left.

    Raises UsageError where nobody can choose.
    """
    if not (run.env.stdin.isatty() and run.env.stdout.isatty()):
        raise UsageError("-r without REF needs a terminal to choose on; see --list.")
    require_key(run)
    path = await _picked(run)
    if path is None:
        return Status.OK
    return await act(replace(run, settings=replace(run.settings, resume=path)))


async def _picked(run: Run) -> str | None:
    from streamchat.prompt import Picker, PlainPrompt, open_keyboard, open_screen

    env, shelf, age = run.env, archive_of(run).shelf, ago(run.env.clock)
    term = env.environ.get("TERM", "dumb")
    with keyboard(run) as keys:
        if term in ("", "dumb"):
            return await PlainPrompt(keys, env.stdout).pick(shelf, age)
        screen = open_screen(env.stdout, term=term)
        return await Picker(open_keyboard(keys), screen, shelf, look_of(env), age).run()
