"""The title of the window through the whole program, and focus reports that type nothing."""

from __future__ import annotations

import re

from program import run_on_terminal
from terminal import Person

XTERM = {"TERM": "xterm-256color", "XTERM_VERSION": "XTerm(390)"}


def session(terminal: Person) -> None:
    terminal.wait_for_prompt()
    terminal.type("\x1b[Ohel\x1b[Ip\r")
    terminal.wait_for("tok/s")
    terminal.wait_for_prompt()
    terminal.type("/exit\r")


def test_the_title_follows_the_answer_and_is_given_back() -> None:
    done = run_on_terminal(session, "--demo", environ=XTERM)
    raw = done.raw.decode()
    assert re.findall(r"\x1b\]2;(.*?)\x07", raw)[-3:] == [
        "waiting: help - streamchat",
        "writing: help - streamchat",
        "help - streamchat",
    ]
    assert raw.count("\x1b[22;2t") == raw.count("\x1b[23;2t") == 1
    assert raw.rindex("\x1b[23;2t") > raw.rindex("\x1b]2;")
    assert raw.count("\x1b[?1004h") == raw.count("\x1b[?1004l") > 0
    assert raw.rindex("\x1b[?1004l") > raw.rindex("\x1b[?1004h")
    assert "\x1b]9;" not in raw


def test_an_unknown_terminal_gets_nothing_of_it() -> None:
    done = run_on_terminal(session, "--demo", environ={"TERM": "xterm-256color"})
    assert not re.search(r"\x1b\](2|9|777);|\x1b\[\?1004|\x1b\[2[23];2t", done.raw.decode())


def test_it_can_be_switched_off() -> None:
    done = run_on_terminal(session, "--demo", "--no-window-title", environ=XTERM)
    assert not re.search(r"\x1b\]2;|\x1b\[2[23];2t", done.raw.decode())
