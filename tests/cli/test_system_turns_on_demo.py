"""/system in mid-conversation through the program, on the demo server."""

from __future__ import annotations

import json
import os
from pathlib import Path

from program import run_program
from scripts import error_reply
from server import ScriptedServer, text_reply
from strict_api import StrictServer

CHAT = "/system Be brief.\nhello\n/system Be long.\nwhat did I say\n"
TOLD = "The system prompt: `Be brief.`\n\nThe system prompt from then on: `Be long.`"


def chat(*flags: str, lines: str = CHAT) -> str:
    finished = run_program("--demo", "-q", *flags, "--script", "-", stdin=lines)
    assert finished.status == 0, finished.stderr
    return finished.stdout


def saved_file() -> Path:
    [file] = Path(os.environ["XDG_DATA_HOME"], "streamchat/demo/conversations").glob("*.jsonl")
    return file


def test_the_prompt_is_told_kept_shown_and_exported() -> None:
    said = chat("-m", "claude-opus-5-5", lines=f"{CHAT}/system\n/tree\n/show\n")
    assert TOLD in said
    assert "system prompt: Be long." in said
    assert "> System prompt: Be long." in said
    file = saved_file()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0]["streamchat"] == 2
    assert [line["type"] for line in lines].count("system") == 1
    ref = str(file)
    assert "> System prompt: Be long.\n" in run_program("--demo", "--show", ref).stdout
    markdown = run_program("--demo", "--export", "md", ref).stdout
    assert "## System prompt, " in markdown
    assert "\n\nBe long.\n" in markdown
    page = run_program("--demo", "--export", "html", ref).stdout
    assert "<h2>System prompt</h2>" in page
    messages = json.loads(run_program("--demo", "--export", "json", ref).stdout)
    assert [each["role"] for each in messages][2:4] == ["user", "system"]
    again = run_program("--demo", "-q", "-c", "what did I say").stdout
    assert TOLD in again


def test_a_model_that_takes_none_gets_the_newest_prompt_alone() -> None:
    said = chat("-m", "claude-sonnet-5")
    assert "The system prompt: `Be long.`" in said
    assert "Be brief" not in said
    assert '"type": "system"' not in saved_file().read_text()


def test_the_cache_and_the_thinking_of_earlier_turns_hold() -> None:
    first = "Be brief. " * 300
    lines = f"/system {first}\nhello\n/system Be long.\nwhat did I say\nwhat did I say\n"
    with StrictServer() as server:
        environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": server.base_url}
        flags = ("-q", "-m", "claude-opus-5-5", "--script", "-")
        finished = run_program(*flags, environ=environ, stdin=lines)
    assert (finished.status, finished.stderr) == (0, "")
    directory = Path(os.environ["XDG_DATA_HOME"], "streamchat/conversations")
    [file] = directory.glob("*.jsonl")
    records = [json.loads(line) for line in file.read_text().splitlines()]
    answers = [each for each in records if each.get("role") == "assistant"]
    read = [each["usage"]["cache_read_input_tokens"] for each in answers]
    assert read[0] == 0
    assert read[1] > 700
    assert read[2] > read[1]
    assert not [each for each in records if "sends_thinking" in each]


CHANGED = "/system Be brief.\nlong 9000\nhello\nhello\n/system Be long.\nhello\n"


def test_a_miss_is_explained_by_the_server() -> None:
    with StrictServer() as server:
        environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": server.base_url}
        flags = ("-m", "claude-sonnet-5", "--script", "-")
        finished = run_program(*flags, environ=environ, stdin=CHANGED)
    [missed] = [line for line in finished.stderr.splitlines() if "cache" in line]
    assert missed.startswith("cache missed: the system prompt changed, ")
    assert missed.endswith("k tokens")
    directory = Path(os.environ["XDG_DATA_HOME"], "streamchat/conversations")
    [file] = directory.glob("*.jsonl")
    records = [json.loads(line) for line in file.read_text().splitlines()]
    answers = [each for each in records if each.get("role") == "assistant"]
    assert all(each["message_id"].startswith("msg_") for each in answers)


def test_a_server_that_refuses_to_compare_is_not_asked_again(server: ScriptedServer) -> None:
    start = {"id": "msg_1", "diagnostics": None}
    server.enqueue(text_reply("a", **start), error_reply(400, "diagnostics: not permitted"))
    server.enqueue(*(text_reply(text, **start) for text in "bcd"))
    environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": server.base_url}
    lines = "one\ntwo\nthree\nfour\n"
    finished = run_program("-q", "--script", "-", environ=environ, stdin=lines)
    assert finished.stdout.split() == ["a", "b", "c", "d"]
    asked = [body.get("diagnostics") for body in server.bodies]
    assert asked == [None, {"previous_message_id": "msg_1"}, None, None, None]


def test_a_server_without_comparisons_is_never_asked(server: ScriptedServer) -> None:
    server.enqueue(text_reply("a"), text_reply("b"))
    environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": server.base_url}
    run_program("-q", "--script", "-", environ=environ, stdin="one\ntwo\n")
    assert [body.get("diagnostics") for body in server.bodies] == [None, None]
