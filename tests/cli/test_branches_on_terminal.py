"""Branches, incognito and /export on a terminal."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from program import run_on_terminal
from server import ScriptedServer, text_reply
from terminal import Person


def wait_for_prompt(terminal: Person) -> None:
    terminal.wait_for(lambda: terminal.prompt.removesuffix("not saved").strip() == "❯")


def send(terminal: Person, line: str, answer: str) -> None:
    wait_for_prompt(terminal)
    terminal.type(f"{line}\r")
    terminal.wait_for(answer)
    wait_for_prompt(terminal)


def asked(server: ScriptedServer) -> list[list[str]]:
    return [
        [message["content"][-1]["text"] for message in body["messages"]]
        for body in server.bodies
    ]


def everything() -> dict[Path, bytes]:
    """Every file of the home but the spending log, which holds amounts and no text."""
    files = (path for path in Path(os.environ["HOME"]).rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if path.name != "spending.jsonl"}


def test_a_turn_in_the_middle_is_edited_and_the_tree_walked_back(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(*(text_reply(f"Reply {word}.") for word in ("one", "two", "three", "four")))

    def person(terminal: Person) -> None:
        send(terminal, "first", "Reply one.")
        send(terminal, "second", "Reply two.")
        terminal.type("/edit 2\r")
        terminal.wait_for(lambda: terminal.prompt == "❯ first")
        terminal.type(" edited\r")
        terminal.wait_for("Reply three.")
        send(terminal, "/tree", "6    now  ● ")
        assert "├─○ ❯ first" in terminal.text
        send(terminal, "/tree 4", "Now at turn 4 of 6.")
        terminal.type("\x1b\x1b")
        terminal.wait_for(lambda: terminal.prompt == "❯ second")
        terminal.type("\x03")
        terminal.wait_for("an empty message changes nothing")
        terminal.type("\x03")
        send(terminal, "third", "Reply four.")
        terminal.type("\x04")

    assert run_on_terminal(person, environ=towards).status == 0
    assert asked(server) == [
        ["first"],
        ["first", "Reply one.", "second"],
        ["first edited"],
        ["first", "Reply one.", "second", "Reply two.", "third"],
    ]


def test_incognito_leaves_nothing_in_the_whole_home(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(*(text_reply(f"Canary{number}.") for number in range(5)))

    def person(terminal: Person) -> None:
        send(terminal, "kept", "Canary0.")
        send(terminal, "/incognito", "not saved: nothing is written")
        before = everything()
        assert any(b"kept" in data for data in before.values())
        assert "not saved" in terminal.status_line
        send(terminal, "secret words", "Canary1.")
        send(terminal, "/retry", "Canary2.")
        send(terminal, "/rename secret title", "secret title")
        send(terminal, "/fork", "(fork)")
        send(terminal, "/new", "New conversation.")
        send(terminal, "secret again", "Canary3.")
        assert "not saved" in terminal.status_line
        terminal.type("\x1b[A")  # in memory it is remembered
        terminal.wait_for(lambda: terminal.prompt.startswith("❯ secret again"))
        terminal.type("\x03")
        assert everything() == before
        send(terminal, "/incognito off", "saved as usual")
        send(terminal, "open words", "Canary4.")
        terminal.type("\x04")

    assert run_on_terminal(person, environ=towards).status == 0
    data = b"".join(everything().values())
    assert b"open words" in data
    assert b"secret" not in data


def test_export_writes_a_file_and_not_over_it(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Fine."))

    def person(terminal: Person) -> None:
        send(terminal, "How are you?", "Fine.")
        send(terminal, "/export", "how-are-you.md")
        send(terminal, "/export", "already exists")
        Path("messages.json").write_text("old")
        send(terminal, "/export json! messages.json", "Exported to messages.json")
        terminal.type("\x04")

    assert run_on_terminal(person, environ=towards).status == 0
    assert "Fine." in Path("how-are-you.md").read_text("utf-8")
    assert json.loads(Path("messages.json").read_text("utf-8")) == [
        {"role": "user", "content": [{"type": "text", "text": "How are you?"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Fine."}]},
    ]
