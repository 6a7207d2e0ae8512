"""Arguments that nobody should type: each command, and each option that names something,
answers with one line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from disks import QuickDisk
from fakes import MODEL, NOW_S, counting_ids, open_session
from program import run_program
from shares import share
from streamchat.app import commands
from streamchat.app.commands import COMMANDS, Command
from streamchat.app.session import Session
from streamchat.attachments import ReferenceScope, select_files
from streamchat.core.errors import StreamchatError
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Message, text_block
from streamchat.export import FileExporter
from streamchat.store import Store

HOSTILE = {
    "no such user": "~nouser/x",
    "half an address": "http://[::1",
    "an address without a host": "https://",
    "a port too many": "http://host:99999999/x",
    "a NUL": "a\0b",
    "a NUL in a path": "/tmp/a\0b.json",
    "a long name": "x" * 300,
    "a long path": "/tmp/" + "x" * 300 + ".json",
    "a very long path": "/" + "x/" * 5_000,
    "5,000 digits": "9" * 5_000,
    "zeros": "0" * 5_000,
    "other digits": "٣²",
    "a minus": "-1",
    "two words": "a b",
    "half a quote": "'",
    "an escape": "\x1b]0;title\a",
    "half a character": "\udcff",
    "not a number": "nan",
}


@pytest.fixture
def talked(tmp_path: Path) -> Session:
    """A conversation on a real disk, with real files beside it."""
    session = open_session(exporter=FileExporter(tmp_path, tmp_path, "! overwrites it"))
    session.archive = Store(
        tmp_path / "kept", disk=QuickDisk(), clock=lambda: NOW_S, new_id=counting_ids()
    )
    session.select_files = lambda ref: select_files(ref, ReferenceScope(tmp_path))
    session.switch(*session.archive.start(MODEL, None))
    session.say("a question")
    session.add(Message("assistant", (text_block("```\ncode\n```"),), MODEL, "end_turn"))
    return session


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_a_command_answers_every_argument_with_a_line(row: Command, talked: Session) -> None:
    said = [refusal(talked, CommandLine(row.name, argument)) for argument in HOSTILE.values()]
    assert [line for line in said if "\n" in line or len(line) > 500] == []


def refusal(session: Session, line: CommandLine) -> str:
    """The error that the command ends with, if any."""
    try:
        commands.dispatch(session, line)
    except StreamchatError as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    "name", [name for row in COMMANDS if not row.argument for name in row.names]
)
def test_a_command_refuses_an_argument_that_it_does_not_take(
    name: str, talked: Session
) -> None:
    before = talked.conversation.head
    message = f"/{name} takes no argument: 'now'."
    with pytest.raises(StreamchatError, match=re.escape(message)):
        commands.dispatch(talked, CommandLine(name, "now"))
    assert talked.conversation.head == before


@pytest.mark.parametrize(
    "command", ["undo", "tree", "list", "copy", "edit", "show", "export md"]
)
def test_a_count_of_5_000_digits_is_only_large(command: str, talked: Session) -> None:
    name, _, before = command.partition(" ")
    assert len(refusal(talked, CommandLine(name, f"{before} {'9' * 5_000}".strip()))) < 200


def run(*argv: str) -> tuple[int, str]:
    environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}
    finished = run_program(*argv, environ=environ)
    return finished.status, finished.stderr


@pytest.mark.parametrize("option", ["--show", "--export", "-r", "-a", "--system-file"])
@pytest.mark.parametrize(
    "kind", share([kind for kind in HOSTILE if "NUL" not in kind], every=2)
)
def test_an_option_answers_every_value_with_a_line(option: str, kind: str) -> None:
    value = HOSTILE[kind]
    words = ["--export", "md", value] if option == "--export" else [f"{option}={value}"]
    status, said = run(*words, "--dry-run", "hi")
    assert status in (2, 66, 69, 74, 78)
    assert len(said.splitlines()) <= 2
    assert len(said) < 2_000


@pytest.mark.parametrize(
    "argument", share(["--version", "--help", "--list", "--show-config"], every=2)
)
def test_a_directory_that_is_gone_is_nothing_to_die_of(argument: str, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    program = tmp_path / "streamchat"
    program.write_text(
        "import os; os.rmdir(os.getcwd()); from streamchat.__main__ import main; main()"
    )
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}
    done = subprocess.run(
        [sys.executable, str(program), argument],
        cwd=gone,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
