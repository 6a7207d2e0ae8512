"""--costs on a terminal: bars, and as many columns as fit."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from program import NOW_S, just_look, run_on_terminal, run_program

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
