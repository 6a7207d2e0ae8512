"""--debug-log and /bug: what happened, without a text and without a key."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from program import run_program
from receiving import CANARY
from server import ScriptedServer, error_reply, text_reply

SECRETS = ("a secret question", "a secret answer", "a secret system", CANARY)


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_log_has_kinds_and_timings_and_no_text(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(error_reply(529), text_reply("a secret answer"))
    log = Path("log")
    argv = ("--debug-log", "log", "-s", "a secret system", "--effort", "low")
    failed = run_program(*argv, "--retries", "0", "a secret question", environ=towards)
    assert failed.status == 75
    assert run_program(*argv, "a secret question", environ=towards).status == 0
    first, request, failure, second, *events = lines(log)
    assert request == {"seconds": 0.0, "kind": "request", "messages": 1, "tools": 0}
    assert (failure["kind"], failure["http_status"]) == ("failed", 529)
    assert first["settings"]["effort"] == {"value": "low", "origin": "--effort"}
    assert first["settings"]["system"] == {"value": "set", "origin": "-s"}
    assert first["versions"].keys() == second["versions"].keys() > {"streamchat", "python"}
    kinds = [event["kind"] for event in events]
    assert kinds[:2] == ["request", "Started"]
    assert kinds[-1] == "Finished"
    texts = [event["characters"] for event in events if event["kind"] == "TextDelta"]
    assert sum(texts) == len("a secret answer")
    assert not [secret for secret in SECRETS if secret in log.read_text("utf-8")]
    assert log.stat().st_mode & 0o777 == 0o600


def test_bug_writes_the_same_report_and_says_where(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("a secret answer"))
    script = "a secret question\n/bug\n"
    run = run_program("--script", "-", "-s", "a secret system", stdin=script, environ=towards)
    [path] = Path().glob("streamchat-bug-*.json")
    assert run.status == 0
    assert f"The report is in {path.name}." in run.stderr
    report = json.loads(path.read_text("utf-8"))
    assert report["events"][-1]["kind"] == "Finished"
    assert report["terminal"]["is_tty"] is False
    assert not [secret for secret in SECRETS if secret in path.read_text("utf-8")]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_is_said_before_anything_is_sent(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    run = run_program("--debug-log", "missing/log", "hi", environ=towards)
    assert (run.status, run.stdout, server.bodies) == (74, "", [])
    assert "missing/log" in run.stderr


def test_an_origin_names_no_directory_and_no_profile(
    server: ScriptedServer, towards: Mapping[str, str], tmp_path: Path
) -> None:
    config = tmp_path / "alice" / "streamchat" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('effort = "low"\n[profiles.acme]\nmax_tokens = 7\n')
    environ = {**towards, "XDG_CONFIG_HOME": str(tmp_path / "alice")}
    run_program("--profile", "acme", "--script", "-", stdin="/bug\n", environ=environ)
    [path] = Path().glob("streamchat-bug-*.json")
    text = path.read_text("utf-8")
    settings = json.loads(text)["settings"]
    assert settings["effort"]["origin"] == "effort in config.toml"
    assert settings["max_tokens"]["origin"] == ("max_tokens of profile … in config.toml")
    assert not [name for name in ("alice", "acme") if name in text]
