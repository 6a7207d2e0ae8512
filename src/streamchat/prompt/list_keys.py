"""The keys that every list has: those that leave it, and the one that suspends."""

from __future__ import annotations

from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent


def load_list_keys() -> KeyBindings:
    """Leaving a list ends its application with None."""
    bindings = KeyBindings()

    @bindings.add("escape", eager=True)
    @bindings.add("c-c")
    @bindings.add("c-d")
    @bindings.add("c-g")
    @bindings.add("<sigint>")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=None)

    @bindings.add("c-z")
    def suspend(event: KeyPressEvent) -> None:
        event.app.suspend_to_background()

    return bindings
