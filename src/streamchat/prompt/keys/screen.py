"""What the prompt makes way for: the editor, the last thinking, a clean screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prompt_toolkit.application.run_in_terminal import run_in_terminal
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from streamchat.prompt.keys.conditions import in_line


def load_unfolding(unfold: Callable[[], None]) -> KeyBindings:
    """Ctrl-O shows the last thinking above the prompt, as it does above a reply."""
    bindings = KeyBindings()

    @bindings.add("c-o", filter=in_line)
    def show(event: KeyPressEvent) -> None:
        run_in_terminal(unfold)

    return bindings


@dataclass(frozen=True, slots=True)
class Editing:
    """The prompt ended for the editor: the keys that follow wait until it is done."""

    document: Document


def load_editing() -> KeyBindings:
    """The editor, and a clean screen."""
    bindings = KeyBindings()

    @bindings.add("c-g", filter=in_line)
    @bindings.add("c-x", "c-e", filter=in_line)
    def edit(event: KeyPressEvent) -> None:
        event.app.erase_when_done = True
        event.app.exit(result=Editing(event.current_buffer.document))

    @bindings.add("c-l")
    def redraw(event: KeyPressEvent) -> None:
        # As many line feeds as the window is high scroll what is above the cursor's line
        # into the scrollback, wherever that line is; only then is the screen cleared.
        output = event.app.output
        output.write_raw("\n" * output.get_size().rows)
        event.app.renderer.clear()

    return bindings
