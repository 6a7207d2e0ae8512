"""Attached documents that are cited, on the demo server: pipe, report, exports, resume."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from program import run_program

ANSWER = (
    "The demo cites what is attached. A text ends here[1]."
    " A document begins here[2].\n\n1. notes.txt, line 3\n2. report.pdf, page 1\n"
)


@pytest.fixture
def asked() -> str:
    Path("notes.txt").write_text("one\ntwo\nthree\n")
    Path("report.pdf").write_bytes(b"%PDF-1.7 /Type /Page ")
    run = run_program(
        *("--demo", "-q", "--citations", "-a", "notes.txt", "-a", "report.pdf", "cite them")
    )
    assert run.status == 0, run.stderr
    return run.stdout


def test_a_pipe_gets_file_and_line_and_page(asked: str) -> None:
    assert asked == ANSWER


def test_they_are_in_what_is_shown_and_exported_later(asked: str) -> None:
    shown = run_program("--demo", "--show", "cite them").stdout
    assert asked.strip() in shown
    for form in ("md", "html"):
        exported = run_program("--demo", "--export", form, "cite them").stdout
        assert "notes.txt, line 3" in exported
        assert "report.pdf, page 1" in exported


@pytest.mark.usefixtures("asked")
def test_the_file_keeps_the_lines_and_a_list_of_messages_has_none() -> None:
    listed = json.loads(run_program("--demo", "--export", "json", "cite them").stdout)
    [citation] = listed[1]["content"][1]["citations"]
    assert citation["type"] == "char_location"
    assert "first_line" not in citation


def test_without_the_option_nothing_is_cited() -> None:
    Path("notes.txt").write_text("one\n")
    run = run_program("--demo", "-q", "-a", "notes.txt", "cite it")
    assert "[1]" not in run.stdout


def test_a_schema_is_refused_with_it() -> None:
    run = run_program("--demo", "--citations", "--schema", "name", "x")
    assert run.status == 2
    assert run.stderr.splitlines()[-1] == (
        "streamchat: --citations: cannot be combined with --schema"
    )
