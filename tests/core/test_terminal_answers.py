"""What a terminal is asked, and what its answers change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from streamchat.core.terminal import Background, Joins, Terminal, read_terminal
from streamchat.core.terminal_answers import format_questions, learn

BACKGROUND, SYNCHRONIZED = "\x1b]11;?\x1b\\", "\x1b[?2026$p"
GRAPHEMES, VERSION = "\x1b[?2027$p", "\x1b[>q"


@dataclass(frozen=True)
class Tty:
    encoding: str = "utf-8"

    def isatty(self) -> bool:
        return True


def terminal(**environ: str) -> Terminal:
    return read_terminal(Tty(), environ)


XTERM = terminal(TERM="xterm", XTERM_VERSION="XTerm(379)")


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({"TERM": "xterm"}, BACKGROUND),
        ({"TERM": "xterm", "NO_COLOR": "1"}, ""),
        ({"TERM": "xterm", "XTERM_VERSION": "1"}, BACKGROUND + SYNCHRONIZED + GRAPHEMES),
        ({"TERM": "xterm-kitty"}, BACKGROUND + SYNCHRONIZED + GRAPHEMES + VERSION),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, BACKGROUND),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux"}, BACKGROUND),
        ({"TERM": "screen", "STY": "1.pts"}, ""),
        ({"TERM": "linux"}, ""),
        ({"TERM": "dumb"}, ""),
        ({}, ""),
    ],
)
def test_only_who_knows_a_question_is_asked_it(environ: dict[str, str], asked: str) -> None:
    assert format_questions(terminal(**environ)) == asked


@pytest.mark.parametrize(
    ("answer", "background"),
    [
        ("]11;rgb:ffff/ffff/ffff", Background.LIGHT),
        ("]11;rgb:0000/0000/0000", Background.DARK),
        ("]11;rgb:1d/1f/21", Background.DARK),
        ("]11;rgb:f/F/a", Background.LIGHT),
        ("]11;rgba:fdfd/f6f6/e3e3/ffff", Background.LIGHT),
        ("]11;rgb:0000/0000/ffff", Background.DARK),  # blue is not bright
        ("]11;rgb:0000/ffff/0000", Background.LIGHT),
        ("]11;rgb:12345/0/0", Background.UNKNOWN),
        ("]11;?", Background.UNKNOWN),
        ("]10;rgb:ffff/ffff/ffff", Background.UNKNOWN),
    ],
)
def test_the_background_is_dark_or_light(answer: str, background: Background) -> None:
    assert learn(XTERM, answer) == replace(XTERM, background=background)


def test_an_answer_counts_more_than_a_variable() -> None:
    told = terminal(TERM="xterm", COLORFGBG="15;0")
    assert told.background is Background.DARK
    assert learn(told, "]11;rgb:ffff/ffff/ffff").background is Background.LIGHT


@pytest.mark.parametrize(
    ("variable", "background"),
    [
        ("15;0", Background.DARK),
        ("0;default;15", Background.LIGHT),
        ("0;7", Background.LIGHT),
        ("0;8", Background.DARK),
        ("0;default", Background.UNKNOWN),
        ("0;99", Background.UNKNOWN),
        ("0;" + "9" * 5000, Background.UNKNOWN),
        ("٣", Background.UNKNOWN),
        ("", Background.UNKNOWN),
    ],
)
def test_a_variable_may_tell_the_background(variable: str, background: Background) -> None:
    assert terminal(TERM="xterm", COLORFGBG=variable).background is background


@pytest.mark.parametrize(
    ("state", "has_it"), [(0, False), (1, True), (2, True), (3, False), (4, False)]
)
def test_mode_2026_is_used_where_it_can_be_switched(state: int, *, has_it: bool) -> None:
    for before in (XTERM, terminal(TERM="xterm-kitty")):
        assert learn(before, f"[?2026;{state}$y").traits.synchronizes is has_it


@pytest.mark.parametrize(
    ("state", "joins", "wants"),
    [
        (0, Joins.NOTHING, False),
        (1, Joins.GRAPHEMES, False),
        (2, Joins.GRAPHEMES, True),
        (3, Joins.GRAPHEMES, False),
        (4, Joins.NOTHING, False),
    ],
)
def test_mode_2027_says_that_graphemes_are_one(
    state: int, joins: Joins, *, wants: bool
) -> None:
    told = learn(XTERM, f"[?2027;{state}$y")
    assert (told.traits.joins, told.wants_grapheme_mode) == (joins, wants)


@pytest.mark.parametrize(
    ("version", "joins"),
    [
        ("0.26.5", Joins.SELECTORS),
        ("0.41.1", Joins.SELECTORS),
        ("0.42.0", Joins.GRAPHEMES),
        ("1.0", Joins.GRAPHEMES),
        ("9" * 5000, Joins.SELECTORS),
    ],
)
def test_kitty_joins_graphemes_from_some_version_on(version: str, joins: Joins) -> None:
    assert learn(terminal(TERM="xterm-kitty"), f"P>|kitty({version})").traits.joins is joins


@pytest.mark.parametrize("answer", ["", "[?1u", "[?62;c", "]52;c;QQ==", "P>|tmux 3.3a", "P"])
def test_any_other_answer_changes_nothing(answer: str) -> None:
    assert learn(XTERM, answer) == XTERM
