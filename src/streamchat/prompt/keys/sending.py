"""Sending a message, unless it continues, and starting a new line in it."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.filters import completion_is_selected
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.keys.conditions import continues_here, in_line, in_open_block


def load_sending(keys: ActionKeys, is_taller: Callable[[str], bool]) -> KeyBindings:
    """A later binding goes first. A text that `is_taller` than the window is erased, to be
    printed whole."""
    bindings = KeyBindings()

    @keys.on(bindings, "send", filter=in_line)
    def send(event: KeyPressEvent) -> None:
        text = event.current_buffer.text
        event.app.erase_when_done = is_taller(text)
        event.app.exit(result=text, style="class:accepted")

    @keys.on(bindings, "new_line", filter=in_line)
    @bindings.add("c-j", filter=in_line)
    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    def continue_below(event: KeyPressEvent) -> None:
        event.current_buffer.delete_before_cursor()
        event.current_buffer.insert_text("\n")

    if keys.keymap.enter_sends:
        keys.on(bindings, "send", filter=in_line & in_open_block)(new_line)
        keys.on(bindings, "send", filter=in_line & continues_here)(continue_below)

    @keys.on(bindings, "send", filter=in_line & completion_is_selected)
    @bindings.add("enter", filter=in_line & completion_is_selected)
    def take_completion(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    return bindings
