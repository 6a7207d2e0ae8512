"""The keys that clear the line, or end a prompt without one: Ctrl-C, Ctrl-D, Esc Esc."""

from __future__ import annotations

import math
from collections.abc import Callable

from prompt_toolkit.filters import emacs_mode, has_completions, vi_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys
from prompt_toolkit.search import stop_search

from streamchat.core.ports import Key
from streamchat.prompt.key_codes import ALONE
from streamchat.prompt.keys.conditions import in_line, line_is_empty

LONE_ESCAPE = (Keys.Escape, ALONE.key)
TWICE_SECONDS = 0.5  # for Esc Esc


def load_leaving(hint_again: Callable[[], bool], clock: Callable[[], float]) -> KeyBindings:
    """The keys that end a prompt without a line. `hint_again` tells whether a hint that
    something was typed over had first to be shown again."""
    bindings = KeyBindings()
    escaped_at = -math.inf

    @bindings.add("c-c", filter=in_line)
    @bindings.add("<sigint>")
    def clear_line(event: KeyPressEvent) -> None:
        if event.app.layout.is_searching:
            stop_search()
        event.current_buffer.reset()

    @bindings.add("c-c", filter=in_line & line_is_empty)
    @bindings.add("<sigint>", filter=in_line & line_is_empty)
    def interrupt(event: KeyPressEvent) -> None:
        if hint_again():
            return
        event.app.erase_when_done = True  # the next prompt takes its place
        event.app.exit(result=Key.INTERRUPT)

    @bindings.add(*LONE_ESCAPE, filter=in_line & line_is_empty)
    def edit_previous_at_the_second(event: KeyPressEvent) -> None:
        nonlocal escaped_at
        if vi_mode():
            event.app.vi_state.input_mode = InputMode.NAVIGATION
        before, escaped_at = escaped_at, clock()
        if escaped_at - before <= TWICE_SECONDS:
            event.app.erase_when_done = True
            event.app.exit(result=Key.EDIT_PREVIOUS)

    @bindings.add(*LONE_ESCAPE, filter=in_line & has_completions)
    def close_menu(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()

    @bindings.add("escape", Keys.Any, filter=in_line & emacs_mode)
    def ignore(event: KeyPressEvent) -> None:
        """Alt and a key that mean nothing do not type the key."""

    @bindings.add("c-d", filter=in_line & line_is_empty)
    def end(event: KeyPressEvent) -> None:
        event.app.exit(result=Key.END)

    return bindings
