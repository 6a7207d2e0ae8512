"""Models by short names and from a list; themes and roles from a list."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pytest

from program import NOW_S, run_on_terminal, run_program
from server import ScriptedServer, error_reply, json_reply, text_reply
from streamchat.api.catalogue import ModelInfo
from streamchat.config.paths import Paths, build_paths
from streamchat.models.cache import ModelCache
from terminal import Person

MODELS = [
    ModelInfo(
        "claude-opus-9",
        "Opus 9",
        max_input_tokens=1_000_000,
        capabilities={
            "image_input": {"supported": True},
            "pdf_input": {"supported": True},
            "thinking": {"supported": True},
        },
    ),
    ModelInfo("claude-opus-8", "Opus 8", lifecycle="retired"),
    ModelInfo("tiny", "Tiny"),
]


@pytest.fixture
def paths() -> Paths:
    return build_paths(os.environ, Path.home())


def keep_list(paths: Paths, server: ScriptedServer, *, age_s: float = 0.0) -> None:
    cache = ModelCache(paths.cache_dir, server.base_url, lambda: NOW_S - age_s)
    cache.write_list([asdict(model) for model in MODELS])


def configure(paths: Paths, text: str) -> None:
    paths.config_dir.mkdir(parents=True)
    paths.config_file.write_text(text)


def test_a_family_is_the_newest_of_the_kept_list(
    server: ScriptedServer, towards: Mapping[str, str], paths: Paths
) -> None:
    keep_list(paths, server, age_s=1e7)
    configure(paths, '[aliases]\nfast = "tiny"\nbest = "opus"\n')
    for _ in range(4):
        server.enqueue(text_reply("ok"))
    assert run_program("-m", "opus", "hi", environ=towards).status == 0
    lines = "one\n/model fast\ntwo\n/retry best\n"
    assert run_program("--script", "-", "-m", "opus", stdin=lines, environ=towards).status == 0
    asked = [body["model"] for body in server.bodies]
    assert asked == ["claude-opus-9", "claude-opus-9", "tiny", "claude-opus-9"]


def test_a_role_and_a_fallback_take_short_names(
    server: ScriptedServer, towards: Mapping[str, str], paths: Paths
) -> None:
    keep_list(paths, server)
    configure(paths, 'fallback = ["opus"]\n[aliases]\nfast = "tiny"\n')
    (paths.config_dir / "roles").mkdir()
    (paths.config_dir / "roles/r.md").write_text("---\nmodel: fast\n---\nBe kind.\n")
    for _ in range(2):
        server.enqueue(error_reply(529, "overloaded_error"))
        server.enqueue(text_reply("ok"))
    flags = ("--retries", "0")
    assert run_program(*flags, "--role", "r", "hi", environ=towards).status == 0
    lines = "/role r\nhi"
    run = run_program(*flags, "--script", "-", stdin=lines, environ=towards)
    assert run.status == 0, run.stderr
    assert [body["model"] for body in server.bodies] == ["tiny", "claude-opus-9"] * 2


def test_another_server_has_no_families_of_its_own(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("ok"))
    assert run_program("-m", "opus", "hi", environ=towards).status == 0
    assert server.bodies[0]["model"] == "opus"


def test_an_alias_that_is_no_text_is_one_line(paths: Paths) -> None:
    configure(paths, "[aliases]\nfast = 1\n")
    run = run_program("--demo", "hi")
    assert run.status == 78
    assert "aliases in" in run.stderr
    assert 'write NAME = "ID of a model"' in run.stderr


def test_a_model_is_chosen_from_the_kept_list(
    server: ScriptedServer, towards: Mapping[str, str], paths: Paths
) -> None:
    ModelCache(paths.cache_dir, server.base_url, time.time).write_list(
        [asdict(model) for model in MODELS]
    )
    server.enqueue(text_reply("ok"))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/model\r")
        terminal.wait_for("Which model?")
        shown = "\n".join(terminal.rows)
        assert "claude-opus-9  1M    thinking, images, PDF, = opus" in shown
        assert "claude-opus-8" not in shown
        terminal.type("TIN\r")
        terminal.wait_for("tiny answers from now on")
        terminal.wait_for_prompt()
        terminal.type("hi\r")
        terminal.wait_for("ok")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person, environ=towards).status == 0
    assert server.bodies[0]["model"] == "tiny"


def test_the_list_of_the_demo_can_be_left() -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/model\r")
        terminal.wait_for("Which model?")
        terminal.type("\x1b")
        terminal.wait_for_prompt()
        terminal.type("/model\r")
        terminal.wait_for("Which model?")
        terminal.type("no such\r")
        terminal.wait_for("Nothing matches.")
        terminal.type("\x03")
        terminal.wait_for("❯ no such")  # no search, so it may be a message
        terminal.type("\x03")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, "--demo")
    assert terminal.status == 0
    assert terminal.text.count("The model is claude-sonnet-5-5.") == 2


def test_a_script_is_told_the_model_and_the_theme() -> None:
    run = run_program("--demo", "--script", "-", stdin="/model\n/theme\n/theme dark\n/theme")
    assert run.status == 0
    assert run.stderr.splitlines()[1:] == [
        "The model is claude-sonnet-5-5.",
        "The theme is auto.",
        "theme is dark until you leave; --save saves it.",
        "The theme is dark.",
    ]


def test_a_theme_is_chosen_and_saved(paths: Paths) -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/theme --save\r")
        terminal.wait_for("Which colours?")
        terminal.type("mono\r")
        terminal.wait_for("theme is mono, saved in")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person, "--demo").status == 0
    assert paths.config_file.read_text() == 'theme = "mono"\n'


def test_a_role_is_chosen_from_a_list(paths: Paths) -> None:
    roles = paths.config_dir / "roles"
    roles.mkdir(parents=True)
    for name in ("critic", "poet"):
        (roles / f"{name}.md").write_text(f"You are a {name}.")

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/role\r")
        terminal.wait_for("Which role?")
        terminal.type("2\r")
        terminal.wait_for("The role is now poet.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person, "--demo").status == 0


def test_list_models_keeps_the_list(
    server: ScriptedServer, towards: Mapping[str, str], paths: Paths
) -> None:
    server.enqueue_at(
        "/v1/models", json_reply({"data": [{"id": "a"}, {"id": "b"}], "has_more": False})
    )
    assert run_program("--list-models", environ=towards).status == 0
    [file] = paths.cache_dir.glob("model-list-*.json")
    assert [each["id"] for each in json.loads(file.read_text())["models"]] == ["a", "b"]


def test_a_damaged_list_counts_as_missing(tmp_path: Path) -> None:
    cache = ModelCache(tmp_path, "x", lambda: NOW_S)
    cache.write_list([{"id": "a"}])
    [file] = tmp_path.glob("model-list-*.json")
    for damaged in ("", "{}", '{"at": "x", "models": [1]}', "[" * 99999):
        file.write_text(damaged)
        assert (cache.read_list(), cache.has_fresh_list) == ([], False)
