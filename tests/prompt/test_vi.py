"""The keys of vi that are ours: registers, the dot, cw. At the prompt and during an answer."""

from __future__ import annotations

import asyncio

import pytest
from desk import NAMES, desk, run
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
    ("one two three", "0dwdwuu\x12", "two three"),
    ("one two three", "0dwdwuu\x12\x12", "three"),
    ("one two three", "0cwX|w.", "X X three"),
    ("one two three", "0iA|w.", "Aone Atwo three"),
    ("one two three", "02cwX|", "X three"),
    ("one", "03iab|", "abababone"),
    ("one", "02A!|x", "one!"),
    ("one", "02i-|w.", "----one"),
    ("one", "02i-|u", "-one"),
    ("one", "2otwo|", "one\ntwo\ntwo"),
    ("one", "3i|x", "oe"),
    ("one", "\u00b2ix|", "onxe"),
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
    ("a(b)c", "0f(d%", "ac"),
    ("a(b)c", "0f(%x", "a(bc"),
    ('a "b c" d', '0di"', 'a "" d'),
    ('a "b c" d', '0fbci"x|', 'a "x" d'),
    ('a "b c" d', '0fbda"', "a  d"),
    ('a "b c" d', 'da"', 'a "b c" d'),
    ("a 'b' \"c'd\"", '0f"vi"d', "a 'b' \"\""),
    ("abc def", "0dfz", "abc def"),
    ("abc def", "0d0", "abc def"),
    ("abc def", "0yfzP", "abc def"),
    ("f() x", "0f(di(", "f() x"),
    ("f() x", "0f(ci(1|", "f(1) x"),
    ("a (b c) d", "0fbyi($p", "a (b c) db c"),
    ("one two", "0viwr\\", "\\\\\\ two"),
    ("one two", "0viwr\x01x", "ne two"),
    ("one two", "0viwd", " two"),
    ("one two", "0vawd", "two"),
    ("a (b c) d", "0fbvi(d", "a () d"),
    ("a {b} d", "0fbvaBd", "a  d"),
    ("one\ntwo", "dk", ""),
    ("one\ntwo\nthree", "dk", "one"),
    ("one\ntwo", '"add', "one"),
    ("one two", "0veU", "ONE two"),
    ("ONE two", "0veu", "one two"),
    ("one two", "0vlr-", "--e two"),
    ("One two", "V~", "oNE TWO"),
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


@pytest.mark.parametrize("key", ["/", "?"])
def test_a_slash_searches_the_history(key: str) -> None:
    async def searched() -> object:
        reading = asyncio.ensure_future(at.prompt.read())
        at.type("\x1b")
        await at.sees("❮")
        at.type(f"{key}on\r\r")
        return await reading

    with desk(keymap=VI) as at:
        for text in ("git one", "git two"):
            at.read(f"{text}\r")
        assert run(searched()) == Typed("git one")


def test_a_line_after_a_cleared_one_begins_in_insert_mode() -> None:
    async def typed() -> object:
        reading = asyncio.ensure_future(at.prompt.read())
        at.type("one\x1b")
        await at.sees("❮ one")
        at.type("d\x03i'm\r")
        return await reading

    with desk(keymap=VI) as at:
        assert run(typed()) == Typed("i'm")


def test_the_same_holds_at_the_prompt_and_a_new_line_has_no_last_change() -> None:
    with desk(keymap=VI) as at, time_standing_still():
        assert at.read('one two three\x1b0"adw.$"ap\r') == Typed("threetwo ")
        assert at.read("again\x1b0i.\r") == Typed(".again")
