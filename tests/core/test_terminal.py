"""What the environment tells of the terminal."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from streamchat.core.terminal import Depth, Joins, Terminal, Traits, read_terminal


@dataclass(frozen=True)
class Stream:
    encoding: str = "utf-8"
    tty: bool = True

    def isatty(self) -> bool:
        return self.tty


def terminal(encoding: str = "utf-8", **environ: str) -> Terminal:
    return read_terminal(Stream(encoding), environ)


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm"}, Depth.COLOURS_16),
        ({"TERM": "xterm-256color"}, Depth.COLOURS_256),
        ({"TERM": "xterm-16color", "VTE_VERSION": "7000"}, Depth.COLOURS_16),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Depth.TRUE_COLOUR),
        ({"TERM": "xterm-direct"}, Depth.TRUE_COLOUR),
        ({"TERM": "xterm-kitty"}, Depth.TRUE_COLOUR),
        ({"TERM": "vt100"}, Depth.ATTRIBUTES),
        ({"TERM": "vt100", "COLORTERM": "truecolor"}, Depth.ATTRIBUTES),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, Depth.ATTRIBUTES),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, Depth.COLOURS_256),
        ({"TERM": "vt100", "FORCE_COLOR": "1"}, Depth.COLOURS_16),
        ({"TERM": "vt100", "FORCE_COLOR": "3"}, Depth.TRUE_COLOUR),
        ({"TERM": "vt100", "FORCE_COLOR": "3", "NO_COLOR": "1"}, Depth.ATTRIBUTES),
        ({"TERM": "xterm", "FORCE_COLOR": "0"}, Depth.ATTRIBUTES),
        ({"TERM": "dumb", "FORCE_COLOR": "3"}, Depth.NOTHING),
        ({"TERM": "xterm", "ACCESSIBLE": "1"}, Depth.NOTHING),
        ({"TERM": "screen", "COLORTERM": "truecolor"}, Depth.COLOURS_16),
        ({"TERM": "screen-256color", "COLORTERM": "truecolor"}, Depth.COLOURS_256),
        (
            {"TERM": "screen-256color", "TMUX": "/tmp/tmux", "COLORTERM": "truecolor"},
            Depth.TRUE_COLOUR,
        ),
    ],
)
def test_how_much_colour(environ: dict[str, str], depth: Depth) -> None:
    assert terminal(**environ).depth is depth


@pytest.mark.parametrize("name", ["", "dumb", "DUMB", "dumb-emacs-ansi", "unknown", "Unknown"])
def test_a_dumb_terminal_takes_no_escape_sequence(name: str) -> None:
    dumb = terminal(TERM=name, VTE_VERSION="7000", TMUX="/tmp/tmux", STY="1.pts")
    assert dumb == Terminal(
        term=name.lower(),
        program="",
        is_tty=True,
        has_escapes=False,
        is_live=False,
        depth=Depth.NOTHING,
        unicode=True,
        takes_osc=False,
        in_tmux=False,
        in_screen=False,
        traits=Traits(),
    )
    assert terminal() == terminal(TERM="")


def test_a_screen_reader_gets_text_that_stays() -> None:
    for said, is_live in {"": True, "0": True, "1": False, "yes": False}.items():
        accessible = terminal(TERM="xterm", ACCESSIBLE=said)
        assert (accessible.has_escapes, accessible.is_live) == (True, is_live)


def test_what_is_no_terminal_gets_plain_text() -> None:
    environ = {"TERM": "xterm-kitty", "FORCE_COLOR": "1", "TMUX": "/tmp/tmux", "STY": "1.pts"}
    assert read_terminal(Stream("ascii", tty=False), environ) == Terminal(
        term="xterm-kitty",
        program="",
        is_tty=False,
        has_escapes=False,
        is_live=False,
        depth=Depth.NOTHING,
        unicode=False,
        takes_osc=False,
        in_tmux=False,
        in_screen=False,
        traits=Traits(),
    )


@pytest.mark.parametrize(
    ("environ", "program"),
    [
        ({"TERM": "xterm"}, ""),
        ({"TERM": "xterm-kitty", "TERM_PROGRAM": "vscode"}, "kitty"),
        ({"TERM": "alacritty-direct", "VTE_VERSION": "7000"}, "alacritty"),
        ({"TERM": "foot-extra"}, "foot"),
        ({"TERM": "rxvt-unicode-256color"}, "rxvt"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm.app"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "no-such-program"}, ""),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7000", "KITTY_WINDOW_ID": "1"}, "vte"),
        ({"TERM": "xterm-256color", "XTERM_VERSION": "XTerm(379)", "TMUX": ""}, "xterm"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux", "VTE_VERSION": "7000"}, "tmux"),
        ({"TERM": "tmux-256color"}, "tmux"),
        ({"TERM": "xterm-256color", "TMUX": "/tmp/tmux", "VTE_VERSION": "7000"}, "tmux"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, "kitty"),
        ({"TERM": "screen.xterm-kitty", "STY": "1.pts"}, "screen"),
        ({"TERM": "screen-256color"}, "screen"),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux"}, "tmux"),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux", "STY": "1.pts"}, "screen"),
    ],
)
def test_which_program_it_is(environ: dict[str, str], program: str) -> None:
    assert terminal(**environ).program == program


def test_only_what_is_known_to_work_is_used() -> None:
    assert terminal(TERM="xterm-256color").traits == Traits()
    assert terminal(TERM="xterm-kitty").traits == Traits(
        true_colour=True,
        hyperlinks=True,
        reflows=True,
        deletes_rows=True,
        synchronizes=True,
        joins=Joins.SELECTORS,
    )
    assert not terminal(TERM="screen").traits.italics
    for program in ("vscode", "hyper", "tabby"):
        assert terminal(TERM="xterm-256color", TERM_PROGRAM=program).traits.deletes_rows
    for name in ("alacritty", "foot", "xterm-ghostty"):
        assert not terminal(TERM=name).traits.deletes_rows


def test_a_multiplexer_is_known_by_its_own_variable() -> None:
    in_both = terminal(TERM="tmux-256color", TMUX="/tmp/tmux", STY="1.pts")
    assert (in_both.in_tmux, in_both.in_screen) == (True, True)
    in_none = terminal(TERM="xterm")
    assert (in_none.in_tmux, in_none.in_screen) == (False, False)


@pytest.mark.parametrize(
    ("name", "takes_osc"),
    [("xterm", True), ("tmux-256color", True), ("linux", False), ("vt220", False)],
)
def test_who_would_print_a_system_command(name: str, takes_osc: bool) -> None:
    assert terminal(TERM=name).takes_osc is takes_osc


@pytest.mark.parametrize(
    ("encoding", "unicode"),
    [("utf-8", True), ("UTF8", True), ("utf_16", True), ("ascii", False)],
)
def test_glyphs_follow_the_encoding(encoding: str, unicode: bool) -> None:
    assert terminal(encoding, TERM="xterm").unicode is unicode
