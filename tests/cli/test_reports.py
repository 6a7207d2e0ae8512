"""Reports in a pipe: one clean row for each thing, whatever its name holds."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from program import run_program

NAME = "a\x1b[2J\x9b31m\u202eb\u200bc\U000e0041\td\ne"


@pytest.fixture(autouse=True)
def conversation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    messages = [
        {"role": "user", "content": f"needle {NAME}"},
        {"role": "assistant", "content": f"hay {NAME}"},
    ]
    Path("talk.json").write_text(json.dumps(messages), "utf-8")
    assert run_program("--import", "talk.json").status == 0


@pytest.mark.parametrize(
    "argv", [["--list"], ["--search", "needle"], ["--search", "hay"]], ids=" ".join
)
def test_a_report_is_one_row_that_holds_no_control_character(argv: list[str]) -> None:
    (row,) = run_program(*argv).stdout.splitlines()
    assert not set(row) & set("\x1b\x9b\u202e\u200b\U000e0041")
    assert all(cell.isprintable() for cell in row.split("\t"))


def test_an_answer_stays_as_the_model_wrote_it() -> None:
    assert NAME in run_program("--show", "talk").stdout


@pytest.mark.parametrize(
    "report", [["--list"], ["--roles"], ["--show-config"], ["--search", "x"], ["--costs"]]
)
def test_every_report_warns_of_settings_that_the_group_can_write(report: list[str]) -> None:
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "streamchat/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('model = "m"\n')
    config.chmod(0o664)
    note = f"the group of {config} can write it; type: chmod g-w {config}"
    assert note in run_program(*report).stderr.splitlines()
    assert note not in run_program(*report, "-q").stderr.splitlines()


def test_an_answer_by_another_model_is_labelled() -> None:
    run_program("--demo", "--script", "-", stdin="a table\n/retry haiku\nmore\n/rename two")
    shown = run_program("--demo", "--show", "two").stdout
    assert shown.startswith("> a table\n\n*claude-haiku-5-5:*\n\n")
    assert shown.count(":*\n") == 1
