"""Titles and notifications, by what a terminal is known to take."""

from __future__ import annotations

import pytest

from streamchat.core.terminal import Terminal, read_terminal
from streamchat.core.window_signals import (
    Activity,
    format_notification,
    format_title,
    has_titles,
    may_report_focus,
)
from terminals import Tty


def terminal(term: str, **environ: str) -> Terminal:
    return read_terminal(Tty(), {"TERM": term, **environ})


@pytest.mark.parametrize(
    ("found", "titles", "focus", "notification"),
    [
        (terminal("xterm-kitty"), True, True, "\x1b]9;streamchat: The answer is there: tea\a"),
        (terminal("foot"), True, True, "\x1b]777;notify;streamchat;The answer is there: tea\a"),
        (terminal("tmux-256color"), True, True, "\a"),
        (terminal("screen"), False, False, "\a"),
        (terminal("xterm-256color"), False, False, ""),
        (terminal("xterm-256color", XTERM_VERSION="1"), True, True, "\a"),
        (terminal("xterm-256color", TERM_PROGRAM="Apple_Terminal"), False, False, "\a"),
        (terminal("linux"), False, False, ""),
        (terminal("dumb"), False, False, ""),
        (terminal("xterm-kitty", ACCESSIBLE="1"), False, False, ""),
    ],
    ids=lambda value: f"{value.term}-{value.program}" if isinstance(value, Terminal) else "",
)
def test_only_what_is_known_is_sent(
    found: Terminal,
    titles: bool,
    focus: bool,
    notification: str,
) -> None:
    assert (has_titles(found), may_report_focus(found)) == (titles, focus)
    assert format_notification("tea", found, only_bell=False) == notification
    assert format_notification("tea", found, only_bell=True) == notification[-1:]


def test_a_title_is_clean_short_and_one_field() -> None:
    assert format_title("", Activity.IDLE) == "\x1b]2;streamchat\a"
    assert format_title("a;b\x1b]0;c\a\n", Activity.WRITING) == (
        "\x1b]2;writing: a,b␛]0,c␇␤ - streamchat\a"
    )
    assert len(format_title("x" * 500, Activity.WAITING)) < 100
    kitty = terminal("xterm-kitty")
    told = format_notification("a\x1b\\b\a;c", kitty, only_bell=False)
    assert told == "\x1b]9;streamchat: The answer is there: a␛\\b␇,c\a"
