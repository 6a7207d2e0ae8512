"""One prompt that seems to hold a key: asked on a terminal, noted in a pipe, refused if set."""

from __future__ import annotations

from pathlib import Path

import pytest

from program import run_on_terminal, run_program
from terminal import Person

KEY = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"
SAID = f"This message holds what looks like a GitHub token ({KEY[:8]}…)"


def test_off_a_terminal_a_note_says_so_and_it_is_sent() -> None:
    done = run_program("--demo", f"help {KEY}", stdin="")
    assert done.status == 0
    assert f"{SAID}. It is sent." in done.stderr
    assert done.stdout


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_refuse_sends_nothing(more: tuple[str, ...]) -> None:
    done = run_program("--demo", "--secrets", "refuse", *more, f"help {KEY}", stdin="")
    assert (done.status, done.stdout) == (2, "")
    assert f"{SAID}. It was not sent." in done.stderr


def test_off_sends_it_without_a_word() -> None:
    done = run_program("--demo", "--secrets", "off", f"help {KEY}", stdin="")
    assert (done.status, SAID in done.stderr) == (0, False)


def test_an_attached_file_is_looked_into(tmp_path: Path) -> None:
    file = tmp_path / "deploy.env"
    file.write_text(f"TOKEN={KEY}\n")
    done = run_program("--demo", "--secrets", "refuse", "-a", str(file), "help", stdin="")
    assert done.status == 2
    assert "in deploy.env" in done.stderr


def test_a_script_says_so_and_goes_on(tmp_path: Path) -> None:
    script = tmp_path / "lines"
    script.write_text(f"help {KEY}\n")
    done = run_program("--demo", "--script", str(script), stdin="")
    assert (done.status, f"{SAID}. It is sent." in done.stderr) == (0, True)
    refused = run_program("--demo", "--secrets", "refuse", "--script", str(script), stdin="")
    assert refused.status == 2


def test_on_a_terminal_a_no_sends_nothing() -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for("Send it? [y/N]")
        terminal.type("n\r")
        terminal.wait_for("It was not sent.")

    assert run_on_terminal(person, "--demo", f"help {KEY}").status == 1


def test_piped_text_the_system_prompt_and_the_output_of_a_command_are_searched(
    tmp_path: Path,
) -> None:
    file = tmp_path / "deploy.env"
    file.write_text(f"TOKEN={KEY}\n")
    script = tmp_path / "lines"
    script.write_text(f"!cat {file}\nhelp\n")
    for argv, stdin, place in (
        (["help"], file.read_text(), ""),
        (["--system-file", str(file), "help"], "", " in the system prompt"),
        (["--system", KEY, "--dry-run", "help"], "", " in the system prompt"),
        (["--allow-shell", "--script", str(script)], "", " in !cat "),
    ):
        done = run_program("--demo", "--secrets", "refuse", *argv, stdin=stdin)
        assert done.status == 2, argv
        assert f"{SAID}{place}" in done.stderr, argv
