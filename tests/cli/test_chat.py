"""The REPL on a terminal, against a loopback server."""

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from program import (
    just_look,
    run_on_terminal,
    run_program,
    said,
    saved_records,
)
from receiving import CANARY
from server import ScriptedServer, Wait, error_reply, text_reply
from terminal import Person


@pytest.mark.parametrize("key", ["\x03", "\x1b"], ids=["ctrl-c", "esc"])
def test_a_key_stops_the_answer_and_keeps_what_arrived(
    key: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    never = threading.Event()
    server.enqueue(text_reply("It begins here", Wait(never), " never"))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("go\r")
        terminal.wait_for("It begins here")
        terminal.type(key)
        terminal.wait_for("interrupted")
        terminal.wait_for_prompt()
        assert terminal.text.count("It begins here") == 1
        terminal.type("\x03")  # too soon after the stop to mean anything
        terminal.type("\x04")

    assert run_on_terminal(person, environ=towards).status == 0
    assert said() == [("user", "go"), ("assistant", "It begins here")]
    assert saved_records()[-1]["stop_reason"] == "interrupted"


def test_a_paste_of_many_lines_is_one_message(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Read."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("\x1b[200~one\ntwo\nthree\x1b[201~")
        terminal.wait_for("three")
        assert server.posts == []
        terminal.type("\r")
        terminal.wait_for("Read.")
        terminal.wait_for_prompt()
        terminal.type("exit\r")

    assert run_on_terminal(person, environ=towards).status == 0
    assert said()[0] == ("user", "one\ntwo\nthree")


def test_a_failed_question_comes_back_for_editing(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(error_reply(401, "invalid x-api-key"), text_reply("Better."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("precious words\r")
        terminal.wait_for("401")
        terminal.wait_for(lambda: terminal.prompt == "❯ precious words")
        assert CANARY not in terminal.text
        terminal.type("\r")
        terminal.wait_for("Better.")
        terminal.wait_for_prompt()
        terminal.type("\x04")

    assert run_on_terminal(person, environ=towards).status == 0
    assert said()[-2:] == [("user", "precious words"), ("assistant", "Better.")]


def test_a_conversation_goes_on_after_a_restart(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("A *fine* day."), text_reply("Still."))
    assert run_program("how is it?", environ=towards).status == 0

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        assert terminal.rows[0].count("how is it?") == 1
        assert "❯ how is it?" in terminal.rows
        assert "A fine day." in terminal.rows
        terminal.type("and now?\r")
        terminal.wait_for("Still.")
        terminal.wait_for_prompt()
        terminal.type("\x04")

    terminal = run_on_terminal(person, "-c", environ=towards)
    assert terminal.status == 0
    assert len(server.bodies[1]["messages"]) == 3


def test_without_a_key_three_lines_say_how_to_get_going() -> None:
    off_a_terminal = run_program("hello")
    assert (off_a_terminal.status, len(off_a_terminal.stderr.splitlines())) == (77, 4)
    words = ("ANTHROPIC_API_KEY", "on a terminal: asks", "--demo")
    assert all(word in off_a_terminal.stderr for word in words)
    plain = run_on_terminal(just_look, environ={"TERM": "dumb"})
    assert (plain.status, len(plain.text.splitlines())) == (77, 4)


def test_a_long_answer_stands_whole_in_the_scrollback_once(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    lines = [f"Line {number} of many.\n\n" for number in range(200)]
    server.enqueue(text_reply(*lines))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("go\r")
        terminal.wait_for("tok/s")
        terminal.wait_for_prompt()
        terminal.type("\x04")

    terminal = run_on_terminal(person, environ=towards, rows=10)
    assert terminal.status == 0
    shown = [row for row in terminal.rows if row.startswith("Line ")]
    assert shown == [line.strip() for line in lines]


def test_thinking_is_unfolded_and_the_model_is_remembered(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Yes.", thinking="Let me see whether it is so."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/think adaptive\r")
        terminal.wait_for("a summary is shown")
        terminal.wait_for_prompt()
        terminal.type("so?\r")
        terminal.wait_for("tok/s")
        terminal.wait_for_prompt()
        terminal.type("\x0f")
        terminal.wait_for(lambda: "Let me see whether it is so." in terminal.rows[-24:])
        terminal.wait_for_prompt()
        terminal.type("/tokens\r")
        terminal.wait_for("The next request has")
        terminal.wait_for_prompt()
        terminal.type("\x04")

    assert run_on_terminal(person, environ=towards).status == 0
    [request] = server.bodies
    assert request["thinking"] == {"type": "adaptive", "display": "summarized"}
    [kept] = Path(os.environ["XDG_CACHE_HOME"]).glob("streamchat/model-*.json")
    assert json.loads(kept.read_bytes())["model"]["max_input_tokens"] == 1_000_000


def test_a_long_conversation_is_compacted(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Yes."), text_reply("They agreed."), text_reply("Again."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("so?\r")
        terminal.wait_for("Yes.")
        terminal.wait_for_prompt()
        terminal.type("/compact\r")
        terminal.wait_for("continues from this summary")
        terminal.wait_for_prompt()
        terminal.type("and?\r")
        terminal.wait_for("Again.")
        terminal.wait_for_prompt()
        terminal.type("\x04")

    assert run_on_terminal(person, environ=towards).status == 0
    first, second = (m["content"][0]["text"] for m in server.bodies[2]["messages"])
    assert first.endswith("They agreed.")
    assert second == "and?"


@pytest.mark.parametrize("key", ["\x03", "\x1b"], ids=["ctrl-c", "esc"])
def test_a_key_stops_a_summary_and_stays_in_the_chat(
    key: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(
        text_reply("Yes."), text_reply("They ag", Wait(threading.Event())), text_reply("Again.")
    )

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("so?\r")
        terminal.wait_for("Yes.")
        terminal.wait_for_prompt()
        terminal.type("/compact\r")
        terminal.wait_for("They ag")
        terminal.type(f"and?{key}")
        terminal.wait_for("Not compacted. The conversation is unchanged.")
        terminal.wait_for(lambda: terminal.prompt.endswith("and?"))
        terminal.type("\r")
        terminal.wait_for("Again.")
        terminal.wait_for_prompt()
        terminal.type("\x04")

    assert run_on_terminal(person, environ=towards).status == 0
    assert said() == [
        ("user", "so?"),
        ("assistant", "Yes."),
        ("user", "and?"),
        ("assistant", "Again."),
    ]


def test_after_a_first_answer_the_chat_goes_on_without_repeating_it(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("First answer."), text_reply("Second."))

    def person(terminal: Person) -> None:
        terminal.wait_for("First answer.")
        terminal.wait_for_prompt()
        assert terminal.text.count("First answer.") == 1
        terminal.type("two\r")
        terminal.wait_for("Second.")
        terminal.wait_for_prompt()
        terminal.type("\x04")

    terminal = run_on_terminal(person, "-i", "one", environ=towards)
    assert terminal.status == 0
    assert [text for _, text in said()] == ["one", "First answer.", "two", "Second."]


def test_quiet_on_a_terminal_shows_nothing_but_the_answer(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Just **this**"), text_reply("And this"))
    terminal = run_on_terminal(just_look, "-q", "say", environ=towards)
    assert terminal.status == 0
    assert terminal.text.strip() == "Just this"
    terminal = run_on_terminal(just_look, "say", environ=towards)
    assert terminal.status == 0
    assert "tok/s" in terminal.text


def test_an_error_on_a_terminal_is_broken_between_words() -> None:
    terminal = run_on_terminal(just_look, "-r", "nowhere", "hi", columns=30)
    assert terminal.status == 66
    assert next(filter(None, terminal.rows)) == "streamchat: There is no"


@pytest.mark.parametrize("asked", [(), ("hi",)])
def test_a_theme_that_there_is_not_is_said(asked: tuple[str, ...]) -> None:
    terminal = run_on_terminal(just_look, "--demo", "--theme", "drakula", *asked)
    assert terminal.status == 2
    said = " ".join(terminal.text.split())
    assert "There is no theme 'drakula'; did you mean dracula?" in said
    assert "auto, dark, light, mono" in said


def test_a_theme_of_the_environment_is_judged_too_and_a_style_is_one() -> None:
    terminal = run_on_terminal(
        just_look, "--demo", "echo x", environ={"STREAMCHAT_THEME": "qqq"}
    )
    assert terminal.status == 78
    terminal = run_on_terminal(just_look, "--demo", "--theme", "monokai", "echo x")
    assert terminal.status == 0
