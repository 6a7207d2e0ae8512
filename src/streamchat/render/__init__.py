"""Everything on the screen: Markdown to rows, rows to the terminal. The only importer of
rich and pygments.

    screen = open_screen(env.stdout, environ=env.environ, clock=env.monotonic)
    screen.banner(["streamchat"])
    view = screen.reply(model=…)        # a ports.View; feed it events, close it once
    screen.resized()                    # on SIGWINCH, and on SIGCONT
    with screen.resting(): ...          # while the process is suspended
    screen.restore()                    # before dying of a signal, at exit
    preload()                           # in a thread, once the prompt is drawn

Importing this package loads none of its modules, and opening a screen neither rich nor
pygments; the first reply or report does, unless `preload` has done so in idle time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO

from streamchat.core.theme import Appearance

if TYPE_CHECKING:
    from streamchat.render.reply.status import Price
    from streamchat.render.screen.scheduler import CallLater, Timer
    from streamchat.render.screen.terminal_screen import TerminalScreen


def open_screen(
    stdout: TextIO,
    *,
    environ: Mapping[str, str],
    clock: Callable[[], float],
    appearance: Appearance | None = None,
    price: Price | None = None,
    call_later: CallLater | None = None,
) -> TerminalScreen:
    """The Screen on that stream: painted on a terminal, plain text anywhere else.

    `clock` is monotonic, in seconds. `appearance` can be set later.
    `price(model, usage)` gives the cost so far for the status row, None when unknown.
    `call_later` defaults to that of the running event loop.
    """
    from streamchat.render.screen.terminal_screen import TerminalScreen

    return TerminalScreen(
        stdout,
        environ=environ,
        clock=clock,
        call_later=call_later or _call_later_in_running_loop,
        appearance=appearance or Appearance(),
        price=price,
    )


def preload() -> None:
    """Import what the first reply needs, and run it once (0.3 s)."""
    import streamchat.render.screen.live_frame  # noqa: F401
    from streamchat.render.markdown.markdown_rows import preload_markdown

    preload_markdown()


def _call_later_in_running_loop(delay: float, callback: Callable[[], None], /) -> Timer:
    import asyncio

    return asyncio.get_running_loop().call_later(delay, callback)


__all__ = [
    "open_screen",
    "preload",
]
