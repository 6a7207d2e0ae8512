"""/profile and /login: another server or key, while a chat runs."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from program import run_on_terminal, run_program
from server import ScriptedServer, text_reply
from streamchat.api.local_servers import LocalServer
from streamchat.cli import first_run
from streamchat.config.paths import Paths, build_paths
from terminal import Person

KEY = "sk-ant-pasted-0123456789"
ENTER, DOWN, ESCAPE = "\r", "\x1b[B", "\x1b"


@pytest.fixture
def other() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def paths() -> Paths:
    return build_paths(os.environ, Path.home())


@pytest.fixture(autouse=True)
def no_local_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_run, "USUAL", ())


@pytest.fixture
def profiles(server: ScriptedServer, other: ScriptedServer, paths: Paths) -> None:
    """Two: `near` is at the first server, `far` at the other."""
    paths.config_dir.mkdir(parents=True)
    paths.config_file.write_text(
        f'profile = "near"\n'
        f'[profiles.near]\nbase_url = "{server.base_url}"\nmodel = "tiny"\n'
        f'[profiles.far]\nbase_url = "{other.base_url}"\nmodel = "huge"\neffort = "low"\n'
        'api_key_env = "FAR_KEY"\n'
    )


def test_a_profile_answers_with_its_key_model_and_settings(
    profiles: None, server: ScriptedServer, other: ScriptedServer
) -> None:
    server.enqueue(text_reply("Near."), text_reply("Near again."))
    other.enqueue(text_reply("Far."))
    lines = ["one", "/profile far", "two", "/profile near", "three"]
    run = run_program(
        "--script", "-", "-m", "mine", stdin="\n".join(lines), environ={"FAR_KEY": KEY}
    )
    assert run.status == 0, run.stderr
    assert [body["model"] for body in server.bodies] == ["mine", "tiny"]
    assert "effort" not in str(server.bodies)
    [post] = other.posts
    assert post.headers["x-api-key"] == KEY
    assert (post.body["model"], post.body["output_config"]) == ("huge", {"effort": "low"})
    assert len(post.body["messages"]) == 3  # the conversation goes on
    assert f"huge at {other.base_url.removeprefix('http://')} answers from now on" in run.stderr


def test_a_key_stays_masked_after_another_server_was_chosen(
    server: ScriptedServer, other: ScriptedServer, paths: Paths
) -> None:
    first, second = "first-key-0123456789-abcd", "second-key-0123456789-efgh"
    paths.config_dir.mkdir(parents=True)
    paths.config_file.write_text(
        f'profile = "near"\n[profiles.near]\nbase_url = "{server.base_url}"\n'
        f'api_key_env = "NEAR_KEY"\n'
        f'[profiles.far]\nbase_url = "{other.base_url}"\napi_key_env = "FAR_KEY"\n'
    )
    Path("old.json").write_text(
        json.dumps([{"role": "user", "content": f"What is {first} and {second}?"}])
    )
    assert run_program("--import", "old.json").status == 0
    server.enqueue(text_reply(f"The first is {first}."))
    other.enqueue(text_reply(f"They are {first} and {second}."))
    keys = {"NEAR_KEY": first, "FAR_KEY": second}

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        for line, answer in (
            ("one\r", "The first is …abcd."),
            ("/profile far\r", "answers from now on"),
            ("two\r", "They are …abcd and …efgh."),
            ("/new\r", "New conversation."),
            ("/resume old\r", "What is …abcd and …efgh?"),
            ("/tree all\r", "They are"),
            ("/show 1\r", "The first is …abcd."),
            ("/export md out.md\r", "Exported to"),
            ("/profile near\r", "answers from now on"),
            ("/export html out.html\r", "out.html"),
        ):
            terminal.type(line)
            terminal.wait_for(answer)
            terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, "-c", environ=keys, rows=60)
    assert terminal.status == 0
    exported = Path("out.md").read_bytes() + Path("out.html").read_bytes()
    shown = terminal.raw[terminal.raw.index(b"answers from now on") :] + exported
    assert exported.count("…abcd".encode()) == 6
    assert (first.encode() in shown, second.encode() in shown) == (False, False)


def test_a_profile_is_chosen_from_a_list(
    profiles: None, other: ScriptedServer, paths: Paths
) -> None:
    other.enqueue(text_reply("Far."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/profile\r")
        terminal.wait_for("Which profile?")
        assert "near" in next(row for row in terminal.rows if row.startswith("❯ 1."))
        terminal.type("hug")
        terminal.wait_for(lambda: not any("near" in row for row in terminal.rows[-6:]))
        terminal.type(ENTER)
        terminal.wait_for("huge at")
        terminal.wait_for_prompt()
        terminal.type("hi\r")
        terminal.wait_for("Far.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, environ={"FAR_KEY": KEY})
    assert terminal.status == 0
    assert len(other.posts) == 1
    assert "Up, Down" not in terminal.text  # the list is gone
    assert tomllib.loads(paths.config_file.read_text())["profile"] == "near"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("/profile fra", "config.toml has no profile 'fra'; did you mean far?"),
        ("/profile a b", "Give one profile"),
        ("/login", "needs someone to answer"),
    ],
)
def test_what_names_no_profile_is_one_line(
    line: str, fault: str, profiles: None, server: ScriptedServer
) -> None:
    run = run_program("--script", "-", stdin=line)
    assert run.status == 2
    assert fault in run.stderr.splitlines()[-1]


def test_a_refused_server_changes_nothing(
    profiles: None, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Near."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/config base_url http://example.com\r")
        terminal.wait_for("use https")
        terminal.wait_for_prompt()
        terminal.type("hi\r")
        terminal.wait_for("Near.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person).status == 0


def test_without_profiles_the_command_says_how_to_begin() -> None:
    run = run_program("--demo", "--script", "-", stdin="/profile")
    assert "There are no profiles yet." in run.stderr


def test_without_a_key_a_chat_names_the_command_that_asks_for_one(profiles: None) -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/profile off\r")
        terminal.wait_for("No API key was found: /login asks for one.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person).status == 0
    assert (
        "export ANTHROPIC_API_KEY" in run_program("--script", "-", stdin="/profile off").stderr
    )


def test_the_demo_has_one_server(profiles: None) -> None:
    run = run_program("--demo", "--script", "-", stdin="/profile far")
    assert "The demo has one server." in run.stderr


def test_login_takes_a_pasted_key_at_once(
    server: ScriptedServer, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def accept(_server: object) -> list[str]:
        return ["claude-test"]

    monkeypatch.setattr(first_run, "list_models", accept)
    server.enqueue(text_reply("Indeed."))
    paths.config_dir.mkdir(parents=True)
    paths.config_file.write_text(f'base_url = "{server.base_url}"\n')

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/login\r")
        terminal.wait_for("Which server do you")
        terminal.type(ENTER)
        terminal.wait_for("Paste your API key")
        terminal.type(f"{KEY}\r")
        terminal.wait_for("Save the key?")
        terminal.type(ENTER)
        terminal.wait_for("answers from now on")
        terminal.wait_for_prompt()
        terminal.type("hi\r")
        terminal.wait_for("Indeed.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person)
    assert terminal.status == 0
    assert server.posts[0].headers["x-api-key"] == KEY
    assert paths.env_file.read_text() == f"ANTHROPIC_API_KEY={KEY}\n"
    assert KEY not in terminal.text


def test_login_finds_a_server_on_this_machine(
    server: ScriptedServer,
    towards: Mapping[str, str],
    other: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    paths: Paths,
) -> None:
    monkeypatch.setattr(first_run, "USUAL", (LocalServer("Fake", "fake", other.base_url),))
    other.enqueue(text_reply("Locally."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/login\r")
        terminal.wait_for("chat with Fake")
        assert other.posts == []
        terminal.type(f"2{ENTER}")
        terminal.wait_for("Which model?")
        terminal.type(ENTER)
        terminal.wait_for("answers from now on")
        terminal.wait_for_prompt()
        terminal.type("hi\r")
        terminal.wait_for("Locally.")
        terminal.wait_for_prompt()
        terminal.type("/login\r")
        terminal.wait_for("leave it as it is")
        terminal.type(ESCAPE)
        terminal.wait_for("Nothing has changed.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person, environ=towards).status == 0
    assert list(tomllib.loads(paths.config_file.read_text())["profiles"]) == ["fake"]
    assert "x-api-key" not in other.posts[0].headers
    assert "sk-ant" not in str(other.posts[0].headers)
