"""The list of conversations: filters, and what can be done there besides opening."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from program import Finished, conversations_directory, run_on_terminal, run_program
from server import ScriptedServer, text_reply
from terminal import Person

ENTER, ESCAPE = "\r", "\x1b"
RENAME, DELETE, FORK, EXPORT = "\x12", "\x18", "\x06", "\x05"
CLEAR = "\x15"


@pytest.fixture
def kept(server: ScriptedServer, towards: Mapping[str, str]) -> Mapping[str, str]:
    """Two conversations: one about lexers with code, one about tea."""
    for model, question, answer in (
        ("claude-opus-9", "What is a lexer?", "This:\n\n```py\nlex()\n```"),
        ("claude-haiku-9", "What is tea?", "A drink."),
    ):
        server.enqueue(text_reply(answer))
        assert run_program("-m", model, question, environ=towards).status == 0
    day = {"lexer": 1_760_000_000, "tea": 1_770_000_000}  # October 2025, February 2026
    for word, seconds in day.items():
        [file] = conversations_directory().glob(f"*{word}*.jsonl")
        os.utime(file, (seconds, seconds))
    return towards


def listed(*flags: str) -> list[str]:
    """The titles."""
    run = run_program("--list", *flags)
    return [line.split("\t")[-1] for line in run.stdout.splitlines()]


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ("model:OPUS", ["What is a lexer?"]),
        ("model:claude", ["What is tea?", "What is a lexer?"]),
        ("after:2026", ["What is tea?"]),
        ("after:2025-10 before:2026-02-01", ["What is a lexer?"]),
        ("before:2025", []),
        ("has:code", ["What is a lexer?"]),
        ("has:code tea", []),
        ("drink model:haiku", ["What is tea?"]),
        ("what", ["What is tea?", "What is a lexer?"]),
    ],
)
def test_filters_find_conversations(
    wanted: str, titles: list[str], kept: Mapping[str, str]
) -> None:
    assert listed(wanted) == listed(*wanted.split()) == titles
    hits = run_program("--search", wanted)
    found = [line.split("\t")[1] for line in hits.stdout.splitlines()]
    assert sorted(set(found)) == sorted(titles)
    assert hits.status == (0 if titles else 66)


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        ("after:soon", "write a day, such as 2026-11-20, or 2026-11"),
        ("before:2026-13", "there is no such day"),
        ("has:pictures", "write has:code"),
        ("model:", "write a part of its name after the colon"),
    ],
)
@pytest.mark.parametrize("flag", ["--list", "--search"])
def test_a_wrong_filter_is_one_line(flag: str, wanted: str, fault: str) -> None:
    run = run_program(flag, wanted)
    assert (run.status, run.stderr) == (2, f"streamchat: {wanted!r}: {fault}.\n")


def test_the_command_lists_by_filters_too(kept: Mapping[str, str]) -> None:
    def said(line: str) -> Finished:
        return run_program("--script", "-", stdin=line, environ=kept)

    assert "lexer" not in said("/list model:haiku").stdout
    assert "tea" in said("/list 1 what").stdout
    assert "No conversation matches." in said("/list model:none").stderr
    assert said("/list after:soon").status == 2


def test_everything_is_done_from_the_list(kept: Mapping[str, str]) -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for("1/2")
        terminal.type("model:opus")
        terminal.wait_for("1/1")
        terminal.type(RENAME)
        terminal.wait_for("New title: What is a lexer?")
        terminal.type(f"{CLEAR}On lexers{ENTER}")
        terminal.wait_for("The title is 'On lexers'.")
        terminal.type(FORK)
        terminal.wait_for("Copied to")
        terminal.wait_for("1/2")
        terminal.type(EXPORT)
        terminal.wait_for("Export as:")
        terminal.type(ENTER)
        terminal.wait_for("Exported to")
        terminal.type(f"{CLEAR}tea")
        terminal.wait_for("1/1")
        terminal.type(DELETE)
        terminal.wait_for("for good? [y/N]")
        terminal.type(f"n{ENTER}")
        terminal.wait_for("Nothing was deleted.")
        terminal.type(DELETE)
        terminal.wait_for(lambda: terminal.text.count("[y/N]") == 2)
        terminal.type(f"y{ENTER}")
        terminal.wait_for('Deleted "What is tea?".')
        terminal.type(ESCAPE)

    terminal = run_on_terminal(person, "-r", environ=kept)
    assert terminal.status == 0
    assert sorted(listed()) == ["On lexers", "On lexers (fork)"]
    [export] = Path().glob("*.md")
    assert "lex()" in export.read_text()


def test_the_open_conversation_is_renamed_where_it_is(kept: Mapping[str, str]) -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/resume\r")
        terminal.wait_for("1/2")
        terminal.type(RENAME)
        terminal.wait_for("New title:")
        terminal.type(f"{CLEAR}Oolong{ENTER}")
        terminal.wait_for("The title is 'Oolong'.")
        terminal.type(DELETE)
        terminal.wait_for("[y/N]")
        terminal.type(f"y{ENTER}")
        terminal.wait_for('Deleted "Oolong".')
        terminal.type(ESCAPE)
        terminal.wait_for_prompt()
        terminal.type("/save\r")
        terminal.wait_for("This conversation is empty")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person, "-r", "tea", environ=kept).status == 0
    assert listed() == ["What is a lexer?"]


def test_a_dumb_terminal_does_the_same_by_letters(kept: Mapping[str, str]) -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for("Enter to leave:")
        terminal.type("r1\r")
        terminal.wait_for("New title (now: What is tea?):")
        terminal.type("Oolong\r")
        terminal.wait_for("The title is 'Oolong'.")
        terminal.wait_for(lambda: len(re.findall("Enter to leave:", terminal.text)) == 2)
        terminal.type("\r")

    environ = {**kept, "TERM": "dumb"}
    assert run_on_terminal(person, "-r", columns=120, environ=environ).status == 0
    assert listed() == ["Oolong", "What is a lexer?"]
