"""One question, one answer: in a pipe, against a loopback server."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from program import (
    run_program,
    said,
    saved_conversations,
    saved_records,
)
from receiving import CANARY
from server import Close, ScriptedServer, error_event, error_reply, text_reply


def last_object(output: str) -> dict[str, object]:
    """Every line is an object; the last one."""
    *_, last = map(json.loads, output.splitlines())
    return dict(last)


def test_a_piped_answer_is_the_verbatim_markdown(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    source = "# Title\n\n- **a**\x1b[31m\n"
    server.enqueue(text_reply(source))
    run = run_program("summarise", stdin="the text\n", environ=towards)
    assert (run.stdout, run.status) == (source, 0)
    assert run.stderr.splitlines() == [
        f"server: {server.base_url.removeprefix('http://')} (ANTHROPIC_BASE_URL)"
    ]
    assert server.bodies[0]["messages"][0]["content"][0]["text"] == "the text\n\nsummarise"


def test_events_are_the_raw_ones_a_line_each(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Hi", " there"))
    run = run_program("--output-format", "events", "go", environ=towards)
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
    run = run_program("--json", "go", environ=towards)
    assert json.loads(run.stdout)["text"] == "Hi"
    assert run.stderr == ""
    run = run_program("--json", "--retries", "0", "go", environ=towards)
    error = json.loads(run.stderr)["error"]
    assert (run.status, error["status"], error["retryable"]) == (75, 75, True)


@pytest.mark.parametrize("form", ["json", "stream-json"])
def test_a_result_ends_the_output_whatever_ended_the_reply(
    form: str, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Half a", Close()), error_reply(400, "too few"))
    cut = run_program("--output-format", form, "go", environ=towards)
    failed = run_program("--output-format", form, "go", environ=towards)
    results = [last_object(run.stdout) for run in (cut, failed)]
    assert [(r["type"], r["ending"], r["text"]) for r in results] == [
        ("result", "cut_off", "Half a"),
        ("result", "failed", ""),
    ]
    errors = [json.loads(run.stderr)["error"] for run in (cut, failed)]
    assert [error["type"] for error in errors] == ["connection_lost", "invalid_request_error"]
    assert (cut.status, failed.status) == (76, 65)


def test_a_failure_after_events_is_an_event_and_an_object_on_stderr(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Hel", error_event()))
    run = run_program("--output-format", "events", "go", environ=towards)
    assert last_object(run.stdout)["type"] == "error"
    assert json.loads(run.stderr)["error"]["type"] == "overloaded_error"
    assert run.status == 75


def test_a_mistake_is_an_object_where_json_was_asked_for() -> None:
    run = run_program("--output-format", "stream-json", "--max-tokens", "abc", "hi")
    assert (run.status, run.stdout) == (2, "")
    assert json.loads(run.stderr)["error"]["type"] == "usage"


def test_extract_prints_the_code_or_fails(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("So:\n\n```py\nprint(1)\n```\n"), text_reply("No code."))
    found = run_program("-x", "-q", "go", environ=towards)
    assert (found.stdout, found.stderr, found.status) == ("print(1)\n", "", 0)
    none = run_program("-x", "-q", "go", environ=towards)
    assert (none.stdout, none.status) == ("", 1)
    assert none.stderr.startswith("streamchat: The answer has no code block")


def test_ten_megabytes_are_sent_and_forty_are_refused(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Long."))
    much = b"a \0 line\n" * 1_000_000
    run = run_program("sum", stdin=much, environ=towards)
    assert (run.stdout, run.status) == ("Long.\n", 0)
    assert len(server.posts[0].raw) > len(much)
    run = run_program("--json", "sum", stdin=much * 4, environ=towards)
    assert (run.stdout, run.status) == ("", 65)
    assert "32 MB" in json.loads(run.stderr)["error"]["message"]
    assert len(server.posts) == 1


def test_models_are_listed_with_what_is_known_of_them(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    lines = run_program("--list-models", environ=towards).stdout.splitlines()
    sonnet = next(line.split("\t") for line in lines if line.startswith("claude-sonnet-5-5"))
    # Prices are Anthropic's: what this server takes is not known.
    assert sonnet == ["claude-sonnet-5-5", "1,000,000", "128,000", "–", "–", "active"]


def test_a_cut_reply_is_printed_kept_and_has_its_status(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("Half a", Close()))
    run = run_program("go", environ=towards)
    assert (run.stdout, run.status) == ("Half a\n", 76)
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
    run = run_program(*arguments, environ={"ANTHROPIC_API_KEY": CANARY})
    assert (run.status, run.stdout) == (status, "")
    complaints = [line for line in run.stderr.splitlines() if "server:" not in line]
    assert len(complaints) == 1
    assert complaints[0].startswith("streamchat: ")


def test_a_key_does_not_follow_a_repository(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text(f"ANTHROPIC_BASE_URL={server.base_url}\n")
    proxied = {"ANTHROPIC_API_KEY": CANARY, "HTTPS_PROXY": "http://127.0.0.1:9"}
    run = run_program("--retries", "0", "hi", environ=proxied)
    assert run.status == 69  # the real host, through a proxy that is not there
    assert "the proxy 127.0.0.1:9 (HTTPS_PROXY) refuses the connection" in run.stderr
    assert server.posts == []
    assert "./.env (it sets" in run.stderr


def test_stdin_that_is_no_text_is_replaced_and_counted(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("ok"))
    run = run_program(stdin=b"caf\xe9 \xff\x00", environ=towards)
    assert run.status == 0
    assert "2 sequences were replaced" in run.stderr
    assert server.bodies[0]["messages"][0]["content"][0]["text"].startswith("caf\ufffd \ufffd")


def test_no_save_leaves_only_what_it_cost(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    server.enqueue(text_reply("ok"))
    assert run_program("--no-save", "secret", environ=towards).status == 0
    [log] = [path for path in Path.home().rglob("*") if path.is_file()]
    assert log.name == "spending.jsonl"
    assert json.loads(log.read_bytes()).keys() == {"at", "model", "usage", "usd"}


def test_the_demo_answers_in_a_pipe() -> None:
    run = run_program("--demo", stdin="hi")
    assert run.status == 0
    assert run.stdout.startswith("Hello!")
    assert "\x1b" not in run.stdout
    assert "not a model" in run.stderr


def test_a_list_of_messages_is_imported(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    source = [
        {"role": "user", "content": "My name is Ada."},
        {"role": "assistant", "content": [{"type": "text", "text": "Hello Ada."}]},
    ]
    Path("old.json").write_text(json.dumps(source))
    server.enqueue(text_reply("Ada."))
    assert run_program("-r", "old.json", "Who am I?", environ=towards).status == 0
    assert len(server.bodies[0]["messages"]) == 3
    assert json.loads(Path("old.json").read_text()) == source
    assert [text for _, text in said()] == [
        "My name is Ada.",
        "Hello Ada.",
        "Who am I?",
        "Ada.",
    ]
    listed = run_program("--list")
    assert listed.stdout.strip().endswith("My name is Ada.")
    assert "Hello Ada." in run_program("--show", "My name").stdout


def test_files_are_attached_before_the_text(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("notes.md").write_text("# Notes\n")
    server.enqueue(text_reply("ok"))
    run = run_program("-a", "notes.md", "-a", "-", "compare", stdin="piped", environ=towards)
    assert run.status == 0
    content = server.bodies[0]["messages"][0]["content"]
    assert [block.get("title") for block in content] == ["notes.md", "stdin", None]
    assert content[2] == {"type": "text", "text": "compare"}


def test_refused_thinking_is_left_out_and_that_is_said(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    bound = "Invalid `signature` in `thinking` block. The block is bound to another."
    server.enqueue(text_reply("First.", thinking="Hm."), error_reply(400, bound))
    server.enqueue(text_reply("Second."))
    assert run_program("one", environ=towards).status == 0
    run = run_program("-c", "two", environ=towards)
    assert (run.status, run.stdout) == (0, "Second.\n")
    assert "refused the thinking of earlier turns" in run.stderr
    kinds = [[b["type"] for b in body["messages"][1]["content"]] for body in server.bodies[1:]]
    assert kinds == [["thinking", "text"], ["text"]]
    assert saved_records()[2]["content"][0]["type"] == "thinking"


def test_a_dry_run_counts_and_sends_and_keeps_nothing(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    run = run_program("--dry-run", "one two three", environ=towards)
    assert run.status == 0
    assert run.stdout.startswith("The next request has ")
    assert "Its price is unknown." in run.stdout
    counted = json.loads(run_program("--dry-run", "--json", "x", environ=towards).stdout)
    assert counted["type"] == "dry_run"
    assert counted["input_tokens"] > 0
    assert counted["input_cost_usd"] is None
    assert server.posts == []
    assert saved_conversations() == []


def test_a_cap_that_cannot_be_kept_sends_nothing(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    run = run_program("--max-cost", "1", "hi", environ=towards)
    assert (run.status, run.stdout) == (1, "")
    assert "is unknown here, so the cap of $1.00 cannot be kept" in run.stderr
    assert server.posts == []


def test_a_report_of_the_settings_says_who_is_asked(towards: Mapping[str, str]) -> None:
    demo = run_program("--show-config", "--demo", environ={})
    assert "requests go to the built-in demo server" in demo.stdout
    assert "api.anthropic.com is sent" not in demo.stdout
    keyless = run_program("--show-config", environ={})
    assert "key sent to api.anthropic.com: none was found" in keyless.stdout
    capped = run_program("--demo", "--max-cost", "1", "hi", environ={})
    assert capped.stderr.count("the demo is free: --max-cost") == 1


def test_it_is_said_where_nothing_is_rendered_too() -> None:
    asked = run_program("--demo", "--theme", "drakula", "hi", environ={})
    assert (asked.status, asked.stdout) == (2, "")
    assert "did you mean dracula?" in asked.stderr
    shown = run_program("--show-config", "--theme", "drakula", environ={})
    assert shown.status == 0


def test_what_was_spent_is_reported_with_the_prices_of_the_user(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "streamchat/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[prices."claude-sonnet-5-5"]\ninput = 1000\noutput = 1000\n')
    config.chmod(0o600)
    server.enqueue(text_reply("a"))
    assert run_program("--no-save", "hi", environ=towards).status == 0
    [month] = json.loads(run_program("--costs", "month", "--json", environ=towards).stdout)
    assert month["replies"] == 1
    assert month["usd"] > 0
    over = run_program("--max-cost-day", "0.001", "hi", environ=towards)
    assert over.status == 1
    assert "is spent today." in over.stderr
    assert len(server.posts) == 1


def test_a_piped_document_does_not_name_the_conversation() -> None:
    run_program("--demo", "-q", "What is wrong?", stdin=b"2026-11-20 WARN\nmore\n")
    assert "What is wrong?" in run_program("--demo", "--list").stdout


def test_a_directory_is_attached_by_its_files_which_are_named(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("d").mkdir()
    Path("d/a.txt").write_text("one two")
    Path("d/b.zip").write_bytes(b"PK\x03\x04")
    server.enqueue(text_reply("ok"))
    run = run_program("-a", "d", "compare", environ=towards)
    assert run.stderr.splitlines()[1:] == [
        "Left out: d/b.zip is a ZIP archive: unpack it and attach its files.",
        "attached: 1. d/a.txt (text, 7 B, about 3 tokens)",
    ]
    [document, _text] = server.bodies[0]["messages"][0]["content"]
    assert document["title"] == "d/a.txt"


def test_many_files_are_refused_until_force_allows_them(
    server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    Path("d").mkdir()
    for at in range(101):
        Path(f"d/{at}").write_text("x")
    refused = run_program("-a", "d", "compare", environ=towards)
    assert (refused.status, refused.stderr.splitlines()[-1]) == (
        2,
        "streamchat: -a would attach 101 files. Name fewer, or add --force.",
    )
    assert (server.bodies, saved_conversations()) == ([], [])
    server.enqueue(text_reply("ok"))
    assert run_program("-a", "d", "--force", "compare", environ=towards).status == 0
    assert len(server.bodies[0]["messages"][0]["content"]) == 102
