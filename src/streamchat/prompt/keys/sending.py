"""Enter sends, unless the message goes on; Ctrl-J is always a new line."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.filters import completion_is_selected
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from streamchat.prompt.keys.conditions import continues_here, in_line, in_open_block


def load_sending(is_taller: Callable[[str], bool]) -> KeyBindings:
    """Enter sends, and the many ways to a new line. A later binding goes first.

    A text that `is_taller` than the window is erased, to be printed whole."""
    bindings = KeyBindings()

    @bindings.add("enter", filter=in_line)
    def send(event: KeyPressEvent) -> None:
        text = event.current_buffer.text
        event.app.erase_when_done = is_taller(text)
        event.app.exit(result=text, style="class:accepted")

    @bindings.add("enter", filter=in_line & in_open_block)
    @bindings.add("c-j", filter=in_line)
    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @bindings.add("enter", filter=in_line & continues_here)
    def continue_below(event: KeyPressEvent) -> None:
        event.current_buffer.delete_before_cursor()
        event.current_buffer.insert_text("\n")

    @bindings.add("enter", filter=in_line & completion_is_selected)
    def take_completion(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    return bindings
