"""Completion of the word at the cursor."""

from __future__ import annotations

from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, Completion, get_common_complete_suffix
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.keys.conditions import at_command, at_mention, in_line

_INDENT = "    "


def load_completing(keys: ActionKeys) -> KeyBindings:
    """Completes a command or the name of a file; Tab indents elsewhere."""
    bindings = KeyBindings()

    @bindings.add("tab", filter=in_line)
    def indent(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(_INDENT)

    @keys.on(bindings, "complete", filter=in_line & (at_command | at_mention))
    def complete(event: KeyPressEvent) -> None:
        """Files from below the directory come from a thread; everything else is known at
        once."""
        buffer = event.current_buffer
        is_chosen = buffer.complete_state and buffer.complete_state.current_completion
        if is_chosen or not _complete(buffer):
            if (only := _only_entry(buffer)) and not is_chosen:
                buffer.apply_completion(only)
            elif _has_entries(buffer):
                buffer.complete_next()
            elif at_mention():
                buffer.start_completion(select_first=True)

    return bindings


def _has_entries(buffer: Buffer) -> bool:
    return buffer.complete_state is not None and bool(buffer.complete_state.completions)


def _only_entry(buffer: Buffer) -> Completion | None:
    entries = buffer.complete_state.completions if buffer.complete_state else []
    return entries[0] if len(entries) == 1 else None


def _complete(buffer: Buffer) -> bool:
    """Insert what all completions share and show them as a menu; at once, unlike
    `start_completion`, because the next key may have arrived already. False if nothing was
    done."""
    wanted = CompleteEvent(completion_requested=True)
    found = list(buffer.completer.get_completions(buffer.document, wanted))
    common = get_common_complete_suffix(buffer.document, found)
    if not found or (len(found) > 1 and not common and _has_entries(buffer)):
        return False
    if len(found) == 1:
        buffer.apply_completion(found[0])
        return True
    buffer.insert_text(common, fire_event=False)
    rest = [completion.new_completion_from_position(len(common)) for completion in found]
    buffer.complete_state = CompletionState(buffer.document, rest if common else found)
    return True
