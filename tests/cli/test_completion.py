"""Completion in the shell, and the manual page: both come from the tables."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from streamchat.app.commands import COMMANDS
from streamchat.cli.completion import FILES, SHELLS, complete
from streamchat.cli.completion_scripts import completion_script
from streamchat.cli.man_page import format_man_page
from streamchat.config.paths import Paths, build_paths
from streamchat.core.errors import ExitStatus, UsageError
from streamchat.core.options import OPTIONS


def nowhere() -> Paths:
    raise AssertionError("the disk was asked")


def texts(*words: str) -> list[str]:
    return [line.partition("\t")[0] for line in complete(words, nowhere)]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return build_paths({}, tmp_path)


def test_every_flag_is_offered_with_its_meaning() -> None:
    offered = dict(line.partition("\t")[::2] for line in complete(["-"], nowhere))
    for row in OPTIONS:
        for flag in row.flags:
            assert offered[flag] == row.help


def test_a_flag_that_is_begun_is_completed() -> None:
    assert texts("--effo") == ["--effort"]
    assert texts("hello", "--effo") == ["--effort"]
    assert texts("--js") == ["--json"]


@pytest.mark.parametrize(
    "words",
    [("--effort", "m"), ("--effort=m",), ("--effort", "=", "m"), ("-q", "--effort", "m")],
)
def test_the_choices_of_an_option_are_offered(words: tuple[str, ...]) -> None:
    assert [text.removeprefix("--effort=") for text in texts(*words)] == ["medium", "max"]


def test_the_second_word_of_a_report_has_candidates_of_its_own(paths: Paths) -> None:
    assert texts("--export", "h") == ["html"]
    paths.conversations.mkdir(parents=True)
    (paths.conversations / "20260102-1504-a-talk-abcd1234ef.jsonl").touch()
    lines = complete(["--export", "md", ""], lambda: paths)
    assert lines == ["abcd1234ef\t2026-01-02 a talk", FILES]


@pytest.mark.parametrize("words", [("",), ("what",), ("--", "--eff"), ("-a", ""), ("-q", "")])
def test_paths_are_left_to_the_shell(words: tuple[str, ...]) -> None:
    assert texts(*words) == [FILES]


def test_conversations_are_offered_the_newest_first(paths: Paths) -> None:
    paths.conversations.mkdir(parents=True)
    for name in ("20260102-1504-old-aaaa.jsonl", "20260302-1504-new-bbbb.jsonl", "notes.txt"):
        (paths.conversations / name).touch()
    assert complete(["-r", ""], lambda: paths) == [
        "bbbb\t2026-03-02 new",
        "aaaa\t2026-01-02 old",
    ]
    assert complete(["-r", "a"], lambda: paths) == ["aaaa\t2026-01-02 old"]


def test_models_come_from_the_cache_whatever_its_files_hold(paths: Paths) -> None:
    paths.cache_dir.mkdir(parents=True)
    model = {"id": "claude-x", "display_name": "Claude X\x1b[2J"}
    (paths.cache_dir / "model-1.json").write_text(json.dumps({"at": 0, "model": model}))
    listed = [model, {"id": "llama3:8b"}]
    (paths.cache_dir / "model-list-1.json").write_text(json.dumps({"at": 0, "models": listed}))
    damages = [
        "",
        "[]",
        "3",
        '{"model": 3}',
        '{"model": {"id": 7}}',
        '{"models": [3]}',
        "[" * 9999,
    ]
    for number, damage in enumerate(damages):
        (paths.cache_dir / f"model-2{number}.json").write_text(damage)
    used, other = complete(["-m", ""], lambda: paths)
    assert used.startswith("claude-x\tClaude X")
    assert "\x1b" not in used
    assert other == "llama3:8b"


def test_a_machine_without_any_file_offers_nothing(paths: Paths) -> None:
    assert complete(["-r", ""], lambda: paths) == []
    assert complete(["-m", ""], lambda: paths) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_accepts_its_script(shell: str) -> None:
    script = completion_script(shell)
    assert "--complete" in script
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=script, text=True, check=True)


def test_another_shell_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="the shells are bash, zsh, fish"):
        completion_script("tcsh")


def test_the_manual_page_names_every_option_command_and_status() -> None:
    page = format_man_page(OPTIONS, [(row.usage, row.help) for row in COMMANDS])
    assert page.isascii()
    plain = page.replace("\\-", "-").replace("\\e", "\\")
    for row in OPTIONS:
        assert all(flag in plain for flag in row.flags)
    assert all(row.usage.replace("…", "...") in plain for row in COMMANDS)
    assert all(f"\\fB{int(status)}\\fR" in page for status in ExitStatus)
    macros = {line.split()[0] for line in page.splitlines() if line.startswith(".")}
    assert macros == {".TH", ".SH", ".SS", ".TP", ".B"}
