"""/config: the settings as a chat shows, changes and saves them."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest

from program import Finished, run_on_terminal, run_program
from server import ScriptedServer, text_reply
from streamchat.config.paths import Paths, build_paths
from streamchat.config.saving import save_setting
from streamchat.core.errors import ConfigError, DiskError
from terminal import Person


@pytest.fixture
def paths() -> Paths:
    return build_paths(os.environ, Path.home())


def script(*lines: str, environ: dict[str, str] | None = None) -> Finished:
    """What a chat with the demo says to these lines."""
    typed = "\n".join(lines)
    return run_program("--demo", "--script", "-", stdin=typed, environ=environ)


def rows(shown: str) -> dict[str, tuple[str, str]]:
    """The table of /config: value and origin by name."""
    cells = [line.strip("| ").split(" | ") for line in shown.splitlines() if "|" in line]
    return {row[0].replace("\\", ""): (row[1], row[2]) for row in cells if len(row) == 3}


def test_all_settings_are_shown_with_their_origins(paths: Paths) -> None:
    paths.config_dir.mkdir(parents=True)
    paths.config_file.write_text('theme = "dark"\n')
    run = script("/effort low", "/config", environ={"STREAMCHAT_RETRIES": "2"})
    shown = rows(run.stdout)
    assert shown["theme"] == ("dark", r"theme in \~/.config/streamchat/config.toml")
    assert shown["retries"] == ("2", r"STREAMCHAT\_RETRIES")
    assert shown["effort"] == ("low", "this chat")
    assert shown["max_tokens"] == ("16000", "default")
    assert run.status == 0


def test_one_setting_is_explained() -> None:
    shown = script("/config effort").stdout
    assert rows(shown)["effort"] == ("-", "default")
    assert "`low` or `medium`" in shown


def test_a_change_holds_for_the_next_request(server: ScriptedServer) -> None:
    environ = {"ANTHROPIC_API_KEY": "k" * 20, "ANTHROPIC_BASE_URL": server.base_url}
    for _ in range(2):
        server.enqueue(text_reply("Indeed."))
    lines = [
        "/config max-tokens 77",
        '/config system "Be brief."',
        '/config stop ["END", "STOP"]',
        "/config request.temperature 0.3",
        "/config no_caching on",
        "one",
        "/config request.top_k 5",
        "/config max_tokens --unset",
        "two",
    ]
    run = run_program("--script", "-", stdin="\n".join(lines), environ=environ)
    assert run.status == 0, run.stderr
    first, second = server.bodies
    assert (first["max_tokens"], first["temperature"]) == (77, 0.3)
    assert first["stop_sequences"] == ["END", "STOP"]
    assert "Be brief." in str(first["system"])
    assert "cache_control" not in str(first)
    assert (second["max_tokens"], second["top_k"]) == (16000, 5)
    assert second["temperature"] == 0.3


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("/config efort high", "There is no setting 'efort'; did you mean effort?"),
        ("/config zzzz 1", "There is no setting 'zzzz'; /config lists all."),
        ("/config effort loud", "/config: 'loud': give one of low"),
        ("/config max_tokens many --save", "/config: 'many': give a whole number"),
        ("/config theme nosuch", "There is no theme 'nosuch'"),
        ("/config debug_log x", "debug_log cannot change during a chat. Add --save"),
        ("/config effort.x high", "effort is not a section"),
        ("/config headers red", "Write /config headers.NAME VALUE"),
        ("/config request.model x", "model has an option or a key of its own"),
        ("/config effort high --unset", "Give a value or --unset, not both."),
        ("/config effort --unset", "effort was not set by /config."),
        ("/config --save", "Name the setting"),
        ("/config theme --save", "Give the value to save"),
        ("/config api_key sk-1 --save", "There is no setting 'api_key'"),
    ],
)
def test_what_cannot_be_set_is_one_line_and_changes_nothing(
    line: str, fault: str, paths: Paths
) -> None:
    run = script(line)
    assert fault in run.stderr.splitlines()[-1]
    assert run.status == 2
    assert not paths.config_file.exists()


def test_a_setting_that_excludes_another_one_is_named() -> None:
    lines = "/config schema name\n"
    said = run_program("--demo", "--citations", "--script", "-", stdin=lines).stderr
    assert "--citations: cannot be combined with /config schema\n" in said


def test_a_saved_setting_is_that_of_the_next_start(paths: Paths) -> None:
    run = script("/config effort high --save", "/config debug_log x.log --save", "/config")
    assert rows(run.stdout)["effort"][0] == "high"
    assert "saved in ~/.config/streamchat/config.toml." in run.stderr
    assert tomllib.loads(paths.config_file.read_text()) == {
        "effort": "high",
        "debug_log": "x.log",
    }
    assert stat.S_IMODE(paths.config_file.stat().st_mode) == 0o600
    assert rows(script("/config effort").stdout)["effort"][0] == "high"
    script("/config effort --unset --save")
    assert tomllib.loads(paths.config_file.read_text()) == {"debug_log": "x.log"}


def test_what_comes_before_the_file_is_named(paths: Paths) -> None:
    run = script("/config effort high --save", environ={"STREAMCHAT_EFFORT": "low"})
    assert run.stderr.endswith("At the next start, STREAMCHAT_EFFORT takes precedence.\n")


def test_a_setting_of_the_profile_in_use_is_saved_there(paths: Paths) -> None:
    paths.config_dir.mkdir(parents=True)
    paths.config_file.write_text('profile = "a"\n[profiles.a]\neffort = "low" # mine\n')
    script("/config effort high --save", "/config theme dark --save")
    assert paths.config_file.read_text() == (
        'profile = "a"\ntheme = "dark"\n[profiles.a]\neffort = "high" # mine\n'
    )


def test_the_theme_changes_at_once() -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/config theme mono\r")
        terminal.wait_for("theme is mono until you leave")
        terminal.wait_for_prompt()
        terminal.type("/config theme\r")
        terminal.wait_for("The colours")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, "--demo")
    assert terminal.status == 0
    assert any(row.startswith("theme") and "mono" in row for row in terminal.text.splitlines())


# The file


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "dark"\n'),
        ("# mine\nraw = true", '# mine\nraw = true\ntheme = "dark"\n'),
        (
            '# mine\neffort = "low"  # cheap\n\n# my server\n[profiles.a]\nmodel = "x"\n',
            '# mine\neffort = "low"  # cheap\ntheme = "dark"\n\n'
            '# my server\n[profiles.a]\nmodel = "x"\n',
        ),
        ("# a\n[profiles.a]\n", 'theme = "dark"\n\n# a\n[profiles.a]\n'),
        ("theme = 'x' # why\r\nraw = true\r\n", 'theme = "dark" # why\r\nraw = true\r\n'),
    ],
)
def test_comments_and_order_are_kept(before: str, after: str, paths: Paths) -> None:
    paths.config_dir.mkdir(parents=True)
    paths.config_file.write_bytes(before.encode())
    save_setting(paths, ("theme",), "dark")
    assert paths.config_file.read_bytes().decode() == after


def test_sections_are_made_and_entries_removed(paths: Paths) -> None:
    save_setting(paths, ("request", "temperature"), 0.5)
    save_setting(paths, ("profiles", "a", "headers"), {"X": "y"})
    save_setting(paths, ("request", "temperature"), None)
    save_setting(paths, ("aliases", "none"), None)
    assert tomllib.loads(paths.config_file.read_text()) == {
        "request": {},
        "profiles": {"a": {"headers": {"X": "y"}}},
    }


def test_a_damaged_file_is_left_as_it_is(paths: Paths) -> None:
    paths.config_dir.mkdir(parents=True)
    paths.config_file.write_text("theme = \n")
    with pytest.raises(ConfigError, match="line 1"):
        save_setting(paths, ("theme",), "dark")
    paths.config_file.write_text("request = 1\n")
    with pytest.raises(ConfigError, match="edit it"):
        save_setting(paths, ("request", "x"), 1)
    assert paths.config_file.read_text() == "request = 1\n"


def test_a_file_that_cannot_be_replaced_stays_whole(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_setting(paths, ("theme",), "dark")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="No space left"):
        save_setting(paths, ("theme",), "light")
    assert paths.config_file.read_text() == 'theme = "dark"\n'
    assert [each.name for each in paths.config_dir.iterdir()] == ["config.toml"]
