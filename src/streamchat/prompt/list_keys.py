"""The keys that every list has: those that move in it, take a row or leave it, and the one
that suspends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from streamchat.core.keymap import KeyMap
from streamchat.core.sanitize import clean_line
from streamchat.prompt.entry import normalised
from streamchat.prompt.keys.chords import ActionKeys

Move: TypeAlias = Callable[[int], None]
"""Moves the choice down by that many rows."""


def load_list_keys(
    keymap: KeyMap, *, move: Move, page: Callable[[], int], end: int
) -> KeyBindings:
    """`page` gives the rows of a page, `end` is more rows than the list has. Leaving a list
    ends its application with None."""
    bindings, keys = load_leaving_keys(keymap), ActionKeys(keymap)

    def moves(action: str, rows: Callable[[], int]) -> None:
        keys.on(bindings, action)(lambda _: move(rows()))

    moves("list_up", lambda: -1)
    moves("list_down", lambda: 1)
    moves("list_page_up", lambda: -page())
    moves("list_page_down", lambda: page())
    moves("list_first", lambda: -end)
    moves("list_last", lambda: end)

    @bindings.add(Keys.BracketedPaste)
    def paste(event: KeyPressEvent) -> None:
        words = " ".join(normalised(event.data).split())
        event.current_buffer.insert_text(clean_line(words))

    return bindings


def load_leaving_keys(keymap: KeyMap) -> KeyBindings:
    """Leaves a list or a question, and suspends it."""
    keys, bindings = ActionKeys(keymap), KeyBindings()

    @bindings.add("escape", Keys.Any)
    def ignore(event: KeyPressEvent) -> None:
        """Alt with an unbound key does not type the key."""

    @bindings.add("c-d")
    def stay(event: KeyPressEvent) -> None:
        """Do nothing, where prompt_toolkit would delete or leave."""

    @bindings.add("c-c")
    @bindings.add("<sigint>")
    @keys.on(bindings, "list_leave")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=None)

    @keys.on(bindings, "suspend")
    def suspend(event: KeyPressEvent) -> None:
        event.app.suspend_to_background()

    return bindings
