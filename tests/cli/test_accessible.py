"""ACCESSIBLE=1 and `accessible = true`: text in words that is only appended."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from program import Window, just_look, run_on_terminal, run_program
from streamchat.cli import first_run
from terminal import Person

GLYPHS = re.compile("[│─┼▌▸•◦▪☐☑❯✻✗⏹⌕●·⎛⎜]")


@pytest.fixture(autouse=True)
def no_local_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_run, "USUAL", ())


def heard(terminal: Window) -> str:
    """What a screen reader reads. Nothing moves the cursor, nothing is a picture."""
    text = terminal.raw.decode()
    assert "\x1b" not in text
    assert GLYPHS.search(text) is None
    return text.replace("\r\n", "\n")


def ask(terminal: Person, line: str, answer: str) -> None:
    terminal.wait_for(lambda: terminal.prompt == "You:")
    terminal.type(f"{line}\r")
    terminal.wait_for(f"You: {line}")
    terminal.wait_for(answer)


def test_roles_are_words_and_an_answer_has_an_end() -> None:
    def person(terminal: Person) -> None:
        ask(terminal, "hello there", "End of the answer. ")
        ask(terminal, "/show", "claude-sonnet-5-5:")
        ask(terminal, "/exit", "")

    text = heard(run_on_terminal(person, "--demo", environ={"ACCESSIBLE": "1"}))
    assert text.count("claude-sonnet-5-5 answers:\n") == 1
    assert re.search(r"End of the answer\. \d+ in, \d+ out", text)
    assert "You: hello there\n\nclaude-sonnet-5-5:\n" in text.rpartition("/show")[2]


def test_the_tree_is_told_in_words() -> None:
    def person(terminal: Person) -> None:
        ask(terminal, "echo one", "End of the answer. ")
        ask(terminal, "/undo", "Took back 1 exchange.")
        ask(terminal, "echo two", "End of the answer. ")
        ask(terminal, "/tree", "/tree N continues after turn N.")
        ask(terminal, "/help", "Keys: Enter send, Ctrl-C stop, Ctrl-D exit")
        ask(terminal, "/exit", "")

    text = heard(run_on_terminal(person, "--demo", environ={"ACCESSIBLE": "1"}))
    assert text.rpartition("You: /tree\n")[2].splitlines()[:5] == [
        "Turn 1, you, now, in another branch: echo one",
        "Turn 2, claude-sonnet-5-5, now, in another branch: one",
        "Turn 3, you, now: echo two",
        "Turn 4, claude-sonnet-5-5, now: two You are here.",
        "/tree N continues after turn N.",
    ]


def test_code_and_compared_answers_have_words_for_their_bounds() -> None:
    spoken = {"ACCESSIBLE": "1"}
    code = heard(run_on_terminal(just_look, "--demo", "code", environ=spoken))
    assert "Code, python:\nfrom collections import Counter\n" in code
    assert "\nEnd of the code.\n\n## Rust\nCode, rust:\n" in code
    maths = heard(run_on_terminal(just_look, "--demo", "math", environ=spoken))
    assert "(1, 1; 1, 0)ⁿ = (Fₙ₊₁, Fₙ; Fₙ, Fₙ₋₁)" in maths
    compared = heard(
        run_on_terminal(just_look, "--demo", "--compare", "haiku", "compare", environ=spoken)
    )
    assert compared.count("2 models answer:\n") == 1
    assert "Answer 1, claude-sonnet-5-5:\n" in compared
    assert compared.count("End of the answer. ") == 2


def test_tables_lists_and_quotes_have_no_boxes_and_bullets() -> None:
    def person(terminal: Person) -> None:
        ask(terminal, "show me a table", "End of the answer.")
        ask(terminal, "list", "done: draw the prompt")
        ask(terminal, "/help", "Tokens and cost: /tokens")
        ask(terminal, "/help keys", "")
        ask(terminal, "/exit", "")

    text = heard(run_on_terminal(person, "--demo", "--accessible", columns=100, rows=50))
    assert "Planet: Mercury\nDay: 4,222.6 h\n" in text


def test_pickers_and_questions_are_lists_with_numbers() -> None:
    directory = Path(os.environ["XDG_CONFIG_HOME"], "streamchat")
    directory.mkdir(parents=True)
    (directory / "config.toml").write_text("accessible = true\n")

    def person(terminal: Person) -> None:
        terminal.wait_for("Enter to leave:")
        terminal.type("2\r")
        ask(terminal, "hello", "End of the answer.")
        ask(terminal, "/theme", "")
        terminal.wait_for(lambda: terminal.text.count("number to take") == 2)
        terminal.type("mono\r")
        terminal.wait_for("4 mono")
        terminal.type("4\r")
        terminal.wait_for("theme is mono until you leave")
        ask(terminal, "/resume", "number to open")
        terminal.type("\r")
        ask(terminal, "/delete", "for good? [y/N]")
        terminal.type("n\r")
        terminal.wait_for("Nothing was deleted.")
        ask(terminal, "/nonsense", "Error: There is no command /nonsense")
        ask(terminal, "/exit", "")

    text = heard(run_on_terminal(person, columns=120))
    assert "1 paste an API key\n  2 try the demo" in text


def test_a_pipe_is_as_it_was() -> None:
    plain = run_program("--demo", "list")
    assert run_program("--demo", "--accessible", "list").stdout == plain.stdout
