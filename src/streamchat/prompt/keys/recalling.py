"""Older and newer messages: Up and Down, unless other keys are bound to that."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.keys.conditions import in_line


class Recall:
    """Whether Up recalls what starts with the text of the line, which then was typed, or
    everything, since the line is as it was handed over or recalled."""

    def __init__(self) -> None:
        self.given = ""

    def searches(self) -> bool:
        buffer = get_app().current_buffer
        return buffer.history_search_text is not None or buffer.text != self.given


def load_recalling(
    keys: ActionKeys, recall: Recall, on_recall: Callable[[], None]
) -> KeyBindings:
    """Moves in the message and beyond it. `on_recall` is called when the message is left for
    an older one."""
    bindings = KeyBindings()

    @bindings.add("up", filter=in_line)
    @bindings.add("c-p", filter=in_line)
    def row_above(event: KeyPressEvent) -> None:
        event.current_buffer.cursor_up(event.arg)

    @bindings.add("down", filter=in_line)
    @bindings.add("c-n", filter=in_line)
    def row_below(event: KeyPressEvent) -> None:
        event.current_buffer.cursor_down(event.arg)

    @keys.on(bindings, "older", filter=in_line)
    @bindings.add("k", filter=in_line & vi_navigation_mode)
    def up(event: KeyPressEvent) -> None:
        if event.current_buffer.document.cursor_position_row == 0:
            on_recall()
        event.current_buffer.auto_up(event.arg)
        note(event.current_buffer)

    @keys.on(bindings, "newer", filter=in_line)
    @bindings.add("j", filter=in_line & vi_navigation_mode)
    def down(event: KeyPressEvent) -> None:
        event.current_buffer.auto_down(event.arg)
        note(event.current_buffer)

    def note(buffer: Buffer) -> None:
        if buffer.history_search_text is None:
            recall.given = buffer.text

    return bindings
