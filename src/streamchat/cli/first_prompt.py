"""The first prompt, on the screen before anything slow is imported.

Rule: only where nothing has to be read first: a new conversation, on a terminal that can be
drawn on. Everywhere else the REPL draws it, as it draws all that follow.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from streamchat.cli.banner import build_banner
from streamchat.cli.run import Run, has_surely_no_key, read_appearance
from streamchat.core.terminal import Depth
from streamchat.posix.fatal_signals import restored_before_death

if TYPE_CHECKING:
    from streamchat.prompt.early import EarlyPrompt

_BRIGHT, _PLAIN = "\x1b[0;1m", "\x1b[0m"
_BRIGHT_CYAN = "\x1b[0;36;1m"  # as prompt_toolkit writes `ansicyan bold`


@contextmanager
def first_prompt(run: Run) -> Iterator[EarlyPrompt | None]:
    """The banner and the prompt of a new conversation, drawn; None where they cannot be yet.
    The terminal is restored at the end, however it ends."""
    early = _open(run) if _is_certain(run) else None
    if early is None:
        yield None
        return
    with restored_before_death(early.leave):
        try:
            _draw(run, early)
            yield early
        finally:
            early.leave()


def _is_certain(run: Run) -> bool:
    """Whether the banner is known, and a prompt will follow."""
    settings, invocation = run.settings, run.invocation
    opens_another = settings.continue_newest or settings.resume or invocation.picks
    return (
        run.env.terminal.is_live
        and not opens_another
        and not (invocation.attachments or settings.role_attach)
        and not _may_wait(run)
        and (settings.demo or not has_surely_no_key(run))
    )


def _may_wait(run: Run) -> bool:
    """Whether the system prompt or the schema comes from a pipe, which may be silent."""
    settings, cwd = run.settings, run.env.cwd
    return any(
        _is_special(cwd / name) for name in (settings.system_file, settings.schema) if name
    )


def _is_special(path: Path) -> bool:
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):  # there is no such file: it fails at once, or is JSON text
        return False


def _open(run: Run) -> EarlyPrompt | None:
    from streamchat.prompt.early import EarlyPrompt

    try:
        return EarlyPrompt(run.env.stdin, run.env.stdout)
    except (OSError, ValueError):  # not a terminal, or one that refuses
        return None


def _draw(run: Run, early: EarlyPrompt) -> None:
    from streamchat.prompt.early import choose_sign
    from streamchat.render.banner import format_banner
    from streamchat.render.screen.window import measure_window

    env, settings, terminal = run.env, run.settings, run.env.terminal
    columns = measure_window(env.stdout, env.environ).width
    lines = build_banner(run, model=settings.model, saves=not settings.no_save)
    appearance = read_appearance(settings)
    banner = format_banner(lines, appearance=appearance, terminal=terminal, columns=columns)
    style = _BRIGHT_CYAN if terminal.depth >= Depth.COLOURS_16 else _BRIGHT
    sign = f"{style}{choose_sign(unicode=terminal.unicode)}{_PLAIN}"
    early.draw(banner + sign, columns=columns)
