"""/script and /import at the real prompt."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from program import run_on_terminal, said, saved_conversations
from server import ScriptedServer, Wait, text_reply
from terminal import Person


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_script_runs_in_a_chat_and_the_chat_goes_on(
    server: ScriptedServer, towards: dict[str, str]
) -> None:
    server.enqueue(text_reply("First."), text_reply("Second."), text_reply("Third."))
    Path("my lines").write_text("\ufeffone\r\n/delete\r\ny\r\ntwo\r\n", "utf-8")

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/script my\\ lines\r")
        terminal.wait_for("Second.")
        terminal.wait_for_prompt()
        terminal.type("three\r")
        terminal.wait_for("Third.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, environ=towards)
    assert terminal.status == 0
    rows = [row for row in terminal.rows if row.startswith("❯ ")]
    assert rows == ["❯ /script my\\ lines", "❯ one", "❯ /delete", "❯ two", "❯ three", "❯ /exit"]
    assert len(saved_conversations()) == 1
    assert [text for role, text in said() if role == "user"] == ["two", "three"]


@pytest.mark.parametrize("key", ["\x1b", "\x03"], ids=["esc", "ctrl-c"])
def test_a_stop_ends_the_script(
    key: str, server: ScriptedServer, towards: dict[str, str]
) -> None:
    never = threading.Event()
    server.enqueue(text_reply("First."), text_reply("It begins", Wait(never), "never"))
    Path("lines").write_text("one\ntwo\nthree\n")

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/script lines\r")
        terminal.wait_for("It begins")
        terminal.type(key)
        terminal.wait_for("The script stopped at lines, line 2.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person, environ=towards).status == 0
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("allowed", "told"), [((), "--allow-shell"), (("--allow-shell",), "ran")]
)
def test_the_shell_runs_only_where_it_is_allowed(
    allowed: tuple[str, ...], told: str, towards: dict[str, str]
) -> None:
    Path("lines").write_text("!echo r''an\n!exit 3\nnever\n")

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/script lines\r")
        terminal.wait_for(told)
        if allowed:
            terminal.wait_for("The script stopped at lines, line 2.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    environ = {**towards, "SHELL": "/bin/sh"}
    assert run_on_terminal(person, *allowed, environ=environ).status == 0


def test_an_import_goes_to_the_store_and_the_chat_stays(
    server: ScriptedServer, towards: dict[str, str]
) -> None:
    server.enqueue(text_reply("First."))
    messages = [{"role": "user", "content": "old"}, {"role": "assistant", "content": "talk"}]
    Path("old.json").write_text(json.dumps(messages))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("new\r")
        terminal.wait_for("First.")
        terminal.wait_for_prompt()
        terminal.type("/import old.json\r")
        terminal.wait_for("1 imported.")
        terminal.wait_for_prompt()
        terminal.type("/import old.json\r")
        terminal.wait_for("1 already imported.")
        terminal.wait_for_prompt()
        terminal.type("/import old.json nobody\r")
        terminal.wait_for("holds no conversation 'nobody'.")
        terminal.wait_for_prompt()
        terminal.type("/resume old\r")
        terminal.wait_for("talk")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person, environ=towards).status == 0
    assert len(saved_conversations()) == 2
