"""The keys that clear the line, or end a prompt without one."""

from __future__ import annotations

import math
from collections.abc import Callable

from prompt_toolkit.filters import Condition, emacs_mode, has_completions, vi_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys
from prompt_toolkit.search import stop_search

from streamchat.core.ports import Key
from streamchat.prompt.keys.chords import LONE_ESCAPE, ActionKeys
from streamchat.prompt.keys.conditions import in_line, line_is_empty

TWICE_SECONDS = 0.5  # for Esc Esc


def load_leaving(
    keys: ActionKeys, hint_again: Callable[[], bool], on_clear: Callable[[str], None]
) -> KeyBindings:
    """The keys that clear the line, or end a prompt without one. `on_clear` gets the text that
    is cleared; `hint_again` shows a hint again that was typed over, and returns whether there
    was one."""
    bindings = KeyBindings()

    @bindings.add("c-c", filter=in_line)
    @bindings.add("<sigint>")
    def clear_line(event: KeyPressEvent) -> None:
        if event.app.layout.is_searching:
            stop_search()
        on_clear(event.current_buffer.text)
        event.current_buffer.reset()
        event.app.vi_state.reset()  # a new line begins in insert mode

    @bindings.add("c-c", filter=in_line & line_is_empty)
    @bindings.add("<sigint>", filter=in_line & line_is_empty)
    def interrupt(event: KeyPressEvent) -> None:
        if hint_again():
            return
        event.app.erase_when_done = True  # the next prompt replaces it
        event.app.exit(result=Key.INTERRUPT)

    @bindings.add("c-d", filter=in_line & line_is_empty)
    def stay(event: KeyPressEvent) -> None:
        """Do nothing: an empty line has nothing to delete."""

    @keys.on(bindings, "exit", filter=in_line & line_is_empty)
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=Key.END)

    return bindings


def load_escaping(keys: ActionKeys, clock: Callable[[], float]) -> KeyBindings:
    """Esc, and Alt with an unbound key."""
    bindings = KeyBindings()
    escaped_at = -math.inf

    @keys.on(bindings, "edit_last", filter=in_line & line_is_empty)
    def edit_previous(event: KeyPressEvent) -> None:
        event.app.erase_when_done = True
        event.app.exit(result=Key.EDIT_PREVIOUS)

    may_edit = Condition(lambda: keys.has_double_escape("edit_last"))

    @bindings.add(*LONE_ESCAPE, filter=in_line & line_is_empty & may_edit)
    def edit_previous_at_the_second(event: KeyPressEvent) -> None:
        nonlocal escaped_at
        if vi_mode():
            event.app.vi_state.input_mode = InputMode.NAVIGATION
        before, escaped_at = escaped_at, clock()
        if escaped_at - before <= TWICE_SECONDS:
            edit_previous(event)

    @bindings.add(*LONE_ESCAPE, filter=in_line & has_completions)
    def close_menu(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        buffer.cancel_completion()
        if vi_mode():
            buffer.cursor_position += buffer.document.get_cursor_left_position()
            event.app.vi_state.input_mode = InputMode.NAVIGATION

    @bindings.add("escape", Keys.Any, filter=in_line & emacs_mode)
    def ignore(event: KeyPressEvent) -> None:
        """Alt with an unbound key does not type the key."""

    return bindings
