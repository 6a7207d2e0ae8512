"""What stands at the cursor, completed."""

from __future__ import annotations

from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, get_common_complete_suffix
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.keys.conditions import at_command, in_line

_INDENT = "    "


def load_completing(keys: ActionKeys) -> KeyBindings:
    """Completes a slash command and nothing else; Tab indents elsewhere."""
    bindings = KeyBindings()

    @bindings.add("tab", filter=in_line)
    def indent(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(_INDENT)

    @keys.on(bindings, "complete", filter=in_line & at_command)
    def complete(event: KeyPressEvent) -> None:
        if event.current_buffer.complete_state:
            event.current_buffer.complete_next()
        else:
            _complete(event.current_buffer)

    return bindings


def _complete(buffer: Buffer) -> None:
    """Insert what is certain and show the rest as a menu; at once, unlike
    `start_completion`: the next key may be there already."""
    wanted = CompleteEvent(completion_requested=True)
    found = list(buffer.completer.get_completions(buffer.document, wanted))
    if len(found) == 1:
        buffer.apply_completion(found[0])
    elif found:
        common = get_common_complete_suffix(buffer.document, found)
        buffer.insert_text(common)
        rest = [completion.new_completion_from_position(len(common)) for completion in found]
        buffer.complete_state = CompletionState(buffer.document, rest if common else found)
