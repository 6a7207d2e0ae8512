"""A conversation knows the directory it began in; --here limits what is found to it."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from program import (
    conversations_directory,
    run_on_terminal,
    run_program,
    saved_conversations,
    saved_records,
)
from server import ScriptedServer, text_reply
from terminal import Person


@pytest.fixture
def two_places(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    server: ScriptedServer,
    towards: Mapping[str, str],
) -> tuple[Path, Path]:
    """A conversation in each; the second, which is the newest, is not where we are."""
    places = (tmp_path / "one é", tmp_path / "two")
    for place in places:
        place.mkdir()
        monkeypatch.chdir(place)
        server.enqueue(text_reply("hay"))
        assert run_program(f"needle in {place.name}", environ=towards).status == 0
    monkeypatch.chdir(places[0])
    return places


def titles(*argv: str) -> list[str]:
    return [each["title"] for each in json.loads(run_program("--json", *argv).stdout)]


def test_the_first_line_holds_the_directory(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    server: ScriptedServer,
    towards: Mapping[str, str],
) -> None:
    monkeypatch.chdir(tmp_path)
    server.enqueue(text_reply("yes"))
    run_program("hi", environ=towards)
    assert saved_records()[0]["directory"] == str(tmp_path)


def test_here_limits_the_list_and_the_search(two_places: tuple[Path, Path]) -> None:
    assert titles("--list") == ["needle in two", "needle in one é"]
    assert titles("--list", "--here") == ["needle in one é"]
    hits = json.loads(run_program("--json", "--here", "--search", "needle").stdout)
    assert {hit["path"] for hit in hits} == {str(saved_in(two_places[0]))}
    [listed] = json.loads(run_program("--json", "--list", "--here").stdout)
    assert listed["directory"] == str(two_places[0])


def saved_in(place: Path) -> Path:
    """The file of the one conversation that began there."""
    heads = {
        file: json.loads(file.read_bytes().splitlines()[0]) for file in saved_conversations()
    }
    [found] = [file for file, head in heads.items() if head["directory"] == str(place)]
    return found


def test_c_takes_the_newest_of_all_and_with_here_the_newest_of_this_directory(
    two_places: tuple[Path, Path], server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("more"), text_reply("more"))
    run = run_program("-c", "go on", environ=towards)
    said = f"resumed: needle in two (from just now, begun in {two_places[1]})"
    assert said in run.stderr.splitlines()
    run = run_program("-c", "--here", "go on", environ=towards)
    assert "resumed: needle in one é (from just now)" in run.stderr.splitlines()
    questions = [len(body["messages"]) for body in server.bodies]
    assert questions == [1, 1, 3, 3]


def test_r_finds_only_what_began_here(
    two_places: tuple[Path, Path], towards: Mapping[str, str]
) -> None:
    id = saved_in(two_places[1]).stem.rpartition("-")[2]
    for ref in ("needle in two", id):
        assert run_program("--show", ref).status == 0
        run = run_program("--here", "-r", ref, "go on", environ=towards)
        assert (run.status, run.stdout) == (66, "")


def test_a_directory_without_a_conversation_says_so(
    two_places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = run_program("--demo", "--here", "-c", "go on")
    assert run.status == 66
    assert titles("--list", "--here") == []


def test_the_first_prompt_of_c_follows_the_title_and_the_age(
    two_places: tuple[Path, Path], towards: Mapping[str, str]
) -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    window = run_on_terminal(person, "-c", environ=towards, columns=200)
    [line] = [line for line in window.rows if line.startswith("resumed: ")]
    assert line.startswith("resumed: needle in two (from ")


def test_the_picker_marks_what_began_here_and_filters_by_directory(
    two_places: tuple[Path, Path], towards: Mapping[str, str]
) -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for("[here]")
        terminal.type("dir:two")
        terminal.wait_for("1/1")
        terminal.type("\r")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    window = run_on_terminal(person, "-r", environ=towards, columns=100)
    assert window.status == 0
    assert any("needle in two" in line for line in window.rows)


def test_the_conversations_may_be_elsewhere_behind_a_link(
    tmp_path: Path, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    elsewhere, link = tmp_path / "elsewhere", conversations_directory()
    elsewhere.mkdir()
    link.rmdir()
    link.symlink_to(elsewhere)
    server.enqueue(text_reply("hay"))
    assert run_program("needle", environ=towards).status == 0
    assert len(list(elsewhere.glob("*.jsonl"))) == 1
    assert titles("--list") == ["needle"]
