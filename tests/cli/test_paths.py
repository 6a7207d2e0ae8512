"""--paths, and the words that look like commands of another program."""

import json
import os
from pathlib import Path

import pytest

from program import run_program
from server import ScriptedServer, text_reply
from streamchat.config.paths import build_paths
from streamchat.core.errors import ExitStatus
from streamchat.core.formatting import format_bytes


def test_every_place_has_its_size_and_a_dash_where_nothing_is() -> None:
    config = Path(os.environ["XDG_CONFIG_HOME"], "streamchat/config.toml")
    config.parent.mkdir(parents=True)
    config.write_text("quiet = true\n")
    conversations = Path(os.environ["XDG_DATA_HOME"], "streamchat/conversations")
    conversations.mkdir(parents=True)
    (conversations / "a.jsonl").write_bytes(b"x" * 3_000)
    (conversations / "b.jsonl").write_bytes(b"x" * 400)
    objects = json.loads(run_program("--paths", "--json").stdout)
    sizes = {each["path"]: each["bytes"] for each in objects}
    assert sizes[str(config)] == 13
    assert sizes[str(conversations)] == 3_400
    lines = run_program("--paths").stdout.splitlines()
    assert f"{config}\t13 B\tyour settings" in lines
    assert [line for line in lines if "\t–\t" in line]
    assert len(lines) == len(objects)


def test_a_run_writes_nowhere_else(server: ScriptedServer) -> None:
    server.enqueue(text_reply("Fine."))
    environ = {"ANTHROPIC_BASE_URL": server.base_url, "ANTHROPIC_API_KEY": "key"}
    for argv in (["hi"], ["--search", "hi"], ["--demo", "hi"], ["--demo", "--search", "hi"]):
        assert run_program(*argv, environ=environ).status == 0
    places = [place.path for place in build_paths(os.environ, Path.home()).places()]
    files = [path for path in Path.home().rglob("*") if path.is_file()]
    assert len(files) >= 5
    known = [
        path
        for path in files
        for place in places
        if path.is_relative_to(place) or path.match(str(place))
    ]
    assert [path for path in files if path not in known] == []


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (3_400, "3.4 KB"), (12_000_000, "12 MB"), (5 * 10**9, "5 GB")],
)
def test_sizes_are_short(count: int, text: str) -> None:
    assert format_bytes(count) == text


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("help", "did you mean --help?"),
        ("list", "did you mean --list?"),
        ("paths", "did you mean --paths?"),
        ("models", "did you mean --list-models?"),
        ("keys set", "/login in a chat takes a key."),
        ("chat", "streamchat alone begins a chat."),
    ],
)
def test_a_lone_command_word_on_a_terminal_sends_nothing(word: str, hint: str) -> None:
    finished = run_program("--demo", word, has_keyboard=True)
    assert (finished.status, finished.stdout) == (ExitStatus.USAGE, "")
    assert hint in finished.stderr
    assert finished.stderr.endswith(f"streamchat -- {word}\n")


def test_behind_two_dashes_and_in_a_pipe_it_is_a_question() -> None:
    literal = run_program("--demo", "-q", "--", "help", has_keyboard=True)
    assert literal.status == ExitStatus.OK
    assert run_program("--demo", "-q", "help").status == ExitStatus.OK
