"""The key: nowhere but in the request, whatever a server, a proxy or a bug makes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from anthropic import AsyncAnthropic

from faults import mid
from outcomes import run
from patience import PATIENCE_S
from program import just_look, run_on_terminal, run_program
from receiving import CANARY
from server import (
    Reply,
    ScriptedServer,
    error_event,
    error_reply,
    html_reply,
    json_reply,
    text_reply,
)
from streamchat.api.reply_stream import ReplyStream
from streamchat.app.output_formats import VerbatimText
from terminal import Person

PASSWORD = "hunter2-hunter2"
_SAID = f"bad key {CANARY} Bearer {CANARY}"
ECHOES = {
    "an error's words": error_reply(401, _SAID),
    "an error's type": error_reply(400, "no", kind=CANARY),
    "an error's request id": error_reply(500, "no", request_id=CANARY),
    "an error's body": Reply((_SAID.encode(),), status=503),
    "a redirect": Reply((b"",), status=302, headers={"location": f"https://a/?k={CANARY}"}),
    "a content type": replace(html_reply(), headers={"content-type": CANARY}),
    "an error event": mid(error_event("api_error", _SAID)),
    "an unknown error event": mid(error_event(CANARY, _SAID)),
    "an answer": text_reply(_SAID),
    "an answer in pieces": text_reply(*(_SAID[at : at + 9] for at in range(0, len(_SAID), 9))),
    "an answer that ends with it": text_reply("Here: ", CANARY[:20], CANARY[20:]),
    "an answer's thinking": text_reply("Fine.", thinking=_SAID),
    "a reply's model": text_reply("a", model=CANARY),
    "a reply's id": text_reply("a", id=CANARY),
    "a reply's stop reason": text_reply("a", stop_reason=CANARY),
    "a refusal's words": text_reply(
        "a", stop_reason="refusal", stop_details={"explanation": _SAID}
    ),
    "a whole reply's request id": replace(
        text_reply("a"), headers={"content-type": "text/event-stream", "request-id": CANARY}
    ),
}


@pytest.mark.parametrize("reply", ECHOES.values(), ids=ECHOES.keys())
def test_a_server_that_repeats_the_key_does_not_get_it_shown_or_kept(
    reply: Reply, server: ScriptedServer, tmp_path: Path
) -> None:
    server.enqueue(reply)
    got = run(server, tmp_path, ("--retries", "0"))
    assert CANARY in str(server.posts[0].headers)  # there it was
    assert got.leaks == ()


def test_a_list_of_models_that_repeats_the_key_is_masked(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    model = {"id": CANARY, "type": "model", "display_name": CANARY}
    server.enqueue_at("/v1/models", json_reply({"data": [model], "has_more": False}))
    environ = {**towards, "ANTHROPIC_API_KEY": CANARY}
    listed = run_program("--list-models", environ=environ)
    assert (listed.status, CANARY in listed.stdout) == (0, False)


@pytest.mark.parametrize("form", ["text", "json", "events"])
def test_an_answer_with_the_key_is_masked_in_every_form(
    form: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply(f"Your key is {CANARY}.", " Bye.", thinking=f"Hm, {CANARY}"))
    run = run_program("--output-format", form, "hi", environ=towards)
    shown = run.stdout.replace("\\u2026", "…")
    assert (run.status, CANARY in shown, "sk-ant-…seen" in shown) == (0, False, True)
    assert files_with(CANARY) == []


def test_an_export_and_a_report_mask_the_key_that_an_older_file_holds(
    towards: Mapping[str, str],
) -> None:
    messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": CANARY}]
    Path("old.json").write_text(json.dumps(messages), "utf-8")
    run_program("--import", "old.json")
    for argv in (["--show", "old"], ["--show", "old", "--json"]):
        assert CANARY not in run_program(*argv, environ=towards).stdout
    for form in ("md", "html", "json"):
        run = run_program("--export", form, "old", environ=towards)
        assert (run.status, CANARY in run.stdout, "…seen" in run.stdout) == (0, False, True)


def test_an_excerpt_that_begins_or_ends_within_a_key_does_not_show_the_rest(
    towards: Mapping[str, str],
) -> None:
    far = " ".join(map(str, range(40)))
    messages = [{"role": "user", "content": "x"}]
    for between in range(14):
        near = " ".join(map(str, range(between)))
        text = f"{far} needle{between} {near} {CANARY} {near} pin{between} {far}"
        messages.append({"role": "assistant", "content": text})
    Path("old.json").write_text(json.dumps(messages), "utf-8")
    run_program("--import", "old.json")
    shown = "".join(
        run_program("--search", word, environ=towards).stdout
        for word in ("needle*", "pin*", "canary")
    )
    assert shown.count("pin") >= 14
    parts = {CANARY[at : at + 8] for at in range(len("sk-ant-"), len(CANARY) - 7)}
    assert {part for part in parts if part in shown} == set()


def test_old_turns_are_shown_without_the_key_that_they_hold(towards: Mapping[str, str]) -> None:
    messages = [{"role": "user", "content": CANARY}, {"role": "assistant", "content": CANARY}]
    Path("old.json").write_text(json.dumps(messages), "utf-8")
    run_program("--import", "old.json")

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/redraw\r")
        terminal.wait_for(lambda: terminal.text.count("…seen") >= 3)
        terminal.wait_for_prompt()
        terminal.type("\x04")

    for terminal in (
        run_on_terminal(person, "-c", environ=towards),
        run_on_terminal(just_look, "--show", "old", environ=towards),
    ):
        assert terminal.status == 0
        assert "…seen" in terminal.text
        assert CANARY.encode() not in terminal.raw


def files_with(secret: str) -> list[str]:
    found = (path for path in Path.home().rglob("*") if path.is_file())
    return [path.name for path in found if secret.encode() in path.read_bytes()]


def test_the_screen_the_files_and_the_prompts_history_do_not_hold_the_key(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(ECHOES["an error's words"], ECHOES["an error event"], text_reply("Fine."))

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("first\r")
        terminal.wait_for("The key was refused")
        terminal.wait_for(lambda: terminal.prompt == "❯ first")
        terminal.type("\r")
        terminal.wait_for("The server failed")
        terminal.wait_for_prompt()
        terminal.type("second\r")
        terminal.wait_for("Fine.")
        terminal.wait_for_prompt()
        terminal.type("\x04")

    terminal = run_on_terminal(person, environ=towards)
    assert terminal.status == 0
    assert CANARY.encode() not in terminal.raw
    assert files_with("first") != []
    assert files_with(CANARY) == []


def divide(*_arguments: object, **_named: object) -> None:
    1 / 0  # noqa: B018 - a bug


CRASHES: dict[str, tuple[object, str]] = {
    "a view": (VerbatimText, "feed"),
    "a reply": (ReplyStream, "_read"),
    "the client": (AsyncAnthropic, "__init__"),
}


@pytest.mark.parametrize("place", CRASHES.values(), ids=CRASHES.keys())
def test_the_traceback_of_a_bug_does_not_hold_the_key(
    place: tuple[object, str],
    server: ScriptedServer,
    towards: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.enqueue(text_reply("Hi"))
    monkeypatch.setattr(*place, divide)
    with pytest.raises(ZeroDivisionError) as bug:
        run_program("go", environ=towards)
    assert CANARY not in "".join(traceback.format_exception(bug.value))
    assert files_with(CANARY) == []


def test_the_sdks_log_does_not_hold_the_key(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    """In a process of its own, since the log is set up when the SDK is imported."""
    server.enqueue(error_reply(429, _SAID, retry_after="0"), text_reply("Hi"))
    ran = subprocess.run(
        [sys.executable, "-m", "streamchat", "go"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **towards, "ANTHROPIC_LOG": "debug"},
        check=False,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0
    assert b"DEBUG" in ran.stderr
    assert CANARY.encode() not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("proxy", "status"),
    [
        (f"http://user:{PASSWORD}@127.0.0.1:9", 69),
        (f"user:{PASSWORD}@127.0.0.1:9", 69),
        (f"http://user:{PASSWORD}@[::1", 78),
        (f"ftp://user:{PASSWORD}@127.0.0.1:9", 78),
    ],
)
def test_a_proxys_password_is_not_shown(proxy: str, status: int) -> None:
    environ = {"ANTHROPIC_API_KEY": CANARY, "HTTPS_PROXY": proxy}
    ran = run_program("--retries", "0", "go", environ=environ)
    shown = run_program("--show-config", environ=environ)
    assert ran.status == status
    assert "127.0.0.1:9" in shown.stdout or "[::1" in shown.stdout
    for secret in (PASSWORD, CANARY):
        assert secret not in ran.stderr + shown.stdout + shown.stderr


def test_a_clouds_key_is_redacted_too(server: ScriptedServer) -> None:
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "streamchat/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f'[profiles.azure]\nplatform = "foundry"\nbase_url = "{server.base_url}"\n'
    )
    server.enqueue(error_reply(401, f"bad key {PASSWORD}"), text_reply("Hi"))
    environ = {"ANTHROPIC_FOUNDRY_API_KEY": PASSWORD, "ANTHROPIC_API_KEY": CANARY}
    ran = run_program("--profile", "azure", "go", environ=environ)
    assert (ran.status, PASSWORD in ran.stderr) == (77, False)
    assert "server: foundry" in ran.stderr
    assert run_program("--profile", "azure", "go", environ=environ).stdout == "Hi\n"
    assert server.posts[1].headers["api-key"] == PASSWORD
    assert CANARY not in str([post.headers for post in server.posts])


def test_a_profile_says_whom_to_ask_and_how(server: ScriptedServer) -> None:
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "streamchat/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        'model = "claude-opus-5-5"\n'
        f'[profiles.local]\nbase_url = "{server.base_url}"\nmodel = "tiny"\n'
        'system = "Be brief."\napi_key_env = "LOCAL_KEY"\n'
        '[profiles.local.headers]\nX-Team = "red"\n'
    )
    server.enqueue(text_reply("Hi"))
    environ = {"LOCAL_KEY": "local-secret-123", "ANTHROPIC_API_KEY": CANARY}
    ran = run_program("--profile", "local", "go", environ=environ)
    assert (ran.stdout, ran.status) == ("Hi\n", 0)
    headers, body = server.posts[0].headers, server.bodies[0]
    assert (body["model"], body["system"]) == ("tiny", "Be brief.")
    assert headers["x-team"] == "red"
    assert headers["authorization"] == "Bearer local-secret-123"
    assert headers["x-api-key"] == "local-secret-123"
    assert CANARY not in str(headers)
