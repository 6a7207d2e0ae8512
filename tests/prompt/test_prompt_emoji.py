"""The cursor stands right behind emoji, whatever the terminal makes of them."""

from __future__ import annotations

import re

import pytest
from desk import desk
from prompt_toolkit.utils import get_cwidth

from streamchat.core.graphemes import unit_width, units
from streamchat.core.ports import Typed
from streamchat.core.terminal import Joins
from streamchat.prompt import PromptLook
from streamchat.prompt.emoji import StandIns

FAMILY, CODER, DARK_CODER = "👩‍👩‍👧‍👦", "👩‍💻", "👩🏽‍💻"
THUMB, FLAG, HEART, KEYCAP = "👍🏽", "🇩🇪", "❤️", "1️⃣"
RAINBOW, FIRE, TEXT_FACE, HINDI = "🏳️‍🌈", "❤️‍🔥", "😀\ufe0e", "क्षि"

# Where the cursor of each was after the text, in columns.
XTERM = {  # also alacritty 0.11, VTE 0.70, urxvt 9.30, st 0.9 and GNU screen 4.9
    FAMILY: 8,
    CODER: 4,
    DARK_CODER: 6,
    THUMB: 4,
    FLAG: 2,
    HEART: 1,
    KEYCAP: 1,
    RAINBOW: 3,
    FIRE: 3,
    TEXT_FACE: 2,
    HINDI: 3,
    "😀": 2,
    "é": 1,
    "e\u0301": 1,
    "각": 2,
}
KITTY_0_26 = {
    FAMILY: 8,
    CODER: 4,
    DARK_CODER: 4,
    THUMB: 2,
    FLAG: 2,
    HEART: 2,
    KEYCAP: 2,
    RAINBOW: 4,
    FIRE: 4,
    TEXT_FACE: 1,
    HINDI: 2,
    "😀": 2,
    "é": 1,
    "e\u0301": 1,
    "각": 2,
}
TMUX_3_3 = {
    FAMILY: 2,
    CODER: 2,
    DARK_CODER: 4,
    THUMB: 4,
    FLAG: 2,
    HEART: 1,
    KEYCAP: 1,
    RAINBOW: 1,
    FIRE: 1,
    TEXT_FACE: 2,
    HINDI: 3,
    "😀": 2,
    "é": 1,
    "e\u0301": 1,
    "각": 2,
}
GRAPHEMES = {
    FAMILY: 2,
    CODER: 2,
    DARK_CODER: 2,
    THUMB: 2,
    FLAG: 2,
    HEART: 2,
    KEYCAP: 2,
    RAINBOW: 2,
    FIRE: 2,
    TEXT_FACE: 1,
    HINDI: 2,
    "😀": 2,
    "é": 1,
    "e\u0301": 1,
    "각": 2,
}
MEASURED = {
    Joins.NOTHING: XTERM,
    Joins.SELECTORS: KITTY_0_26,
    Joins.JOINER: TMUX_3_3,
    Joins.GRAPHEMES: GRAPHEMES,
}


@pytest.mark.parametrize("joins", MEASURED)
def test_widths_are_those_that_terminals_showed(joins: Joins) -> None:
    for text, columns in MEASURED[joins].items():
        for line in (text, f"a{text}b", text * 3):
            found = list(units(line, joins))
            assert "".join(found) == line
            width = sum(unit_width(unit, joins) for unit in found)
            assert width == columns * line.count(text) + len(line.replace(text, "")), line


@pytest.mark.parametrize("joins", MEASURED)
def test_the_cursor_is_where_the_terminal_has_it(joins: Joins) -> None:
    """When the message is sent, it goes back to the first column from where it is."""
    with desk(look=PromptLook(marks=False, unicode=False, joins=joins)) as at:
        for text, columns in MEASURED[joins].items():
            assert at.read(f"{text}z\r") == Typed(f"{text}z")
            written = at.paper.getvalue()
            assert f"{text}z" in written
            back = re.findall(r"\x1b\[(\d+)D", written)[-1]
            assert back == str(len("> ") + columns + len("z")), text


def test_a_text_is_written_as_it_is_and_its_cells_are_counted_once() -> None:
    stand_ins = StandIns()
    one, two = stand_ins.character_for(RAINBOW, 1), stand_ins.character_for(FAMILY, 2)
    assert (get_cwidth(one), get_cwidth(two)) == (1, 2)
    assert stand_ins.character_for(FAMILY, 2) == two
    assert stand_ins.written(f"a{one}b{two}c") == f"a{RAINBOW}b{FAMILY}c"
    assert stand_ins.written("plain") == "plain"


def test_more_units_than_stand_ins_are_shown_as_before() -> None:
    stand_ins = StandIns()
    for number in range(0x800):
        stand_ins.character_for(f"{number}\u200d", 2)
    assert stand_ins.character_for(FAMILY, 2) == FAMILY
    assert stand_ins.character_for("no cell at all", 0) == "no cell at all"
