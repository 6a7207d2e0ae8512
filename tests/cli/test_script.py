"""--script: lines run as if they were typed, with the output of a pipe."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from program import run_program, said, saved_conversations
from server import ScriptedServer, error_reply, text_reply


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str) -> str:
    Path("lines.txt").write_text(text, "utf-8")
    return "lines.txt"


def test_lines_commands_and_blocks_run_as_if_typed(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("one"), text_reply("two"), text_reply("three"))
    script = write(
        'first\n\n/rename A talk\n"""\n/exit\n  in a block\n"""\na\\\nb\n/copy\n/exit\nnever\n'
    )
    run = run_program("--script", script, environ=towards)
    assert (run.status, run.stdout) == (0, "one\ntwo\nthree\n")
    assert "\x1b" not in run.stdout + run.stderr
    questions = [text for role, text in said() if role == "user"]
    assert questions == ["first", "/exit\n  in a block", "a\nb"]
    assert "A talk" in run_program("--list", environ=towards).stdout


def test_a_script_comes_from_stdin(server: ScriptedServer, towards: Mapping[str, str]) -> None:
    server.enqueue(text_reply("yes"))
    run = run_program("--script", "-", stdin="\ufeffgo on\r\n", environ=towards)
    assert (run.status, run.stdout) == (0, "yes\n")
    assert said()[0] == ("user", "go on")


@pytest.mark.parametrize(
    ("failing", "status", "reason"),
    [
        ("/nonsense", 2, "nonsense"),
        ("/resume nobody", 66, "nobody"),
        ("/attach missing.txt", 66, "missing.txt"),
        ("/resume", 2, "names the conversation"),
    ],
)
def test_the_first_failure_ends_it_with_its_status(
    failing: str, status: int, reason: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("one"))
    run = run_program("--script", write(f"first\n{failing}\nnever"), environ=towards)
    assert (run.status, run.stdout) == (status, "one\n")
    assert "lines.txt, line 2: " in run.stderr
    assert reason in run.stderr
    assert len(server.bodies) == 1


def test_a_failed_answer_ends_it_too(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("one"), error_reply(529))
    script = write("first\nsecond\nthird")
    run = run_program("--json", "--retries", "0", "--script", script, environ=towards)
    error = json.loads(run.stderr)["error"]
    assert (run.status, error["status"], len(server.bodies)) == (75, 75, 2)
    assert error["message"].startswith("lines.txt, line 2: ")
    assert [json.loads(line)["text"] for line in run.stdout.splitlines()] == ["one", ""]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hi\n!rm x\n", "line 2: a script runs a shell command only with --allow-shell"),
        ('hi\n"""\nopen\n', "line 2: the block is not closed"),
    ],
)
def test_what_can_be_seen_beforehand_is_refused_before_it_is_paid_for(
    text: str, reason: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    run = run_program("--script", write(text), environ=towards)
    assert (run.status, server.bodies, saved_conversations()) == (2, [], [])
    assert f"streamchat: lines.txt, {reason}" in run.stderr


def test_an_escaped_exclamation_mark_begins_a_message(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("one"))
    assert run_program("--script", write("\\!important"), environ=towards).status == 0
    assert said()[0] == ("user", "!important")


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["--script", "missing"], 66),
        (["--script", "."], 66),
        (["--script", "~nobody-here/x"], 66),
        (["--script", "lines.txt", "and a prompt"], 2),
        (["--script", "lines.txt", "--list"], 2),
        (["--script", "lines.txt", "-i"], 2),
        (["--script", "lines.txt", "--dry-run"], 2),
        (["--script", "-", "-a", "-"], 2),
    ],
)
def test_wrong_use_is_one_line(argv: list[str], status: int) -> None:
    write("hi")
    run = run_program(*argv, "--demo")
    assert (run.status, run.stdout) == (status, "")
    assert [line for line in run.stderr.splitlines() if line.startswith("streamchat: ")]


def test_the_next_line_answers_a_question(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("one"))
    script = write("first\n/rename gone\n/new\n/delete gone\ny\n")
    run = run_program("--script", script, environ=towards)
    assert (run.status, saved_conversations()) == (0, []), run.stderr


def test_without_a_terminal_i_refuses_before_it_sends(
    server: ScriptedServer, towards: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Path.open

    def no_terminal(path: Path, *args: str, **more: str) -> object:
        if str(path) == "/dev/tty":
            raise OSError(6, "No such device or address")
        return usual(path, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", no_terminal)
    run = run_program("-i", stdin="a document", environ=towards)
    assert (run.status, run.stdout, server.bodies) == (2, "", [])
    assert "no terminal for a chat" in run.stderr


def test_a_line_that_is_no_answer_to_a_question_ends_it(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("one"))
    run = run_program("--script", write("first\n/delete\nnever"), environ=towards)
    assert (run.status, len(saved_conversations())) == (2, 1)
    assert "line 3: " in run.stderr
    assert "'never' is neither y nor n." in run.stderr
