"""The console of rich on the terminal's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamchat.core.terminal import Terminal
from streamchat.render.screen.sink import Sink
from streamchat.render.screen.window import Size
from streamchat.render.style import Depth

if TYPE_CHECKING:
    from rich.console import Console


def takes_environ(console: type[Console]) -> bool:
    return "_environ" in console.__init__.__code__.co_varnames


def build_console(sink: Sink, terminal: Terminal, size: Size) -> Console:
    """A console of rich that knows what the terminal can do but does not read the
    environment."""
    from rich.console import Console

    # Private to rich. core/terminal.py has read the environment.
    without_environment: dict[str, Any] = {"_environ": {}} if takes_environ(Console) else {}
    return Console(
        file=sink,  # type: ignore[arg-type]  # writes, flushes, has an encoding
        force_terminal=True,
        force_jupyter=False,
        legacy_windows=False,
        color_system="standard" if terminal.depth >= Depth.COLOURS_16 else None,
        width=size.width,
        height=size.height,
        markup=False,
        highlight=False,
        emoji=False,
        **without_environment,
    )
