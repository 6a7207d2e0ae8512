"""The keys of vi that are ours: registers, the dot, cw. At the prompt and during an answer."""

from __future__ import annotations

import pytest
from desk import NAMES, desk
from prompt_toolkit.key_binding import KeyBindings

from loop_time import time_standing_still
from streamchat.core.keymap import build_keymap
from streamchat.core.ports import Typed
from streamchat.prompt.key_codes import decode
from streamchat.prompt.key_sequences import Tokenizer
from streamchat.prompt.pastes import Pastes
from streamchat.prompt.provenance import Provenance
from streamchat.prompt.type_ahead import AheadLine

VI = build_keymap(is_vi=True)
CTRL_R = "\x12"
CASES = [
    ("one two three", "0dw.", "three"),
    ("one two three", "0dw.u", "two three"),
    ("one two three", "0dwu.", "two three"),
    ("one two three", "0cwX|w.", "X X three"),
    ("one two three", "0iA|w.", "Aone Atwo three"),
    ("one two three", "02cwX|", "X three"),
    ("one two three four", "02dw2.", ""),
    ("a b", "0cW12|W.", "12 12"),
    ("a  b", "0lcwx|", "axb"),
    ("one two", "0cwx|$p", "x twoone"),
    ("abcd", "0x..", "d"),
    ("abcd", "0vld.", ""),
    ("one two", '0"ayw$"ap', "one twoone "),
    ("one two", '0"adw"ap', "tone wo"),
    ("one two", '0"acwx|$"ap', "x twoone"),
    ("one two", '"add"aP', "one two\n"),
    ("one two", '"ayy"ap', "one two\none two"),
    ("one two", '0"Ayw"Ap', "one two"),
    ("one", ".", "one"),
]


def pressed(line: str, keys: str) -> str:
    """What becomes of the row; | is Esc."""
    ahead = AheadLine(Provenance(NAMES, Pastes()))
    ahead.use(VI, KeyBindings())
    for piece in (line, "\x1b", *(each.replace("|", "\x1b") for each in keys)):
        tokens = Tokenizer()
        for token in (*tokens.feed(piece), *tokens.settle()):
            ahead.press(decode(token))
    return ahead.row.text


@pytest.mark.parametrize(("line", "keys", "text"), CASES)
def test_registers_the_dot_and_words(line: str, keys: str, text: str) -> None:
    assert pressed(line, keys) == text


def test_the_same_holds_at_the_prompt_and_a_new_line_has_no_last_change() -> None:
    with desk(keymap=VI) as at, time_standing_still():
        assert at.read('one two three\x1b0"adw.$"ap\r') == Typed("threetwo ")
        assert at.read("again\x1b0i.\r") == Typed(".again")
