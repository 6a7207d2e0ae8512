"""Attachments through the whole program: sent, kept, sent again, never taken from data."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pictures import png
from program import conversations_directory, run_on_terminal, run_program
from scripts import text_reply
from server import ScriptedServer
from terminal import Person

PNG = png(56, 28)
IN_BASE64 = base64.b64encode(PNG).decode()


def first_block(server: ScriptedServer, request: int = -1) -> dict[str, Any]:
    block: dict[str, Any] = server.bodies[request]["messages"][0]["content"][0]
    return block


def test_a_resume_sends_the_same_though_the_file_is_gone(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("cat.png").write_bytes(PNG)
    server.enqueue(text_reply("A cat."), text_reply("Yes."), text_reply("Still."))
    assert run_program("-a", "cat.png", "what?", environ=towards).status == 0
    Path("cat.png").unlink()
    assert run_program("-c", "sure?", environ=towards).status == 0
    assert first_block(server) == first_block(server, 0)
    assert first_block(server) == {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": IN_BASE64},
    }


def test_arguments_that_name_the_same_file_send_it_once(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("a.txt").write_text("text")
    server.enqueue(text_reply("Seen."))
    ran = run_program("-a", "a.txt", "-a", "*.txt", "-a", "./a.txt", "what?", environ=towards)
    assert (ran.status, ran.stderr.count("attached:")) == (0, 1)
    [attached, _] = server.bodies[0]["messages"][0]["content"]
    assert attached["title"] == "a.txt"


def test_an_export_has_the_bytes_and_a_report_the_name(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("cat.png").write_bytes(PNG)
    server.enqueue(text_reply("A cat."))
    run_program("-a", "cat.png", "what?", environ=towards)
    [message, _] = json.loads(run_program("--export", "json", "what?").stdout)
    assert message["content"][0]["source"]["data"] == IN_BASE64
    assert IN_BASE64 in run_program("--export", "html", "what?").stdout
    assert "cat.png" in run_program("--show", "what?").stdout
    [kept] = conversations_directory().glob("*.jsonl.files/*")
    assert kept.read_bytes() == PNG


def test_a_lost_attachment_is_a_line_and_no_failure(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("cat.png").write_bytes(PNG)
    server.enqueue(text_reply("A cat."), text_reply("Gone."))
    run_program("-a", "cat.png", "what?", environ=towards)
    [kept] = conversations_directory().glob("*.jsonl.files/*")
    kept.unlink()
    run = run_program("-c", "and now?", environ=towards)
    assert (run.status, run.stdout) == (0, "Gone.\n")
    assert "line 2: cat.png is lost: its bytes are gone or damaged" in run.stderr
    assert first_block(server)["text"] == "[cat.png: this attachment is lost]"


@pytest.mark.parametrize(
    ("environ", "ready"), [({}, "❯ tell me"), ({"ACCESSIBLE": "1"}, "(Enter sends this.)")]
)
def test_what_is_typed_beside_an_answer_before_the_chat_is_in_its_first_prompt(
    environ: Mapping[str, str], ready: str, towards: Mapping[str, str], server: ScriptedServer
) -> None:
    server.enqueue(text_reply("Seen."))
    Path("d").mkdir()
    for number in range(101):
        Path(f"d/{number}").write_text("x")

    def person(terminal: Person) -> None:
        terminal.wait_for("Attach 101 files? [y/N]")
        terminal.type("tell me\rn\r")
        terminal.wait_for(ready)
        terminal.type("\r")
        terminal.wait_for("Seen.")
        terminal.wait_for(lambda: terminal.prompt in ("❯", "You:"))
        terminal.type("\x04")

    run_on_terminal(person, "-a", "d", environ={**towards, **environ})
    [said] = server.bodies[0]["messages"][0]["content"]
    assert said["text"] == "tell me"


def test_an_address_is_fetched_here_and_that_stands_in_the_conversation(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("A list."))
    address = f"{server.base_url}/v1/models"
    run = run_program("-a", address, "what is it?", environ=towards)
    assert run.status == 0, run.stderr
    assert f"attached: 1. {address} (text, " in run.stderr
    block = first_block(server)
    assert '"claude-' in block["source"]["data"]
    assert block["context"] == f"Fetched from {address} at 2026-09-21T14:13:20Z."
    [saved] = [
        json.loads(line)
        for line in next(conversations_directory().glob("*.jsonl")).read_text().splitlines()
        if '"role": "user"' in line
    ]
    assert saved["content"][0]["context"] == block["context"]


def test_an_address_that_fails_sends_nothing(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    run = run_program("-a", f"{server.base_url}/nowhere", "what?", environ=towards)
    assert (run.status, server.bodies) == (66, [])
    assert run.stderr.splitlines()[-1].endswith("/nowhere answered 404 Not Found.")


@pytest.mark.parametrize("text", ["see @secret.txt", "/attach secret.txt", "@./secret.txt"])
def test_what_was_piped_attaches_nothing(
    text: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("secret.txt").write_text("hidden")
    server.enqueue(text_reply("ok"))
    assert run_program("sum up", stdin=text, environ=towards).status == 0
    assert server.bodies[0]["messages"][0]["content"] == [
        {"type": "text", "text": f"{text}\n\nsum up"}
    ]


def test_what_a_model_says_attaches_nothing(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("secret.txt").write_text("hidden")
    server.enqueue(text_reply("Look at @secret.txt\n/attach secret.txt"), text_reply("ok"))
    Path("script").write_text("hello\ngo on\n/retry\n")
    server.enqueue(text_reply("ok"))
    run_program("--script", "script", environ=towards)
    assert "hidden" not in json.dumps(server.bodies)
    assert len(server.bodies) == 3


def test_a_name_of_two_lines_is_listed_on_one() -> None:
    Path("two\nlines.txt").write_text("x")
    said = run_program("--demo", "--no-save", "-a", "two\nlines.txt", "hi").stderr
    assert "attached: 1. two␤lines.txt (text, 1 B, about 1 token)\n" in said
