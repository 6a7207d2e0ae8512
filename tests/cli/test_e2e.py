"""The real program, on a pty and in pipes, against a loopback server."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from patience import PATIENCE_S
from server import Close, ScriptedServer, Wait, error_event, error_reply, text_reply
from terminal import Terminal

KEY = "sk-ant-canary-0123456789"


@pytest.fixture
def towards(server: ScriptedServer) -> Mapping[str, str]:
    """The environment of a program that talks to the scripted server."""
    return {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.base_url}


def piped(
    *arguments: str, stdin: str | bytes = "", environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The program in a pipe, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "streamchat", *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env={**os.environ, **(environ or {})},
        check=False,
        timeout=PATIENCE_S,
    )


def conversations() -> list[Path]:
    data = Path(os.environ["XDG_DATA_HOME"])
    return sorted(data.glob("streamchat/conversations/*.jsonl"))


def records() -> list[dict[str, object]]:
    [file] = conversations()
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def said() -> list[tuple[object, str]]:
    """(role, text) of each turn in the one conversation on disk."""
    turns = [record for record in records() if record["type"] == "turn"]
    return [(turn["role"], turn["content"][0]["text"]) for turn in turns]  # type: ignore[index]


# The REPL


def test_a_chat_streams_remembers_and_leaves(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    more = threading.Event()
    server.enqueue(text_reply("**Hel", Wait(more), "lo** there"), text_reply("Again."))
    with Terminal(environ=towards) as terminal:
        terminal.wait_for_prompt()
        assert "streamchat" in terminal.rows[0]
        assert server.base_url.removeprefix("http://") in terminal.text
        terminal.type("first\r")
        terminal.wait_for("Hel")  # on the screen before the rest was sent
        more.set()
        terminal.wait_for("tok/s")
        assert "Hello there" in terminal.rows
        terminal.wait_for_prompt()
        terminal.type("second\r")
        terminal.wait_for("Again.")
        terminal.wait_for_prompt()
        terminal.type("\x04")
        assert terminal.end() == 0
    assert [m["content"][0]["text"] for m in server.bodies[1]["messages"]] == [
        "first",
        "**Hello** there",
        "second",
    ]
    assert said() == [
        ("user", "first"),
        ("assistant", "**Hello** there"),
        ("user", "second"),
        ("assistant", "Again."),
    ]


@pytest.mark.parametrize("key", ["\x03", "\x1b"], ids=["ctrl-c", "esc"])
def test_a_key_stops_the_answer_and_keeps_what_arrived(
    key: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    never = threading.Event()
    server.enqueue(text_reply("It begins here", Wait(never), " never"))
    with Terminal(environ=towards) as terminal:
        terminal.wait_for_prompt()
        terminal.type("go\r")
        terminal.wait_for("It begins here")
        terminal.type(key)
        terminal.wait_for("interrupted")
        terminal.wait_for_prompt()
        assert terminal.text.count("It begins here") == 1
        terminal.type("\x03")
        terminal.wait_for("Ctrl-C again to exit")
        terminal.type("\x03")
        assert terminal.end() == 0
    assert said() == [("user", "go"), ("assistant", "It begins here")]
    assert records()[-1]["stop_reason"] == "interrupted"


def test_a_paste_of_many_lines_is_one_message(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Read."))
    with Terminal(environ=towards) as terminal:
        terminal.wait_for_prompt()
        terminal.type("\x1b[200~one\ntwo\nthree\x1b[201~")
        terminal.wait_for("three")
        assert server.posts == []
        terminal.type("\r")
        terminal.wait_for("Read.")
        terminal.wait_for_prompt()
        terminal.type("exit\r")
        assert terminal.end() == 0
    assert said()[0] == ("user", "one\ntwo\nthree")


def test_a_failed_question_comes_back_for_editing(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(error_reply(401, "invalid x-api-key"), text_reply("Better."))
    with Terminal(environ=towards) as terminal:
        terminal.wait_for_prompt()
        terminal.type("precious words\r")
        terminal.wait_for("401")
        terminal.wait_for(lambda: terminal.prompt == "❯ precious words")
        assert KEY not in terminal.text
        terminal.type("\r")
        terminal.wait_for("Better.")
        terminal.wait_for_prompt()
        terminal.type("\x04")
        assert terminal.end() == 0
    assert said()[-2:] == [("user", "precious words"), ("assistant", "Better.")]


def test_a_conversation_goes_on_after_a_restart(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("A *fine* day."), text_reply("Still."))
    assert piped("how is it?", environ=towards).returncode == 0
    with Terminal("-c", environ=towards) as terminal:
        terminal.wait_for_prompt()
        assert terminal.rows[0].count("how is it?") == 1
        assert "❯ how is it?" in terminal.rows
        assert "A fine day." in terminal.rows
        terminal.type("and now?\r")
        terminal.wait_for("Still.")
        terminal.wait_for_prompt()
        terminal.type("\x04")
        assert terminal.end() == 0
    assert len(server.bodies[1]["messages"]) == 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_mid_answer_loses_nothing_and_restores_the_terminal(
    number: signal.Signals, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    never = threading.Event()
    server.enqueue(text_reply("So far", Wait(never), " never"))
    with Terminal(environ=towards) as terminal:
        terminal.wait_for_prompt()
        terminal.type("go\r")
        terminal.wait_for("So far")
        terminal.child.kill(number)
        assert terminal.end() == 128 + number
    assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")
    assert terminal.raw.rfind(b"\x1b[?2004l") > terminal.raw.rfind(b"\x1b[?2004h")
    assert said() == [("user", "go"), ("assistant", "So far")]


def test_without_a_key_three_lines_say_how_to_get_going() -> None:
    with Terminal() as terminal:
        assert terminal.end() == 77
        lines = terminal.text.splitlines()
    assert len(lines) == 4
    assert all(word in terminal.text for word in ("ANTHROPIC_API_KEY", ".env", "--demo"))


def test_a_long_answer_stands_whole_in_the_scrollback_once(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    lines = [f"Line {number} of many.\n\n" for number in range(200)]
    server.enqueue(text_reply(*lines))
    with Terminal(environ=towards, rows=10) as terminal:
        terminal.wait_for_prompt()
        terminal.type("go\r")
        terminal.wait_for("tok/s")
        terminal.wait_for_prompt()
        shown = [row for row in terminal.rows if row.startswith("Line ")]
    assert shown == [line.strip() for line in lines]


# Pipes


def test_a_piped_answer_is_the_verbatim_markdown(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    source = "# Title\n\n- **a**\x1b[31m\n"
    server.enqueue(text_reply(source))
    run = piped("summarise", stdin="the text\n", environ=towards)
    assert (run.stdout.decode(), run.returncode) == (source, 0)
    assert run.stderr.decode().splitlines() == [
        f"server: {server.base_url.removeprefix('http://')} (ANTHROPIC_BASE_URL)"
    ]
    assert server.bodies[0]["messages"][0]["content"][0]["text"] == "the text\n\nsummarise"


def test_the_first_delta_is_out_before_the_second_was_sent(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    more = threading.Event()
    server.enqueue(text_reply("first", Wait(more), " second"))
    command = [sys.executable, "-m", "streamchat", "go"]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **towards},
    ) as child:
        assert child.stdout is not None
        assert os.read(child.stdout.fileno(), 100) == b"first"
        more.set()
        assert child.stdout.read() == b" second\n"


def test_events_are_the_raw_ones_a_line_each(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Hi", " there"))
    run = piped("--output-format", "events", "go", environ=towards)
    events = [json.loads(line) for line in run.stdout.splitlines()]
    assert [event["type"] for event in events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert events[2]["delta"] == {"type": "text_delta", "text": "Hi"}


def test_json_is_one_object_and_so_is_its_error(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Hi"), error_reply(529))
    run = piped("--json", "go", environ=towards)
    assert json.loads(run.stdout)["text"] == "Hi"
    assert run.stderr == b""
    run = piped("--json", "--retries", "0", "go", environ=towards)
    error = json.loads(run.stderr)["error"]
    assert (run.returncode, error["status"], error["retryable"]) == (75, 75, True)


def last_object(output: bytes) -> dict[str, object]:
    """Every line is an object; the last one."""
    *_, last = map(json.loads, output.splitlines())
    return dict(last)


@pytest.mark.parametrize("form", ["json", "stream-json"])
def test_a_result_ends_the_output_whatever_ended_the_reply(
    form: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Half a", Close()), error_reply(400, "too few"))
    cut = piped("--output-format", form, "go", environ=towards)
    failed = piped("--output-format", form, "go", environ=towards)
    results = [last_object(run.stdout) for run in (cut, failed)]
    assert [(r["type"], r["ending"], r["text"]) for r in results] == [
        ("result", "cut_off", "Half a"),
        ("result", "failed", ""),
    ]
    errors = [json.loads(run.stderr)["error"] for run in (cut, failed)]
    assert [error["type"] for error in errors] == ["connection_lost", "invalid_request_error"]
    assert (cut.returncode, failed.returncode) == (76, 65)


def test_a_failure_after_events_is_an_event_and_an_object_on_stderr(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Hel", error_event()))
    run = piped("--output-format", "events", "go", environ=towards)
    assert last_object(run.stdout)["type"] == "error"
    assert json.loads(run.stderr)["error"]["type"] == "overloaded_error"
    assert run.returncode == 75


def test_a_mistake_is_an_object_where_json_was_asked_for() -> None:
    run = piped("--output-format", "stream-json", "--max-tokens", "abc", "hi")
    assert (run.returncode, run.stdout) == (2, b"")
    assert json.loads(run.stderr)["error"]["type"] == "usage"


def test_extract_prints_the_code_or_fails(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("So:\n\n```py\nprint(1)\n```\n"), text_reply("No code."))
    found = piped("-x", "-q", "go", environ=towards)
    assert (found.stdout, found.stderr, found.returncode) == (b"print(1)\n", b"", 0)
    none = piped("-x", "-q", "go", environ=towards)
    assert (none.stdout, none.returncode) == (b"", 1)
    assert none.stderr.startswith(b"streamchat: The answer has no code block")


def test_an_output_that_cannot_be_written_is_one_line_and_its_status(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Kept"))
    command = f"{sys.executable} -m streamchat -q go > /dev/full"
    run = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        env={**os.environ, **towards},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    line = b"streamchat: The output cannot be written: No space left on device.\n"
    assert (run.stderr, run.returncode) == (line, 74)
    assert said() == [("user", "go"), ("assistant", "Kept")]


@pytest.mark.parametrize("streams", ["<&-", "2>&-", "2>/dev/full", ">&-"])
def test_a_stream_that_is_closed_or_full_is_no_bug(
    streams: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Hi"))
    command = f"{sys.executable} -m streamchat go {streams}"
    run = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        env={**os.environ, **towards},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert run.returncode == 0
    assert run.stdout == (b"" if streams == ">&-" else b"Hi\n")
    assert b"Traceback" not in run.stderr


def test_ten_megabytes_are_sent_and_forty_are_refused(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Long."))
    much = b"a \0 line\n" * 1_000_000
    run = piped("sum", stdin=much, environ=towards)
    assert (run.stdout, run.returncode) == (b"Long.\n", 0)
    assert len(server.posts[0].raw) > len(much)
    run = piped("--json", "sum", stdin=much * 4, environ=towards)
    assert (run.stdout, run.returncode) == (b"", 65)
    assert "32 MB" in json.loads(run.stderr)["error"]["message"]
    assert len(server.posts) == 1


def test_models_are_listed_with_what_is_known_of_them(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    lines = piped("--list-models", environ=towards).stdout.decode().splitlines()
    sonnet = next(line.split("\t") for line in lines if line.startswith("claude-sonnet-5-5"))
    # Prices are Anthropic's: what this server takes is not known.
    assert sonnet == ["claude-sonnet-5-5", "1,000,000", "128,000", "–", "–", "active"]


def test_a_reader_that_leaves_is_no_error(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply(*["word " * 2000] * 40))
    command = f"{sys.executable} -m streamchat go | head -c 5; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        env={**os.environ, **towards},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert run.stdout == b"word 141\n"
    assert b"Traceback" not in run.stderr
    assert b"Error" not in run.stderr


def test_ctrl_c_in_a_pipe_keeps_what_arrived(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    never = threading.Event()
    server.enqueue(text_reply("So far", Wait(never), " never"))
    with subprocess.Popen(
        [sys.executable, "-m", "streamchat", "go"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **towards},
    ) as child:
        assert child.stdout is not None
        assert os.read(child.stdout.fileno(), 100) == b"So far"
        child.send_signal(signal.SIGINT)
        _, stderr = child.communicate(timeout=PATIENCE_S)
    assert (child.returncode, b"Traceback" in stderr) == (130, False)
    assert said() == [("user", "go"), ("assistant", "So far")]


def test_a_cut_reply_is_printed_kept_and_has_its_status(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Half a", Close()))
    run = piped("go", environ=towards)
    assert (run.stdout, run.returncode) == (b"Half a\n", 76)
    assert said() == [("user", "go"), ("assistant", "Half a")]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--bogus"], 2),
        (["--max-tokens", "abc", "hi"], 2),
        (["-r", "nowhere", "hi"], 66),
        (["--show", "nowhere"], 66),
        (["--system-file", "nowhere", "hi"], 66),
        (["--base-url", "http://127.0.0.1:9", "--retries", "0", "hi"], 69),
        (["-a", "nowhere.txt", "hi"], 66),
        (["-a", ".", "hi"], 66),
        ([], 2),
    ],
)
def test_a_mistake_is_one_line_and_its_status(
    arguments: list[str], status: int, towards: Mapping[str, str]
) -> None:
    run = piped(*arguments, environ={"ANTHROPIC_API_KEY": KEY})
    assert (run.returncode, run.stdout) == (status, b"")
    complaints = [line for line in run.stderr.decode().splitlines() if "server:" not in line]
    assert len(complaints) == 1
    assert complaints[0].startswith("streamchat: ")


def test_a_key_does_not_follow_a_repository(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text(f"ANTHROPIC_BASE_URL={server.base_url}\n")
    proxied = {"ANTHROPIC_API_KEY": KEY, "HTTPS_PROXY": "http://127.0.0.1:9"}
    run = piped("--retries", "0", "hi", environ=proxied)
    assert run.returncode == 69  # the real host, through a proxy that is not there
    assert b"the proxy 127.0.0.1:9 (HTTPS_PROXY) refuses the connection" in run.stderr
    assert server.posts == []
    assert b"./.env (it sets" in run.stderr


def test_stdin_that_is_no_text_is_replaced_and_counted(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("ok"))
    run = piped(stdin=b"caf\xe9 \xff\x00", environ=towards)
    assert run.returncode == 0
    assert b"2 sequences were replaced" in run.stderr
    assert server.bodies[0]["messages"][0]["content"][0]["text"].startswith("caf\ufffd \ufffd")


def test_no_save_leaves_only_what_it_cost(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("ok"))
    assert piped("--no-save", "secret", environ=towards).returncode == 0
    [log] = [path for path in Path.home().rglob("*") if path.is_file()]
    assert log.name == "spending.jsonl"
    assert json.loads(log.read_bytes()).keys() == {"at", "model", "usage", "usd"}


def test_the_demo_answers_in_a_pipe() -> None:
    run = piped("--demo", stdin="hi")
    assert run.returncode == 0
    assert run.stdout.startswith(b"Hello!")
    assert b"\x1b" not in run.stdout
    assert b"not a model" in run.stderr


def test_a_list_of_messages_is_imported(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    source = [
        {"role": "user", "content": "My name is Ada."},
        {"role": "assistant", "content": [{"type": "text", "text": "Hello Ada."}]},
    ]
    Path("old.json").write_text(json.dumps(source))
    server.enqueue(text_reply("Ada."))
    assert piped("-r", "old.json", "Who am I?", environ=towards).returncode == 0
    assert len(server.bodies[0]["messages"]) == 3
    assert json.loads(Path("old.json").read_text()) == source
    assert [text for _, text in said()] == [
        "My name is Ada.",
        "Hello Ada.",
        "Who am I?",
        "Ada.",
    ]
    listed = piped("--list")
    assert listed.stdout.decode().strip().endswith("My name is Ada.")
    assert "Hello Ada." in piped("--show", "My name").stdout.decode()


def test_files_are_attached_before_the_text(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("notes.md").write_text("# Notes\n")
    server.enqueue(text_reply("ok"))
    run = piped("-a", "notes.md", "-a", "-", "compare", stdin="piped", environ=towards)
    assert run.returncode == 0
    content = server.bodies[0]["messages"][0]["content"]
    assert [block.get("title") for block in content] == ["notes.md", "stdin", None]
    assert content[2] == {"type": "text", "text": "compare"}


# Reasoning, context and money


def test_refused_thinking_is_left_out_and_that_is_said(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    bound = "Invalid `signature` in `thinking` block. The block is bound to another."
    server.enqueue(text_reply("First.", thinking="Hm."), error_reply(400, bound))
    server.enqueue(text_reply("Second."))
    assert piped("one", environ=towards).returncode == 0
    run = piped("-c", "two", environ=towards)
    assert (run.returncode, run.stdout) == (0, b"Second.\n")
    assert b"refused the thinking of earlier turns" in run.stderr
    kinds = [[b["type"] for b in body["messages"][1]["content"]] for body in server.bodies[1:]]
    assert kinds == [["thinking", "text"], ["text"]]
    assert records()[2]["content"][0]["type"] == "thinking"  # type: ignore[index]


def test_a_dry_run_counts_and_sends_and_keeps_nothing(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    run = piped("--dry-run", "one two three", environ=towards)
    assert run.returncode == 0
    assert run.stdout.startswith(b"The next request has ")
    assert b"Its price is unknown." in run.stdout
    counted = json.loads(piped("--dry-run", "--json", "x", environ=towards).stdout)
    assert counted["type"] == "dry_run"
    assert counted["input_tokens"] > 0
    assert counted["input_cost_usd"] is None
    assert server.posts == []
    assert conversations() == []


def test_a_cap_that_cannot_be_kept_sends_nothing(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    run = piped("--max-cost", "1", "hi", environ=towards)
    assert (run.returncode, run.stdout) == (1, b"")
    assert b"is unknown here, so the cap of $1.00 cannot be kept" in run.stderr
    assert server.posts == []


def test_thinking_is_unfolded_and_the_model_is_remembered(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Yes.", thinking="Let me see whether it is so."))
    with Terminal(environ=towards) as terminal:
        terminal.wait_for_prompt()
        terminal.type("/think adaptive\r")
        terminal.wait_for("a summary is shown")
        terminal.wait_for_prompt()
        terminal.type("so?\r")
        terminal.wait_for("tok/s")
        terminal.wait_for_prompt()
        terminal.type("\x0f")
        terminal.wait_for(lambda: "Let me see whether it is so." in terminal.rows[-24:])
        terminal.wait_for_prompt()
        terminal.type("/tokens\r")
        terminal.wait_for("The next request has")
        terminal.wait_for_prompt()
        terminal.type("\x04")
        assert terminal.end() == 0
    [request] = server.bodies
    assert request["thinking"] == {"type": "adaptive", "display": "summarized"}
    [kept] = Path(os.environ["XDG_CACHE_HOME"]).glob("streamchat/model-*.json")
    assert json.loads(kept.read_bytes())["model"]["max_input_tokens"] == 1_000_000


def test_a_long_conversation_is_compacted(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Yes."), text_reply("They agreed."), text_reply("Again."))
    with Terminal(environ=towards) as terminal:
        terminal.wait_for_prompt()
        terminal.type("so?\r")
        terminal.wait_for("Yes.")
        terminal.wait_for_prompt()
        terminal.type("/compact\r")
        terminal.wait_for("continues from this summary")
        terminal.wait_for_prompt()
        terminal.type("and?\r")
        terminal.wait_for("Again.")
        terminal.wait_for_prompt()
        terminal.type("\x04")
        assert terminal.end() == 0
    first, second = (m["content"][0]["text"] for m in server.bodies[2]["messages"])
    assert first.endswith("They agreed.")
    assert second == "and?"


def test_after_a_first_answer_the_chat_goes_on_without_repeating_it(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("First answer."), text_reply("Second."))
    with Terminal("-i", "one", environ=towards) as terminal:
        terminal.wait_for("First answer.")
        terminal.wait_for_prompt()
        assert terminal.text.count("First answer.") == 1
        terminal.type("two\r")
        terminal.wait_for("Second.")
        terminal.wait_for_prompt()
        terminal.type("\x04")
        assert terminal.end() == 0
    assert [text for _, text in said()] == ["one", "First answer.", "two", "Second."]


def test_quiet_on_a_terminal_shows_nothing_but_the_answer(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Just **this**"), text_reply("And this"))
    with Terminal("-q", "say", environ=towards) as terminal:
        assert terminal.end() == 0
        assert terminal.text.strip() == "Just this"
    with Terminal("say", environ=towards) as terminal:
        assert terminal.end() == 0
        assert "tok/s" in terminal.text


def test_a_conversation_that_is_open_elsewhere_can_be_gone_on_with_in_a_copy(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("one"), text_reply("two"), text_reply("three"))
    with Terminal(environ=towards) as first:
        first.wait_for_prompt()
        first.type("hello\r")
        first.wait_for("one")
        first.wait_for_prompt()
        run = piped("-c", "more", environ=towards)
        assert run.returncode == 75
        assert b'"hello" is open in process' in run.stderr
        assert b"prints it meanwhile." in run.stderr
        with Terminal("-c", environ=towards) as second:
            second.wait_for("Continue in a copy? [y/N]")
            second.type("y\r")
            second.wait_for_prompt()
            assert "hello (fork)" in second.text
            second.type("again\r")
            second.wait_for("two")
        with Terminal("-r", "hello", environ=towards) as third:
            third.wait_for("[y/N]")
            third.type("\r")
            assert third.end() == 75


def test_a_report_of_the_settings_says_who_is_asked(towards: Mapping[str, str]) -> None:
    demo = piped("--show-config", "--demo", environ={})
    assert b"requests go to the built-in demo server" in demo.stdout
    assert b"api.anthropic.com is sent" not in demo.stdout
    keyless = piped("--show-config", environ={})
    assert b"key sent to api.anthropic.com: none was found" in keyless.stdout
    capped = piped("--demo", "--max-cost", "1", "hi", environ={})
    assert capped.stderr.count(b"the demo is free: --max-cost") == 1


def test_an_error_on_a_terminal_is_broken_between_words() -> None:
    with Terminal("-r", "nowhere", "hi", columns=30) as terminal:
        assert terminal.end() == 66
        assert next(filter(None, terminal.rows)) == "streamchat: There is no"


@pytest.mark.parametrize("asked", [(), ("hi",)])
def test_a_theme_that_there_is_not_is_said(asked: tuple[str, ...]) -> None:
    with Terminal("--demo", "--theme", "drakula", *asked) as terminal:
        assert terminal.end() == 2
        said = " ".join(terminal.text.split())
        assert "There is no theme 'drakula'; did you mean dracula?" in said
        assert "auto, dark, light, mono" in said


def test_it_is_said_where_nothing_is_rendered_too() -> None:
    asked = piped("--demo", "--theme", "drakula", "hi", environ={})
    assert (asked.returncode, asked.stdout) == (2, b"")
    assert b"did you mean dracula?" in asked.stderr
    shown = piped("--show-config", "--theme", "drakula", environ={})
    assert shown.returncode == 0


def test_a_theme_of_the_environment_is_judged_too_and_a_style_is_one() -> None:
    with Terminal("--demo", "echo x", environ={"STREAMCHAT_THEME": "qqq"}) as terminal:
        assert terminal.end() == 78
    with Terminal("--demo", "--theme", "monokai", "echo x") as terminal:
        assert terminal.end() == 0


def test_what_was_spent_is_reported_with_the_prices_of_the_user(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "streamchat/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[prices."claude-sonnet-5-5"]\ninput = 1000\noutput = 1000\n')
    config.chmod(0o600)
    server.enqueue(text_reply("a"))
    assert piped("--no-save", "hi", environ=towards).returncode == 0
    [month] = json.loads(piped("--costs", "month", "--json", environ=towards).stdout)
    assert month["replies"] == 1
    assert month["usd"] > 0
    over = piped("--max-cost-day", "0.001", "hi", environ=towards)
    assert over.returncode == 1
    assert b"is spent today." in over.stderr
    assert len(server.posts) == 1
