"""What was typed before a question or a prefilled prompt appeared.

Rule: none of these keys acts there. They were typed before the user saw what is there now; an
Enter among them would answer the question, or send a text that nobody has read. None of it is
lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from streamchat.core.mentions import quote_mentions
from streamchat.prompt.entry import normalised
from streamchat.prompt.key_codes import (
    ALONE,
    ALT_ENTER,
    CTRL_ENTER,
    RUN_KEY,
    SHIFT_ENTER,
    decode,
)
from streamchat.prompt.key_sequences import Tokenizer
from streamchat.prompt.tty import TerminalKeys

_NEW_LINES = frozenset(
    {Keys.Enter, Keys.ControlJ, ALT_ENTER.key, SHIFT_ENTER.key, CTRL_ENTER.key}
)


def taken_text(keyboard: Input) -> str:
    """Take what was typed ahead from the keyboard, without blanks at both ends."""
    return as_text(_taken_keys(keyboard)).strip()


def read_text(typed: str) -> str:
    """The text that these bytes of a terminal spell, without blanks at both ends."""
    tokens = Tokenizer().feed(typed)
    return as_text(key for token in tokens for key in decode(token)).strip()


@contextmanager
def set_aside(keyboard: Input) -> Iterator[list[str]]:
    """While entered, what was typed before is out of sight; afterwards it is read first. Lines
    that are added to the list become text in the next prompt and are not sent."""
    before, lines = _taken_keys(keyboard), list[str]()
    try:
        yield lines
    finally:
        keys = [*before, *get_typeahead(keyboard)]
        if lines:
            has_text = bool(keys) and keys[-1].key not in _NEW_LINES
            text = "\n".join([""] * has_text + lines)
            keys.append(KeyPress(Keys.BracketedPaste, text))
        store_typeahead(keyboard, keys)


def keep_unmatched(keyboard: Input, words: str) -> None:
    """Words that match nothing in a list that was left were not a search but a message that the
    user was typing when the list came: they go to the next prompt."""
    store_typeahead(keyboard, [KeyPress(each, each) for each in words])


def _taken_keys(keyboard: Input) -> list[KeyPress]:
    keys = get_typeahead(keyboard)
    return keys + keyboard.waiting_keys() if isinstance(keyboard, TerminalKeys) else keys


def as_text(keys: Iterable[KeyPress]) -> str:
    """The text that the keys spell: characters, pastes and new lines. Backspace takes back the
    last character; other keys and chords with Alt spell nothing."""
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
    if press.key in (Keys.BracketedPaste, RUN_KEY):
        return True
    return not isinstance(press.key, Keys) and press.data.isprintable()
