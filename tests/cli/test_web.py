"""--web through the program, on the demo server: marks, sources, and nothing when it is off."""

import json
import os
from pathlib import Path

import pytest

from program import just_look, run_on_terminal, run_program
from server import (
    Reply,
    ScriptedServer,
    error_event,
    event_reply,
    message_object,
    message_reply,
    sse,
    text_reply,
)
from streamchat.core.errors import ExitStatus
from streamchat.core.messages import text_block
from terminal import Person

SOURCES = (
    "\n\n1. [Tides - an introduction](https://example.org/tides)\n"
    "2. [Why the sea is salt](https://example.net/sea?page=2)\n"
)


def ask(*flags: str) -> str:
    finished = run_program("--demo", "-q", "--no-save", *flags, "search the sea")
    assert finished.status == ExitStatus.OK
    return finished.stdout


def test_a_pipe_gets_marks_and_sources_as_markdown() -> None:
    text = ask("--web")
    assert "twice a day[1], and it is salt because rivers" in text
    assert "carries it out[1][2]." in text
    assert text.endswith(SOURCES)


def test_raw_text_and_json_are_as_the_server_sent_them() -> None:
    assert "[1]" not in ask("--web", "--raw")
    result = json.loads(ask("--web", "--json"))
    assert "[1]" not in result["text"]
    assert result["usage"]["web_searches"] == 1
    assert [block["type"] for block in result["content"]][:2] == [
        "server_tool_use",
        "web_search_tool_result",
    ]


def test_without_the_option_nothing_is_searched() -> None:
    assert "[1]" not in ask()


def test_marks_and_sources_are_in_what_is_shown_and_exported_later() -> None:
    run_program("--demo", "-q", "--web", "search the sea")
    directory = Path(os.environ["XDG_DATA_HOME"], "streamchat/demo/conversations")
    [file] = directory.glob("*.jsonl")
    shown = run_program("--demo", "--show", str(file)).stdout
    assert shown.rstrip().endswith(SOURCES.rstrip())
    exported = run_program("--demo", "--export", "md", str(file)).stdout
    assert SOURCES.strip() in exported
    assert "*[searched the web: search the sea]*" in exported
    assert "*[reading the page failed: the server cannot reach it]*" in exported
    page = run_program("--demo", "--export", "html", str(file)).stdout
    assert '<a href="https://example.org/tides"' in page
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    [tools] = [line["tools"] for line in lines if "tools" in line]
    assert [tool.partition(" ")[0] for tool in tools] == [
        "web_search_20260318",
        "web_fetch_20260318",
    ]
    assert '"max_uses": 8' in tools[0]


def test_a_script_shows_marks_and_sources_again() -> None:
    lines = "search the sea\n/show\n/redraw\n"
    finished = run_program("--demo", "-q", "--no-save", "--web", "--script", "-", stdin=lines)
    assert finished.stdout.count("carries it out[1][2].") == 3
    assert finished.stdout.count(SOURCES) == 3


def test_allowed_and_blocked_domains_exclude_each_other() -> None:
    finished = run_program("--demo", "--web-allow", "a.org", "--web-block", "b.org", "hi")
    assert finished.status == ExitStatus.USAGE


@pytest.mark.parametrize("site", ["http://a.org", "a", "a.org b.org"])
def test_what_is_no_domain_is_refused_before_anything_is_sent(site: str) -> None:
    for flag in ("--web-allow", "--web-block"):
        finished = run_program("--demo", "--web", flag, site, "hi")
        assert finished.status == ExitStatus.USAGE
        assert f"{flag}: {site!r}: give a domain: example.com" in finished.stderr


def test_a_turn_that_pauses_goes_on_by_itself() -> None:
    finished = run_program("--demo", "-q", "--no-save", "--web", "--json", "research the sea")
    result = json.loads(finished.stdout)
    assert (finished.status, result["stop_reason"]) == (ExitStatus.OK, "end_turn")
    kinds = [block["type"] for block in result["content"]]
    assert kinds[:3] == ["server_tool_use", "web_search_tool_result", "server_tool_use"]
    assert result["text"].startswith("The demo searched for")


CALL = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "code_execution", "input": {}}
WHERE = {"id": "container_1", "expires_at": "2026-11-26T12:00:00Z"}
PAUSED = {"stop_reason": "pause_turn", "stop_sequence": None, "container": WHERE}


@pytest.mark.parametrize(
    "paused",
    [
        message_reply(CALL, stop_reason="pause_turn", container=WHERE),
        event_reply(
            sse("message_start", message=message_object(stop_reason=None)),
            sse("content_block_start", index=0, content_block=CALL),
            sse("content_block_stop", index=0),
            sse("message_delta", delta=PAUSED, usage={"output_tokens": 3}),
            sse("message_stop"),
        ),
    ],
    ids=["said at the start", "said at the end"],
)
def test_code_that_a_pause_interrupted_goes_on_in_its_container(
    paused: Reply, server: ScriptedServer
) -> None:
    ended = message_reply(text_block("Done."), stop_reason="end_turn")
    server.enqueue(paused, ended, ended)
    environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": server.base_url}
    lines = "one\ntwo\n"
    finished = run_program("-q", "--web", "--script", "-", environ=environ, stdin=lines)
    assert (finished.status, finished.stdout) == (ExitStatus.OK, "Done.\nDone.\n")
    assert [body.get("container") for body in server.bodies] == [None, "container_1", None]
    assert server.bodies[1]["messages"][1]["content"] == [CALL]


def test_the_tree_says_what_was_searched() -> None:
    lines = "research the sea\n/tree\n"
    finished = run_program("--demo", "-q", "--no-save", "--web", "--script", "-", stdin=lines)
    assert "[searched the web: research the sea]" in finished.stdout


def test_a_fallback_answers_after_a_refusal_and_is_named() -> None:
    fallback = ("--demo", "--fallback", "claude-opus-5-5", "decline")
    found = json.loads(run_program("--json", *fallback).stdout)
    assert found["model"] == "claude-opus-5-5"
    finished = run_program(*fallback)
    assert finished.status == ExitStatus.OK
    assert "claude-sonnet-5-5 declined to answer. claude-opus-5-5 answers." in finished.stderr


def test_a_fallback_answers_where_the_stream_begins_with_overloaded(
    server: ScriptedServer,
) -> None:
    server.enqueue(event_reply(error_event()), text_reply("so", model="b"))
    server.enqueue(text_reply("half", error_event()))
    environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": server.base_url}
    asked = ("-q", "--no-save", "--retries", "0", "--fallback", "b", "why?")
    finished = run_program(*asked, environ=environ)
    assert (finished.status, finished.stdout) == (ExitStatus.OK, "so\n")
    finished = run_program(*asked, environ=environ)
    assert (finished.status, finished.stdout) == (ExitStatus.TRY_LATER, "half\n")
    assert [body["model"] for body in server.bodies][1:] == ["b", "claude-sonnet-5-5"]


def test_a_pipe_is_told_what_failed_on_the_web() -> None:
    finished = run_program("--demo", "--no-save", "--web", "search the sea")
    assert "reading the page failed: the server cannot reach it\n" in finished.stderr
    assert "failed" not in finished.stdout


def test_a_fallback_answers_where_the_first_stays_overloaded() -> None:
    fallback = ("--demo", "--retries", "0", "--fallback", "claude-opus-5-5", "busy")
    finished = run_program(*fallback)
    assert finished.status == ExitStatus.OK
    [line] = [line for line in finished.stderr.splitlines() if "claude-opus-5-5" in line]
    assert line.endswith("The demo was asked for a 529. claude-opus-5-5 answers.")
    assert "529" in run_program(*fallback[:3], "busy").stderr


MARKS = "twice a day[1]"
TITLE, ADDRESS = "Why the sea is salt", "https://example.net/sea?page=2"


def saved() -> str:
    run_program("--demo", "-q", "--web", "search the sea")
    directory = Path(os.environ["XDG_DATA_HOME"], "streamchat/demo/conversations")
    [file] = directory.glob("*.jsonl")
    return str(file)


@pytest.mark.parametrize(
    "argv",
    [
        ("--web", "search the sea"),
        ("--web", "--compare", "claude-opus-5-5", "search the sea"),
        ("--show",),
        ("--export", "md"),
        ("--export", "html"),
    ],
    ids=["pipe", "compare", "show", "markdown", "page"],
)
def test_marks_and_sources_survive_in_what_people_read(argv: tuple[str, ...]) -> None:
    reference = [saved()] if argv[0] in ("--show", "--export") else []
    text = run_program("--demo", "-q", *argv, *reference).stdout
    for part in (MARKS, TITLE, ADDRESS):
        assert part in text.replace("<sup>", "").replace("</sup>", "")


@pytest.mark.parametrize(
    "argv",
    [
        ("--raw",),
        ("--json",),
        ("--output-format", "stream-json"),
        ("--output-format", "events"),
        ("--schema", "name"),
    ],
    ids=["raw", "json", "stream-json", "events", "schema"],
)
def test_no_mark_is_in_what_programs_read(argv: tuple[str, ...]) -> None:
    assert "[1]" not in run_program("--demo", "-q", "--web", *argv, "search the sea").stdout


def test_a_list_of_messages_keeps_the_citations_themselves() -> None:
    [_, answer] = json.loads(run_program("--demo", "--export", "json", saved()).stdout)
    cited = [each for block in answer["content"] for each in block.get("citations") or ()]
    assert {each["url"] for each in cited} == {"https://example.org/tides", ADDRESS}


@pytest.mark.parametrize("columns", [80, 160])
@pytest.mark.parametrize(
    "argv",
    [
        ("--web", "search the sea"),
        ("--web", "--compare", "claude-opus-5-5", "search the sea"),
        ("--show", "search"),
    ],
    ids=["answer", "compare", "show"],
)
def test_a_terminal_shows_titles_with_addresses_or_links(
    argv: tuple[str, ...], columns: int
) -> None:
    if argv[0] == "--show":
        saved()
    window = run_on_terminal(just_look, "--demo", *argv, columns=columns, rows=60)
    assert "day[1]" in window.text
    assert f"{TITLE} ({ADDRESS})" in window.text
    kitty = {"TERM": "xterm-kitty"}
    window = run_on_terminal(just_look, "--demo", *argv, columns=columns, environ=kitty)
    assert f"{ADDRESS}\x1b\\".encode() in window.raw


def test_a_resumed_chat_shows_the_sources_again() -> None:
    def look(person: Person) -> None:
        person.wait_for(TITLE)
        person.wait_for_prompt()
        person.type("/exit\r")

    saved()
    assert run_on_terminal(look, "--demo", "-c").status == ExitStatus.OK
