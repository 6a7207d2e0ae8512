"""Patches between rows: cheap, and never wrong about a column."""

from __future__ import annotations

import random

import pytest
from pyte_terminal import PyteTerminal
from row_streams import build_row

from shares import share
from streamchat.render.rows import Row
from streamchat.render.screen.row_diff import Patch, patch, plain_text

RED, BOLD, RESET = "\x1b[31m", "\x1b[1m", "\x1b[0m"
LINK, LINK_END = "\x1b]8;id=1;https://a.b/\x1b\\", "\x1b]8;;\x1b\\"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("abc", "abcd", Patch(3, "d", 4)),
        ("abc", "aXc", Patch(1, "X", 2)),
        ("abc", "ab", Patch(2, "\x1b[K", 2)),
        ("好的", "好的吗", Patch(4, "吗", 6)),
        (f"{RED}ab{RESET}", f"{RED}abc{RESET}", Patch(2, f"{RED}c{RESET}", 3)),
        ("abc", f"a{RED}b{RESET}c", Patch(1, f"{RED}b{RESET}", 2)),
        (f"{LINK}a{LINK_END}", f"{LINK}ab{LINK_END}", Patch(1, f"{LINK}b{LINK_END}", 2)),
    ],
)
def test_a_patch_is_what_differs(old: str, new: str, expected: Patch) -> None:
    assert patch(sized(old), sized(new)) == expected


@pytest.mark.parametrize("odd", ["👩‍💻", "🇫🇷", "e\u0301", "☎\ufe0f", "नि"])
def test_a_row_whose_width_is_in_doubt_is_written_whole(odd: str) -> None:
    old, new = sized(f"{odd} abc"), sized(f"{odd} abcd")
    assert patch(old, new) == Patch(0, f"\x1b[K{new.text}", new.width)


def test_behind_such_a_row_a_suffix_needs_no_column() -> None:
    old, new = sized("👩‍💻 abc"), sized("👩‍💻 abcd")
    assert patch(old, new, at_end=True) == Patch(None, "d", new.width)
    assert patch(new, old, at_end=True) == Patch(None, "\b\x1b[K", old.width)
    other = sized("👩‍💻 axy")
    assert patch(new, other, at_end=True) == Patch(None, "\x1b[3Dxy\x1b[K", other.width)


@pytest.mark.parametrize("cut", range(1, 12))
def test_no_escape_sequence_is_taken_for_text(cut: int) -> None:
    """Rows whose texts part within an escape sequence."""
    old, new = sized(f"👩‍💻{RED}ab{RESET}"), sized(f"👩‍💻{BOLD}ab{RESET}")
    longer = Row(old.text[: len("👩‍💻") + cut] + "m", 2)
    assert patch(old, new, at_end=True).column == 0
    assert patch(longer, new, at_end=True).column == 0


def test_what_joins_the_last_character_is_no_suffix() -> None:
    old, new = sized("👩"), sized("👩\u200d💻")
    assert patch(old, new, at_end=True) == Patch(0, f"\x1b[K{new.text}", new.width)


@pytest.mark.parametrize("seed", share(range(4), every=4))
def test_random_rows_become_each_other(seed: int) -> None:
    random_ = random.Random(seed)
    terminal = PyteTerminal(30, 2)
    old = build_row("")
    for _ in range(500):
        new = random_row(random_)
        change = patch(old, new)
        assert change.column is not None
        terminal.feed(f"\r\x1b[{change.column + 1}G{change.text}")
        expected = PyteTerminal(30, 2)
        expected.feed(new.text)
        assert terminal.lines() == expected.lines() == ([plain_text(new)] if new.width else [])
        assert terminal.styles() == expected.styles()
        old = new


def random_row(random_: random.Random) -> Row:
    words = [random_.choice(["ab", "好", "x", "—"]) for _ in range(random_.randint(0, 8))]
    styles = ["", "", RED, BOLD, BOLD + RED]
    styled = [(word, random_.choice(styles)) for word in words]
    text = "".join(f"{style}{word}{RESET if style else ''}" for word, style in styled)
    return Row(text, build_row("".join(words)).width)


def sized(text: str) -> Row:
    return Row(text, build_row(plain_text(Row(text, 0))).width)
