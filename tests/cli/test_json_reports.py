"""Every report takes --json, and stdout is one JSON value then, also where nothing is there."""

import json
from collections.abc import Mapping

import pytest

from program import run_program
from server import ScriptedServer, text_reply

KEYS = {
    "--list": {"id", "title", "updated", "turns", "model", "cost_usd", "path", "directory"},
    "--search needle": {"id", "title", "turn", "role", "at", "excerpt", "path"},
    "--list-models": {
        *("id", "display_name", "max_input_tokens", "max_tokens", "lifecycle"),
        *("deprecated_at", "retires_at", "capabilities"),
        *("input_usd_per_million", "output_usd_per_million"),
    },
    "--paths": {"path", "about", "bytes"},
    "--show-config": {"setting", "value", "origin"},
    "--costs": {"day", "replies", "usage", "usd", "unpriced_replies"},
}


@pytest.mark.parametrize("report", KEYS)
@pytest.mark.parametrize("flag", ["--json", "--output-format=json"])
def test_a_report_is_a_list_of_objects(
    report: str, flag: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("hay"))
    assert run_program("needle", environ=towards).status == 0
    run = run_program(*report.split(), flag, environ=towards)
    found = json.loads(run.stdout)
    assert (run.status, run.stderr) == (0, "")
    assert found
    assert [each.keys() for each in found] == [KEYS[report]] * len(found)


@pytest.mark.parametrize(
    ("report", "status", "value"),
    [
        ("--list", 0, []),
        ("--search needle", 66, []),
        ("--costs", 0, []),
        ("--roles", 0, {"roles": [], "prompts": []}),
    ],
)
def test_nothing_is_an_empty_value(report: str, status: int, value: object) -> None:
    run = run_program(*report.split(), "--json")
    assert (run.status, json.loads(run.stdout)) == (status, value)
    assert all("error" in json.loads(line) for line in run.stderr.splitlines())
