"""README is right: its tables come from the program, and its commands work.

`python tests/cli/test_readme.py` regenerates the tables.
"""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from patience import PATIENCE_S
from program import Finished, run_program
from streamchat.app.commands.help import commands_table, keys_table
from streamchat.cli.arguments import parse_arguments
from streamchat.cli.invocation import ReportKind
from streamchat.config.paths import build_paths
from streamchat.core.errors import ExitStatus
from streamchat.core.options import OPTIONS, SETTINGS
from streamchat.core.settings.report import (
    describe_value,
    env_example,
    format_settings,
    option_spelling,
)
from streamchat.core.theme import THEMES

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def flag_table() -> str:
    lines = ["| flag | meaning | variable | default |", "|---|---|---|---|"]
    for row in OPTIONS:
        flags = f"`{option_spelling(row)}`".replace("|", "\\|") if row.flags else ""
        extra = "".join(f" · `{flag}` = {value}" for flag, value in row.shortcuts)
        choices = f" ({', '.join(row.choices)})" if row.choices else ""
        variables = ", ".join(f"`{name}`" for name in row.variables)
        default = "" if row.default in (None, ()) else format_settings(row.default)
        if row.flags:
            lines.append(
                f"| {flags}{extra} | {cell(row.help)}{choices} | {variables} | {default} |"
            )
    return "\n".join(lines) + "\n"


def key_table() -> str:
    rows = [
        f"| `{row.key}` | {describe_value(row)} | {cell(row.help)} |"
        for row in SETTINGS
        if row.key
    ]
    profiles = "| `[profiles.NAME]` | a section with any of these keys | see `--profile` |"
    head = ["| key | value | meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows, profiles, ""])


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def files_table() -> str:
    places = build_paths({}, Path("~")).places()
    rows = [f"| `{place.path}` | {place.about} |" for place in places]
    return "\n".join(["| file | what is in it |", "|---|---|", *rows])


TABLES = {
    "options": flag_table(),
    "keys": key_table(),
    "commands": f"{commands_table()}\n{keys_table()}",
    "files": files_table(),
}


def with_tables(text: str) -> str:
    """The page with each table between its marks made anew."""
    for name, table in TABLES.items():
        marked = re.compile(f"<!-- {name} -->\n.*?<!-- /{name} -->", re.DOTALL)
        assert marked.search(text), name
        new = f"<!-- {name} -->\n{table.strip()}\n<!-- /{name} -->"
        text = marked.sub(lambda _, new=new: new, text)  # type: ignore[misc]
    return text


def test_the_tables_are_those_of_the_program() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_tables(text)


def test_every_exit_status_is_explained() -> None:
    section = README.read_text(encoding="utf-8").partition("## Exit statuses")[2]
    explained = {int(n) for n in re.findall(r"\d+", section.partition("##")[0])}
    assert explained == {int(status) for status in ExitStatus}


def test_every_variable_is_in_the_example() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def commands_of(language: str) -> list[str]:
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


EXAMPLES = [line.removeprefix("$ ") for line in commands_of("console")]
LOCAL = {ReportKind.LIST, ReportKind.SHOW_CONFIG, ReportKind.VERSION, ReportKind.COSTS}


def words_after_streamchat(line: str) -> list[str]:
    words = shlex.split(line, comments=True)
    command = words[words.index("streamchat") + 1 :]
    end = next((at for at, word in enumerate(command) if word in ("|", ">", "<")), len(command))
    return command[:end]


@pytest.mark.parametrize("line", EXAMPLES)
def test_each_example_is_a_command_line_that_parses(line: str) -> None:
    parse_arguments(words_after_streamchat(line), OPTIONS)


def is_self_contained(line: str) -> bool:
    """Whether it needs no network, no other program, and no file of the user's."""
    asked = parse_arguments(words_after_streamchat(line), OPTIONS)
    programs = [part.split()[0] for part in line.split(" | ")]
    return (
        ("demo" in asked.flags.values or asked.report in LOCAL)
        and set(programs) <= {"streamchat", "echo"}
        and " < " not in line
    )


SELF_CONTAINED = [line for line in EXAMPLES if is_self_contained(line)]


def run_as_a_shell(line: str) -> Finished:
    """Run an example with what `echo` pipes into it, and write what `>` sends to a file."""
    before, _, after = line.rpartition(" | ")
    command, _, file = after.partition(" > ")
    piped = f"{shlex.split(before)[1]}\n" if before else ""
    finished = run_program(*words_after_streamchat(command), stdin=piped)
    if file:
        Path(file).write_text(finished.stdout, encoding="utf-8")
    return finished


def test_the_examples_that_need_nothing_else_work_one_after_the_other() -> None:
    assert len(SELF_CONTAINED) >= 8
    for line in SELF_CONTAINED:
        finished = run_as_a_shell(line)
        assert finished.status == 0, (line, finished.stderr)
        assert finished.stdout or "--demo" not in line, line
    assert Path("example.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_same_examples_work_in_a_shell(tmp_path: Path) -> None:
    """As README's quick start leaves it, with `streamchat` on the PATH, at the demo's pace."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(SELF_CONTAINED)],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin"},
        input="",
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (tmp_path / "example.txt").read_text(encoding="utf-8")


def test_each_theme_is_named_beside_its_option() -> None:
    (theme,) = (row for row in OPTIONS if row.name == "theme")
    assert all(name in theme.help for name in THEMES)


CONTRIBUTING = ROOT / ".github" / "CONTRIBUTING.md"


def test_contributing_is_short_and_names_only_what_exists() -> None:
    text = CONTRIBUTING.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    named = set(re.findall(r"[\w./-]*/[\w./-]+\.(?:py|md|txt)\b|\.ci/\w+(?:\.txt)?", text))
    roots = (ROOT, ROOT / "src/streamchat", ROOT / "src/streamchat/core")
    missing = [name for name in named if not any((root / name).exists() for root in roots)]
    assert missing == []


def test_contributing_maps_every_room() -> None:
    text = CONTRIBUTING.read_text(encoding="utf-8").partition("## The map")[2]
    rooms = {path.name for path in (ROOT / "src/streamchat").iterdir() if path.is_dir()}
    assert all(f"{room}/" in text for room in rooms - {"__pycache__"})


def test_the_picture_is_there_and_fetches_nothing() -> None:
    picture = (ROOT / ".github" / "streamchat.svg").read_text(encoding="utf-8")
    assert "streamchat" in picture
    assert re.findall(r"(?:href|src|url)\W+https?:", picture) == []


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit()
