"""--compare: one question, several models, in a pipe, a script and a terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from program import run_on_terminal, run_program
from terminal import Person

OWN, OTHER = "claude-sonnet-5-5", "claude-opus-5-5"
COMPARE = ("--demo", "--compare", OTHER)


def demo_records() -> list[dict[str, Any]]:
    """The lines of the one conversation of the demo."""
    directory = Path(os.environ["XDG_DATA_HOME"], "streamchat/demo/conversations")
    [file] = directory.glob("*.jsonl")
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def turns() -> list[dict[str, Any]]:
    return [record for record in demo_records() if record["type"] == "turn"]


def under_headings(stdout: str) -> set[str]:
    """The answers with their headings; which comes first depends on the arrival."""
    return {part.strip() for part in stdout.split("## ") if part}


def test_a_pipe_gets_one_after_the_other_each_under_its_model() -> None:
    ran = run_program(*COMPARE, "echo so")
    assert ran.status == 0
    assert under_headings(ran.stdout) == {f"{OWN}\n\nso", f"{OTHER}\n\nso"}


def test_the_answers_are_siblings_and_the_head_is_the_one_of_the_own_model() -> None:
    run_program(*COMPARE, "echo so")
    question, *answers = turns()
    assert {answer["parent"] for answer in answers} == {question["id"]}
    assert {answer["model"] for answer in answers} == {OWN, OTHER}
    assert run_program("--demo", "-c", "what did i say").status == 0
    last = turns()[-2]
    parents = {answer["id"]: answer["model"] for answer in answers}
    assert parents[last["parent"]] == OWN


def test_json_is_one_object_with_all_answers() -> None:
    ran = run_program(*COMPARE, "--json", "echo so")
    found = json.loads(ran.stdout)
    short = [(each["asked"], each["model"], each["text"]) for each in found["answers"]]
    assert short == [(OWN, OWN, "so"), (OTHER, OTHER, "so")]


@pytest.mark.parametrize("form", ["stream-json", "events"])
def test_a_stream_has_one_answer_after_the_other(form: str) -> None:
    ran = run_program(*COMPARE, "--output-format", form, "echo so")
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    begun = [each for each in lines if each["type"] in ("start", "message_start")]
    ended = [each for each in lines if each["type"] in ("result", "message_stop")]
    assert (len(begun), len(ended)) == (2, 2)
    assert lines.index(ended[0]) < lines.index(begun[1])


def test_one_that_fails_is_reported_with_its_status_and_the_other_is_printed() -> None:
    ran = run_program("--demo", "--compare", "no-such-model", "echo so")
    assert ran.status == 65
    assert f"{OWN}\n\nso" in under_headings(ran.stdout)
    assert "2 · no-such-model: There is no model no-such-model" in ran.stderr


def test_if_all_fail_the_question_is_taken_back() -> None:
    ran = run_program(*COMPARE, "error 400")
    assert ran.status == 65
    assert ran.stdout.count("##") == 2
    assert [record for record in demo_records() if record["type"] == "head"][-1]["turn"] is None


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--compare", OWN), f"Name a model other than {OWN} to compare it with."),
        (("--compare", ", "), "--compare: name at least one model"),
        (("--compare", OTHER, "-x"), "--compare cannot be combined with --extract"),
        (("--compare", OTHER, "--schema", "a"), "use --json with --schema"),
        (("--compare", OTHER, "--blind"), "use it in a chat"),
        (("--blind",), "--blind: only --compare takes it"),
    ],
)
def test_incorrect_use(options: tuple[str, ...], problem: str) -> None:
    ran = run_program("--demo", *options, "echo so")
    assert (ran.status, ran.stdout) == (2, "")
    assert problem in ran.stderr


def test_with_a_schema_each_answer_has_its_value() -> None:
    ran = run_program(*COMPARE, "--json", "--schema", "name", "who")
    values = [each["value"] for each in json.loads(ran.stdout)["answers"]]
    assert values == [{"name": "a name"}] * 2


def test_a_script_compares_and_keeps_one() -> None:
    script = f"echo so\n/compare {OTHER}\n2\n"
    ran = run_program("--demo", "--script", "-", stdin=script)
    assert ran.status == 0
    assert f"Kept 2, by {OTHER}. {OWN} stays the model here." in ran.stderr
    assert under_headings(ran.stdout.removeprefix("so\n").strip()) == {
        f"1 · {OWN}\n\nso",
        f"2 · {OTHER}\n\nso",
    }


def test_in_a_script_a_blank_line_ends_the_last_compared_answer() -> None:
    script = f"echo so\n/compare {OTHER}\necho then\n"
    ran = run_program("--demo", "--script", "-", stdin=script)
    assert ran.stdout.endswith("\n\nso\n\nthen\n")


def test_on_a_terminal_they_stand_side_by_side_and_a_digit_keeps_one() -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("echo so\r")
        person.wait_for("alone keeps that answer")
        person.type("2\r")
        person.wait_for("/tree shows the others.")
        person.type("/exit\r")

    ran = run_on_terminal(act, *COMPARE, columns=130)
    assert ran.status == 0
    assert any(f"1 · {OWN}" in line and f"│ 2 · {OTHER}" in line for line in ran.rows)
    assert [turn["role"] for turn in turns()].count("assistant") == 2
