"""/rename auto and auto_title: a title from a cheap model."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Event

import pytest

from program import Finished, run_on_terminal, run_program, saved_records
from scripts import Wait
from server import Reply, ScriptedServer, error_reply, text_reply
from terminal import Person


def configure(text: str) -> None:
    directory = Path(os.environ["XDG_CONFIG_HOME"], "streamchat")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "config.toml").write_text(text)


def chat(towards: Mapping[str, str], *lines: str, flags: tuple[str, ...] = ()) -> Finished:
    return run_program("--script", "-", *flags, stdin="\n".join(lines), environ=towards)


def titles() -> list[str]:
    return [record["title"] for record in saved_records() if record["type"] == "set"]


def test_rename_auto_asks_once_and_sends_little(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    configure('[aliases]\nhaiku = "cheap"\n')
    server.enqueue(text_reply("ok" * 5000), text_reply('"On tea"\n'))
    run = chat(towards, "What is tea?", "/rename auto")
    assert (run.status, titles()) == (0, ["On tea"])
    asked = server.bodies[1]
    assert (asked["model"], asked["max_tokens"], len(asked["messages"])) == ("cheap", 60, 1)
    assert "What is tea?" in json.dumps(asked["messages"])
    assert len(json.dumps(asked)) < 3000
    assert len([r for r in saved_records() if r["type"] == "turn"]) == 2


def test_a_failure_of_the_command_is_said_and_changes_nothing(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("ok"), error_reply(400, "no titles here"))
    run = chat(towards, "What is tea?", "/rename auto", flags=("--retries", "0"))
    assert run.status == 65
    assert "no titles here" in run.stderr
    assert titles() == []
    assert chat(towards, "/rename auto").status == 2


def test_esc_stops_it_and_keeps_what_was_typed(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("One."), text_reply(Wait(Event())))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("a\r")
        terminal.wait_for("One.")
        terminal.wait_for_prompt()
        terminal.type("/rename auto\r")
        server.wait_for_posts(2)
        terminal.type("typed\x1b")
        terminal.wait_for(lambda: terminal.prompt == "❯ typed")
        terminal.type("\x15/exit\r")

    terminal = run_on_terminal(person, environ=towards)
    assert "Stopped. The title is as it was." in terminal.text
    assert titles() == []


@pytest.mark.parametrize("fails", [False, True], ids=["named", "fails"])
def test_after_the_second_exchange_it_is_named_by_itself(
    fails: bool, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    configure("auto_title = true\n")
    server.enqueue(text_reply("One."), text_reply("Two."))
    server.enqueue(error_reply(400) if fails else text_reply("On tea"))
    server.enqueue(text_reply("Three."))

    def person(terminal: Person) -> None:
        for question, answer in (("a", "One."), ("b", "Two.")):
            terminal.wait_for_prompt()
            terminal.type(f"{question}\r")
            terminal.wait_for(answer)
        server.wait_for_posts(3)
        terminal.wait_for_prompt()
        terminal.type("c\r")
        terminal.wait_for("Three.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, environ=towards)
    assert terminal.status == 0
    assert titles() == ([] if fails else ["On tea"])
    assert len(server.posts) == 4
    assert "Scripted 400" not in terminal.text


def test_who_leaves_at_once_still_gets_the_title(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    configure("auto_title = true\n")
    server.enqueue(*map(text_reply, ("One.", "Two.", "On tea")))
    assert chat(towards, "a", "b").status == 0
    assert titles() == ["On tea"]


def test_a_title_that_did_not_come_is_asked_for_in_the_next_chat(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    configure("auto_title = true\n")
    server.enqueue(text_reply("One."), text_reply("Two."), error_reply(400))
    assert chat(towards, "a", "b").status == 0
    assert titles() == []
    server.enqueue(*map(text_reply, ("Three.", "On tea")))
    assert chat(towards, "c", flags=("-c",)).status == 0
    assert (titles(), len(server.posts)) == (["On tea"], 5)


@pytest.mark.parametrize("reply", [text_reply("On tea"), error_reply(400, "no titles here")])
def test_a_second_question_of_the_command_line_names_it_too(
    reply: Reply, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    configure("auto_title = true\n")
    server.enqueue(text_reply("One."), text_reply("Two."), reply)
    assert run_program("a", environ=towards).status == 0
    run = run_program("-c", "b", environ=towards)
    assert (run.status, run.stdout, len(server.posts)) == (0, "Two.\n", 3)
    assert "no titles here" not in run.stderr
    assert titles() == (["On tea"] if reply.status == 200 else [])


def test_it_counts_under_the_cap(server: ScriptedServer, towards: Mapping[str, str]) -> None:
    configure('[prices."claude-sonnet-5-5"]\ninput = 1.0\noutput = 1000.0\n')
    server.enqueue(text_reply("ok"))
    run = chat(towards, "What is tea?", "/budget 0.01", "/rename auto")
    assert "Not sent:" in run.stderr
    assert run.status == 1
    assert titles() == []
