"""--costs on a terminal: bars, and as many columns as fit."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from program import NOW_S, just_look, run_on_terminal, run_program
from server import ScriptedServer, text_reply
from terminal import Person

LONG = "gateway/a-model-whose-name-is-long-2026"
ROWS = {
    80: [
        "model                                                   cost  replies  tokens in",
        f"{LONG}  █████████     $2.00        1       1.5k",
        "small                                    ██         $0.5000+        2         3k",
        "free                                                       –        1       1.5k",
    ],
    34: [
        "model",
        "                   cost  replies",
        LONG[:34],
        LONG[34:],
        "  ███████████     $2.00        1",
        "small",
        "  ███          $0.5000+        2",
        "free",
        "                      –        1",
    ],
}


@pytest.fixture
def spent() -> None:
    directory = Path(os.environ["XDG_STATE_HOME"], "streamchat")
    directory.mkdir(parents=True)
    charges = [(LONG, 2.0), ("small", 0.5), ("small", None), ("free", None)]
    lines = [
        json.dumps({"at": NOW_S, "model": model, "usage": {"input_tokens": 1500}, "usd": usd})
        for model, usd in charges
    ]
    damaged = ["{", '{"at": "x"}', "\0\0", '{"at": 1, "model": "m", "usage": {}, "usd']
    log = directory / "spending.jsonl"
    log.write_text("\n".join([damaged[0], *lines, *damaged[1:]]))
    log.chmod(0o600)


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize("columns", [80, 34])
def test_the_columns_fit_the_window(columns: int) -> None:
    window = run_on_terminal(just_look, "--costs", "model", columns=columns)
    rows = [row.rstrip() for row in window.rows]
    at = rows.index(ROWS[columns][0])
    assert rows[at : at + len(ROWS[columns])] == ROWS[columns]
    assert all(len(row) <= columns for row in rows)
    assert "Total: $2.50. + and – mark" in " ".join(rows)


@pytest.mark.usefixtures("spent")
def test_who_listens_hears_no_bars_and_a_pipe_gets_tabs() -> None:
    window = run_on_terminal(just_look, "--costs", "model", environ={"ACCESSIBLE": "1"})
    assert "█" not in "".join(window.rows)
    piped = run_program("--costs", "model").stdout
    assert piped.splitlines()[0] == f"{LONG}\t1\t1.5k\t0\t$2.00"


def test_without_a_log_there_are_no_costs() -> None:
    assert run_program("--costs").stderr == "No costs yet.\n"
    assert json.loads(run_program("--costs", "--json").stdout) == []


def test_a_log_that_cannot_be_written_is_told_above_the_answer(
    towards: Mapping[str, str], server: ScriptedServer
) -> None:
    server.enqueue(text_reply("Fine."))
    Path(os.environ["XDG_STATE_HOME"], "streamchat/spending.jsonl").mkdir(parents=True)

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("hi\r")
        terminal.wait_for("will be missing from --costs.")
        terminal.wait_for_prompt()
        terminal.type("\x04")

    chat = run_on_terminal(person, environ=towards)
    server.enqueue(text_reply("Fine."))
    one_answer = run_on_terminal(just_look, "hi", environ=towards)
    for terminal in (chat, one_answer):
        assert "writing" not in terminal.text
        assert "streamchat: Cannot" not in terminal.text
        assert "\n✗ Cannot save to" in terminal.text
    server.enqueue(text_reply("Fine."))
    assert "streamchat: Cannot save to" in run_program("hi", environ=towards).stderr
