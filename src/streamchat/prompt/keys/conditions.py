"""Conditions on the edited line, which decide what a key means."""

from __future__ import annotations

from prompt_toolkit.application import get_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus

from streamchat.prompt.completion import is_command, opens_menu_in
from streamchat.prompt.entry import block_is_open, continues
from streamchat.prompt.provenance import is_verbatim

in_line = has_focus(DEFAULT_BUFFER)


@Condition
def line_is_empty() -> bool:
    return not get_app().current_buffer.text


@Condition
def continues_here() -> bool:
    """A backslash ends the typed text, and the cursor is after it."""
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


@Condition
def at_mention() -> bool:
    document = get_app().current_buffer.document
    return not is_command(document.text) and opens_menu_in(document)
