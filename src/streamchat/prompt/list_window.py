"""The application that shows a list to choose from, for all such lists.

A list is erased when it is left. SIGINT is the list's, unless it was ignored at the start.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TypeVar

from prompt_toolkit.application import Application
from prompt_toolkit.input import Input as KeyInput
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindingsBase
from prompt_toolkit.layout import HSplit, Layout
from prompt_toolkit.output import Output

from streamchat.posix.fatal_signals import is_ignored
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.key_parser import ESCAPE_SECONDS
from streamchat.prompt.tty import parse_keys

T = TypeVar("T")


def build_list_window(
    windows: HSplit,
    keys: KeyBindingsBase,
    look: PromptLook,
    keyboard: KeyInput,
    output: Output,
) -> Application[T]:
    """The application of one list; `run_list_window` runs it."""
    if isinstance(keyboard, Vt100Input):
        parse_keys(keyboard)
    app: Application[T] = Application(
        layout=Layout(windows),
        key_bindings=keys,
        style=look.styles,
        include_default_pygments_style=False,
        color_depth=look.depth,
        erase_when_done=True,
        input=keyboard,
        output=output,
    )
    app.ttimeoutlen = ESCAPE_SECONDS
    app.terminal_size_polling_interval = None  # SIGWINCH reports it
    return app


async def run_list_window(app: Application[T], *, begin: Callable[[], None] | None = None) -> T:
    """The result of the list. `begin` is called once the list is on the screen."""
    return await app.run_async(
        pre_run=begin, set_exception_handler=False, handle_sigint=not is_ignored(signal.SIGINT)
    )
