"""Options that name a file: whatever it is, the answer is one line and comes at once."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from program import run_on_terminal, run_program
from streamchat.core.options import OPTIONS
from streamchat.core.options.rows import Kind
from terminal import Person

# Each option that reads a file, as it is written before the name.
READERS = {
    "env_file": ["--env-file"],
    "system_file": ["--system-file"],
    "schema": ["--schema"],
    "attach": ["-a"],
    "resume": ["-r"],
    "show": ["--show"],
    "export": ["--export", "md"],
    "import": ["--import"],
    "script": ["--script"],
}


@pytest.fixture
def socket_path(tmp_path: Path) -> Iterator[Path]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")  # relative, since a socket's path must be short
        yield tmp_path / "s"


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(*argv: str) -> tuple[int, str]:
    """The status, and the one line on stderr."""
    prompt = [] if "--script" in argv else ["hi"]
    run = run_program("--demo", "-q", *argv, *prompt)
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1, run.stderr
    return run.status, run.stderr


def test_every_option_that_names_a_file_is_tried_here() -> None:
    paths = {row.name for row in OPTIONS if row.kind is Kind.PATH or "PATH" in row.metavar}
    assert paths - {"debug_log"} <= READERS.keys()  # which is written


@pytest.mark.parametrize("option", READERS.values(), ids=READERS.keys())
def test_what_is_not_a_file_is_named(option: list[str], socket_path: Path) -> None:
    for path, kind in (
        (socket_path.parent, "it is a directory"),
        (Path("/dev/zero"), "it is a device"),
        (socket_path, "it is a socket"),
    ):
        status, line = said(*option, str(path))
        assert status in (66, 78)
        assert str(path) in line
        assert kind in line


@pytest.mark.parametrize("option", READERS.values(), ids=READERS.keys())
def test_a_name_that_leads_to_nothing_is_no_failure_of_the_disk(option: list[str]) -> None:
    Path("loop").symlink_to("loop")
    for name in ("./loop", "./" + "x" * 300):
        assert said(*option, name)[0] in (66, 78)


@pytest.mark.parametrize("option", ["resume", "show", "export", "import"])
def test_a_named_pipe_is_not_a_conversation(option: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    status, line = said(*READERS[option], str(tmp_path / "pipe"))
    assert (status, "it is a named pipe" in line) == (66, True)


@pytest.mark.parametrize("name", ["config.toml", ".env"])
def test_a_settings_file_that_is_none_is_named(name: str) -> None:
    directory = Path(os.environ["XDG_CONFIG_HOME"], "streamchat")
    directory.mkdir(parents=True)
    os.mkfifo(directory / name)
    assert said() == (78, f"streamchat: {directory / name}: it is a named pipe\n")


def pipe(text: str) -> str:
    out, into = os.pipe()
    os.write(into, text.encode())
    os.close(into)
    return f"/dev/fd/{out}"


def test_a_chat_attaches_what_comes_through_a_pipe() -> None:
    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type(f"/attach {pipe('the second')}\r")
        terminal.wait_for("Attached to the next message:")
        terminal.wait_for_prompt()
        terminal.type("what is in it\r")
        terminal.wait_for("5 characters")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, "--demo", "-a", pipe("first"), columns=120)
    assert (terminal.status, "10 characters" in terminal.text) == (0, True)


def test_who_writes_to_a_pipe_later_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo("p")
    writer = threading.Thread(target=lambda: Path("p").write_text("through the pipe"))
    writer.start()
    run = run_program("--demo", "--script", "-", stdin="/attach p\nwhat is in it\n")
    writer.join()
    assert (run.status, "a document of 16 characters" in run.stdout) == (0, True)


def test_a_pipe_may_hold_the_variables_the_system_prompt_and_an_attachment() -> None:
    run = run_program(
        "--demo", "-q", "--env-file", pipe("STREAMCHAT_OUTPUT_FORMAT=json\n"),
        "--system-file", pipe("Be brief."), "-a", pipe("a text"), "what did I say",
    )  # fmt: skip
    assert run.status == 0
    assert "Be brief." in run.stdout
    assert '"ending": "complete"' in run.stdout
