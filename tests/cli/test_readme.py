"""README says what is: its tables come from the program, its commands work.

python tests/test_readme.py      writes the tables again
"""

import re
import sys
from pathlib import Path

import pytest

from streamchat.app.commands.help import KEYS, commands_table
from streamchat.cli.arguments import parse_arguments
from streamchat.core.errors import ExitStatus
from streamchat.core.settings import OPTIONS, env_example, flag_table

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TABLES = {"options": flag_table(), "commands": f"{commands_table()}\n{KEYS}"}


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


@pytest.mark.parametrize("line", [c for c in commands_of("console") if "streamchat" in c])
def test_the_examples_are_command_lines_that_parse(line: str) -> None:
    import shlex

    words = shlex.split(line.removeprefix("$ "), comments=True)
    command = words[words.index("streamchat") + 1 :]
    end = next((at for at, word in enumerate(command) if word in ("|", ">")), len(command))
    parse_arguments(command[:end], OPTIONS)


def test_the_picture_is_there_and_fetches_nothing() -> None:
    picture = (ROOT / ".github" / "streamchat.svg").read_text(encoding="utf-8")
    assert "streamchat" in picture
    assert re.findall(r"(?:href|src|url)\W+https?:", picture) == []


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit()
