"""Failures of a program that reads JSON: one object on stderr, its kind and the exit status."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from program import run_program
from shares import share

FIELDS = {"type", "message", "status", "http_status", "retryable", "request_id"}
FAILURES = {
    "usage": [
        ["--nope", "hi"],
        ["--effort", "zzz", "hi"],
        ["--max-tokens", "abc", "hi"],
        ["-p"],
        ["--profile", "none", "hi"],
        ["--base-url", "ftp://x", "hi"],
        ["--base-url", "http://10.1.2.3", "hi"],
        ["--schema", "{", "hi"],
        ["--theme", "none", "hi"],
        ["--export", "pdf", "none"],
        ["--list", "after:zz"],
    ],
    "not_found": [
        ["-r", "none", "hi"],
        ["-c", "hi"],
        ["-a", "none", "hi"],
        ["--env-file", "none", "hi"],
        ["--system-file", "none", "hi"],
        ["--schema", "@none", "hi"],
        ["--role", "none", "hi"],
        ["--prompt", "none", "hi"],
        ["--script", "none"],
        ["--import", "none"],
        ["--export", "md", "none"],
        ["--show", "none"],
        ["--search", "none"],
    ],
    "over_budget": [["--max-cost", "0.000001", "hi"]],
    "config": [["--env-file", "bad.env", "hi"]],
}
STATUSES = {"usage": 2, "not_found": 66, "over_budget": 1, "config": 78}
ALL = [(kind, argv) for kind, failures in FAILURES.items() for argv in failures]


def one_error(stderr: str) -> dict[str, object]:
    [line] = stderr.splitlines()
    said = json.loads(line)
    assert said.keys() == {"error"}
    assert said["error"].keys() == FIELDS
    error: dict[str, object] = said["error"]
    return error


@pytest.mark.parametrize("form", share(["json", "stream-json", "events"], every=2))
@pytest.mark.parametrize(("kind", "argv"), ALL, ids=[" ".join(argv) for _, argv in ALL])
def test_a_failure_is_one_object(
    kind: str, argv: list[str], form: str, towards: Mapping[str, str]
) -> None:
    Path("bad.env").write_text("this is no assignment\n")
    run = run_program("--output-format", form, *argv, environ=towards)
    error = one_error(run.stderr)
    assert (error["type"], error["status"], run.status) == (kind, *[STATUSES[kind]] * 2)
    assert (bool(error["message"]), error["retryable"]) == (True, False)


def test_what_the_group_can_write_is_one_object_too(towards: Mapping[str, str]) -> None:
    config = Path(os.environ["XDG_CONFIG_HOME"], "streamchat/config.toml")
    config.parent.mkdir(parents=True)
    config.write_text('headers = { X-Key = "secret" }\n')
    config.chmod(0o664)
    run = run_program("--json", "hi", environ=towards)
    assert (run.status, one_error(run.stderr)["type"]) == (78, "config")


def test_a_module_that_is_missing_is_named(
    towards: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade may replace the files of a program that is running."""
    monkeypatch.setitem(sys.modules, "streamchat.cli.run_oneshot", None)
    run = run_program("--json", "hi", environ=towards)
    assert run.status == 1
    assert "The installation is incomplete: import of streamchat.cli.run_oneshot" in run.stderr
    assert one_error(run.stderr)["type"] == "failure"
