"""`line`: every way to begin an input."""

import pytest

from streamchat.core.input_line import CommandLine, InputLine, Nothing, Say, parse_input


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Nothing()),
        ("  \n\t ", Nothing()),
        ("hello", Say("hello")),
        ("hello\nworld\n", Say("hello\nworld\n")),
        ("/help", CommandLine("help")),
        ("/", CommandLine("")),
        ("/undo 2", CommandLine("undo", "2")),
        ("/system  You are\na poet. ", CommandLine("system", "You are\na poet.")),
        ("//not a command", Say("/not a command")),
        (" /not a command", Say(" /not a command")),
        ("/usr/bin/env is what?", Say("/usr/bin/env is what?")),
        ("/etc/", Say("/etc/")),
        ("exit", CommandLine("exit")),
        (" quit ", CommandLine("quit")),
        ("exit the building", Say("exit the building")),
        ("look:\n/help", Say("look:\n/help")),
    ],
)
def test_a_line_is_said_or_run(text: str, expected: InputLine) -> None:
    assert parse_input(text) == expected
