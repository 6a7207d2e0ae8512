"""`input_line`: every way to begin an input, and the way back into the prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamchat.core.input_line import (
    LONGEST_COMMAND,
    VERBATIM,
    CommandLine,
    CommandNames,
    InputLine,
    Nothing,
    Say,
    parse_input,
    typed,
)

NAMES = CommandNames(
    known={"help", "?", "undo", "system", "model"},
    multiline={"system"},
    is_path={"/tmp", "/help"}.__contains__,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Nothing()),
        ("  \n\t ", Nothing()),
        ("hello", Say("hello")),
        ("hello\nworld\n", Say("hello\nworld\n")),
        ("/help", CommandLine("help")),
        ("/? ", CommandLine("?")),
        ("/", CommandLine("")),
        ("/undo 2", CommandLine("undo", "2")),
        ("/nosuch command", CommandLine("nosuch", "command")),
        (" /not a command", Say(" /not a command")),
        ("/ not a command", Say("/ not a command")),
        ("exit", CommandLine("exit")),
        (" quit ", CommandLine("quit")),
        ("exit the building", Say("exit the building")),
        ("look:\n/help", Say("look:\n/help")),
    ],
)
def test_a_line_is_said_or_run(text: str, expected: InputLine) -> None:
    assert parse_input(text, NAMES) == expected


@pytest.mark.parametrize(
    "text",
    [
        "/usr/bin/env is what?",
        "/etc/",
        "/tmp",
        "/tmp is full",
        "/* licence */",
        "/**",
        "// main.go",
        "//",
        "///// five",
        "///help",
        "//nosuch",
        "//help/me",
        "//undoing",
        "/help\n",
        "/clear it\n2,000 lines",
        "//help\nand more",
        "exit\n",
        "/nosuch\nsystem",
        "/model " + "x" * LONGEST_COMMAND,
    ],
)
def test_what_only_looks_like_a_command_is_said_as_it_stands(text: str) -> None:
    assert parse_input(text, NAMES) == Say(text)
    assert typed(text, NAMES) == text


def test_two_slashes_say_one_before_the_name_of_a_command() -> None:
    assert parse_input("//help", NAMES) == Say("/help")
    assert parse_input("//undo 2", NAMES) == Say("/undo 2")
    assert parse_input("//system\nYou", NAMES) == Say("/system\nYou")


def test_a_command_that_takes_many_lines_gets_them() -> None:
    line = "/system  You are\na poet. "
    assert parse_input(line, NAMES) == CommandLine("system", "You are\na poet.")
    long = "x" * 2 * LONGEST_COMMAND
    assert parse_input(f"/system {long}", NAMES) == CommandLine("system", long)


@pytest.mark.parametrize("text", ["/help", "exit", "//help", "/system a\nb", "/nosuch", "a"])
def test_what_is_marked_is_said_whatever_it_looks_like(text: str) -> None:
    assert parse_input(VERBATIM + text, NAMES) == Say(text)
    assert parse_input(f"{VERBATIM}  ", NAMES) == Nothing()


PIECES = st.sampled_from(["/", "//", "help", "system", "exit", "*", " ", "\n", "tmp", "x", "?"])


@given(st.lists(PIECES, max_size=8).map("".join).filter(str.strip))
def test_a_text_put_back_into_the_prompt_is_the_text_that_is_said(text: str) -> None:
    assert parse_input(typed(text, NAMES), NAMES) == Say(text)
    assert parse_input(typed(text)) == Say(text)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_line_means_the_same_after_a_round_trip(line: str) -> None:
    meaning = parse_input(line, NAMES)
    if isinstance(meaning, Say):
        again = typed(meaning.text, NAMES)
        assert parse_input(again, NAMES) == meaning
        assert typed(meaning.text, NAMES) == again


def test_nothing_is_typed_for_no_text() -> None:
    assert typed("") == ""
