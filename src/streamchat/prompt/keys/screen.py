"""Keys that put something else in place of the prompt: the editor, the last thinking, a clear
screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prompt_toolkit.application.run_in_terminal import run_in_terminal
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from streamchat.prompt.hooks import Hooks
from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.keys.conditions import in_line


def load_unfolding(keys: ActionKeys, unfold: Callable[[], None]) -> KeyBindings:
    """Shows the last thinking above the prompt, as above a reply."""
    bindings = KeyBindings()

    @keys.on(bindings, "thinking", filter=in_line)
    def show(event: KeyPressEvent) -> None:
        run_in_terminal(unfold)

    return bindings


def load_cycling(keys: ActionKeys, hooks: Hooks, say: Callable[[str], None]) -> KeyBindings:
    """The next model and the next effort; `say` shows a line about it."""
    bindings = KeyBindings()
    keys.on(bindings, "next_model", filter=in_line)(lambda _: say(hooks.next_model()))
    keys.on(bindings, "next_effort", filter=in_line)(lambda _: say(hooks.next_effort()))
    return bindings


@dataclass(frozen=True, slots=True)
class Editing:
    """The prompt ended for the editor: the keys that follow wait until it is done."""

    document: Document


def load_editing(keys: ActionKeys) -> KeyBindings:
    """The editor, a clean screen, and the shell that the program came from."""
    bindings = KeyBindings()

    @keys.on(bindings, "editor", filter=in_line)
    def edit(event: KeyPressEvent) -> None:
        event.app.erase_when_done = True
        event.app.exit(result=Editing(event.current_buffer.document))

    @keys.on(bindings, "suspend")
    def suspend(event: KeyPressEvent) -> None:
        event.app.suspend_to_background()

    @bindings.add("c-l")
    def stay(event: KeyPressEvent) -> None:
        """Clear the screen; prompt_toolkit would not keep its rows in the scrollback."""

    @keys.on(bindings, "clear_screen")
    def redraw(event: KeyPressEvent) -> None:
        # So many line feeds scroll what is above the prompt into the scrollback, wherever the
        # prompt is; only then is the screen cleared.
        output, renderer = event.app.output, event.app.renderer
        renderer.erase()
        output.write_raw("\n" * (output.get_size().rows - 1))
        renderer.clear()

    return bindings
