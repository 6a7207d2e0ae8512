"""`line`: every way to begin an input."""

import pytest

from streamchat.core.input_line import Line, Nothing, Run, Say, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Nothing()),
        ("  \n\t ", Nothing()),
        ("hello", Say("hello")),
        ("hello\nworld\n", Say("hello\nworld\n")),
        ("/help", Run("help")),
        ("/", Run("")),
        ("/undo 2", Run("undo", "2")),
        ("/system  You are\na poet. ", Run("system", "You are\na poet.")),
        ("//not a command", Say("/not a command")),
        (" /not a command", Say(" /not a command")),
        ("/usr/bin/env is what?", Say("/usr/bin/env is what?")),
        ("/etc/", Say("/etc/")),
        ("exit", Run("exit")),
        (" quit ", Run("quit")),
        ("exit the building", Say("exit the building")),
        ("look:\n/help", Say("look:\n/help")),
    ],
)
def test_a_line_is_said_or_run(text: str, expected: Line) -> None:
    assert parse(text) == expected
