"""What was typed before a prompt that already holds a text, as text.

Rule: no key of it acts. It was typed without sight of what stands in the prompt now; an
Enter among it would send what nobody has read.
"""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from streamchat.core.mentions import quote_mentions
from streamchat.prompt.entry import normalised
from streamchat.prompt.key_codes import ALONE, ALT_ENTER, CTRL_ENTER, SHIFT_ENTER
from streamchat.prompt.tty import TerminalKeys

_NEW_LINES = frozenset(
    {Keys.Enter, Keys.ControlJ, ALT_ENTER.key, SHIFT_ENTER.key, CTRL_ENTER.key}
)


def taken_text(keyboard: Input) -> str:
    """What was typed ahead, taken from the keyboard; without blank ends."""
    keys = get_typeahead(keyboard)
    if isinstance(keyboard, TerminalKeys):
        keys += keyboard.waiting_keys()
    return as_text(keys).strip()


def as_text(keys: Iterable[KeyPress]) -> str:
    """The text the keys spell: characters, pastes and new lines, with what Backspace
    took back; of other keys and of chords with Alt nothing."""
    text = ""
    after_escape = False
    for press in keys:
        if press == ALONE:
            after_escape = False
            continue
        is_new_line = press.key in _NEW_LINES
        if press.key == Keys.Backspace:
            text = text[:-1]
        elif is_new_line or (_is_text(press) and not after_escape):
            data = normalised(press.data)
            is_pasted = press.key == Keys.BracketedPaste
            text += "\n" if is_new_line else quote_mentions(data) if is_pasted else data
        after_escape = press.key == Keys.Escape
    return text


def _is_text(press: KeyPress) -> bool:
    if press.key == Keys.BracketedPaste:
        return True
    return not isinstance(press.key, Keys) and press.data.isprintable()
