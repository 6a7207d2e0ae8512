"""-r without REF: let the user choose the conversation to resume."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from streamchat.app.listing import ago
from streamchat.cli.run import Run, require_key
from streamchat.cli.run_repl import keyboard
from streamchat.cli.wiring import open_archive, tell_problems
from streamchat.cli.wiring.prompt import build_prompt_look
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
    from streamchat.prompt import Picker, PlainPrompt, open_keyboard, open_output

    env, age = run.env, ago(run.env.clock)
    with keyboard(run) as keys:
        if not env.terminal.has_escapes:
            return await PlainPrompt(keys, env.stdout).pick(archive, age)
        screen = open_output(
            env.stdout, term=env.terminal.term, reflows=env.terminal.traits.reflows
        )
        return await Picker(
            open_keyboard(keys), screen, archive, build_prompt_look(env), age
        ).run()
