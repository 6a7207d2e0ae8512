"""The keys of the prompt, over prompt_toolkit's own emacs or vi bindings.

A result of the running application is the text of the line as it stands, a Key, or Editing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from prompt_toolkit.application import get_app
from prompt_toolkit.application.run_in_terminal import run_in_terminal
from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, get_common_complete_suffix
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import (
    Condition,
    completion_is_selected,
    emacs_mode,
    has_completions,
    has_focus,
    vi_mode,
)
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys
from prompt_toolkit.search import stop_search

from streamchat.core.mentions import quote_mentions
from streamchat.core.ports import Key
from streamchat.core.sanitize import clean
from streamchat.prompt.completion import is_command
from streamchat.prompt.entry import block_is_open, continues, normalised
from streamchat.prompt.key_codes import ALONE
from streamchat.prompt.provenance import Provenance, is_verbatim

_INDENT = "    "
LONE_ESCAPE = (Keys.Escape, ALONE.key)
TWICE_SECONDS = 0.5  # for Esc Esc

in_line = has_focus(DEFAULT_BUFFER)


@Condition
def line_is_empty() -> bool:
    return not get_app().current_buffer.text


@Condition
def continues_here() -> bool:
    """A backslash ends the typed text and the cursor is behind it."""
    document = get_app().current_buffer.document
    is_at_end = document.is_cursor_at_the_end and continues(document.text)
    return is_at_end and not is_verbatim(document.text)


@Condition
def in_open_block() -> bool:
    text = get_app().current_buffer.text
    return block_is_open(text) and not is_verbatim(text)


@Condition
def at_command() -> bool:
    return is_command(get_app().current_buffer.document.text_before_cursor)


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


def load_leaving(hint_again: Callable[[], bool], clock: Callable[[], float]) -> KeyBindings:
    """The keys that end a prompt without a line. `hint_again` tells whether a hint that
    something was typed over had first to be shown again."""
    bindings = KeyBindings()
    escaped_at = -math.inf

    @bindings.add("c-c", filter=in_line)
    @bindings.add("<sigint>")
    def clear_line(event: KeyPressEvent) -> None:
        if event.app.layout.is_searching:
            stop_search()
        event.current_buffer.reset()

    @bindings.add("c-c", filter=in_line & line_is_empty)
    @bindings.add("<sigint>", filter=in_line & line_is_empty)
    def interrupt(event: KeyPressEvent) -> None:
        if hint_again():
            return
        event.app.erase_when_done = True  # the next prompt takes its place
        event.app.exit(result=Key.INTERRUPT)

    @bindings.add(*LONE_ESCAPE, filter=in_line & line_is_empty)
    def edit_previous_at_the_second(event: KeyPressEvent) -> None:
        nonlocal escaped_at
        if vi_mode():
            event.app.vi_state.input_mode = InputMode.NAVIGATION
        before, escaped_at = escaped_at, clock()
        if escaped_at - before <= TWICE_SECONDS:
            event.app.erase_when_done = True
            event.app.exit(result=Key.EDIT_PREVIOUS)

    @bindings.add(*LONE_ESCAPE, filter=in_line & has_completions)
    def close_menu(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()

    @bindings.add("escape", Keys.Any, filter=in_line & emacs_mode)
    def ignore(event: KeyPressEvent) -> None:
        """Alt and a key that mean nothing do not type the key."""

    @bindings.add("c-d", filter=in_line & line_is_empty)
    def end(event: KeyPressEvent) -> None:
        event.app.exit(result=Key.END)

    return bindings


def load_pasting(provenance: Provenance) -> KeyBindings:
    """A paste is text and nothing else: no key in it acts, and several lines are a message
    whatever they look like."""
    pastes = provenance.pastes
    bindings = KeyBindings()

    @bindings.add(Keys.BracketedPaste)
    def paste_into_search(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(clean(normalised(event.data)).partition("\n")[0])

    @bindings.add(Keys.BracketedPaste, filter=in_line)
    def paste(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        is_at_start = buffer.cursor_position == 0
        buffer.insert_text(quote_mentions(pastes.folded(normalised(event.data))))
        if is_at_start:
            _replace(buffer, provenance.pasted_at_start(buffer.text))

    @bindings.add("c-x", "c-p", filter=in_line)
    def unfold_pastes(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        was_data = is_verbatim(buffer.text)
        before = pastes.expanded(buffer.document.text_before_cursor)
        after = pastes.expanded(buffer.document.text_after_cursor)
        buffer.document = Document(before + after, len(before))
        if was_data:
            _replace(buffer, provenance.unfolded(buffer.text))

    return bindings


def _replace(buffer: Buffer, line: str) -> None:
    """Put a line in the place of the text that it ends with."""
    grown = len(line) - len(buffer.text)
    if grown:
        buffer.document = Document(line, buffer.cursor_position + grown)


class Recall:
    """Whether Up recalls what starts with the text of the line, which then was typed, or
    everything, since the line is as it was handed over or recalled."""

    def __init__(self) -> None:
        self.given = ""

    def searches(self) -> bool:
        buffer = get_app().current_buffer
        return buffer.history_search_text is not None or buffer.text != self.given


def load_recalling(recall: Recall, on_recall: Callable[[], None]) -> KeyBindings:
    """Up and Down, in the message and beyond it. `on_recall` is called when Up leaves the
    message for an older one."""
    bindings = KeyBindings()

    @bindings.add("up", filter=in_line)
    @bindings.add("c-p", filter=in_line & emacs_mode)
    def up(event: KeyPressEvent) -> None:
        if event.current_buffer.document.cursor_position_row == 0:
            on_recall()
        event.current_buffer.auto_up(event.arg)
        note(event.current_buffer)

    @bindings.add("down", filter=in_line)
    @bindings.add("c-n", filter=in_line & emacs_mode)
    def down(event: KeyPressEvent) -> None:
        event.current_buffer.auto_down(event.arg)
        note(event.current_buffer)

    def note(buffer: Buffer) -> None:
        if buffer.history_search_text is None:
            recall.given = buffer.text

    return bindings


def load_completing() -> KeyBindings:
    """Tab completes a slash command and nothing else."""
    bindings = KeyBindings()

    @bindings.add("tab", filter=in_line)
    def indent(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(_INDENT)

    @bindings.add("tab", filter=in_line & at_command)
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
