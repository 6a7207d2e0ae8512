"""A question that got no answer does not stick: the next run of `-c` goes on without it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pictures import png
from program import run_program, saved_records
from server import (
    Reply,
    ScriptedServer,
    error_reply,
    event_reply,
    message_object,
    message_reply,
    text_reply,
)


@dataclass(frozen=True, slots=True)
class Gave:
    status: int
    result: dict[str, Any]  # the JSON on stdout; empty when nothing was asked
    error: dict[str, Any]  # the one on stderr


def ask(server: ScriptedServer, *argv: str) -> Gave:
    environ = {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": server.base_url}
    run = run_program("--json", "--retries", "0", *argv, environ=environ)
    lines = [line for line in run.stderr.splitlines() if line.startswith("{")]
    error = json.loads(lines[-1])["error"] if lines else {}
    return Gave(run.status, json.loads(run.stdout or "{}"), error)


def sent(server: ScriptedServer) -> list[str]:
    """The text of the messages of the last request."""
    messages = server.bodies[-1]["messages"]
    return ["".join(block.get("text", "") for block in m["content"]) for m in messages]


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (error_reply(400, "image exceeds 5 MB maximum"), 65),
        (error_reply(413), 65),
        (error_reply(529), 75),
        (message_reply(), 76),
        (message_reply(stop_reason="refusal"), 1),
        (message_reply(stop_reason="max_tokens"), 76),
        (event_reply(), 76),
    ],
)
def test_a_question_without_an_answer_is_not_sent_again(
    server: ScriptedServer, reply: Reply, status: int
) -> None:
    server.enqueue(text_reply("One."), reply, text_reply("Two."), text_reply("Three."))
    assert ask(server, "first").status == 0
    assert ask(server, "-c", "bad").status == status
    assert ask(server, "-c", "second").status == 0
    assert sent(server) == ["first", "One.", "second"]
    assert ask(server, "-c", "third").status == 0
    assert sent(server) == ["first", "One.", "second", "Two.", "third"]
    turns = [r for r in saved_records() if r["type"] == "turn" and r["role"] == "user"]
    assert [turn["content"][0]["text"] for turn in turns] == ["first", "bad", "second", "third"]


def test_a_first_question_that_is_refused_leaves_an_empty_branch(
    server: ScriptedServer,
) -> None:
    server.enqueue(error_reply(400, "no"), text_reply("Yes."))
    assert ask(server, "bad").status == 65
    assert ask(server, "-c", "good").status == 0
    assert sent(server) == ["good"]


def test_an_empty_answer_has_its_figures_and_its_cost_is_kept(server: ScriptedServer) -> None:
    server.enqueue(message_reply())
    gave = ask(server, "hello")
    assert gave.status == 76
    assert gave.error["type"] == "empty_answer"
    assert gave.error["message"] == "The answer was empty."
    usage = {"input_tokens": 12, "output_tokens": 34}
    result = {name: gave.result[name] for name in ("ending", "text", "model", "stop_reason")}
    assert result == {
        "ending": "cut_off",
        "text": "",
        "model": "claude-sonnet-5-5",
        "stop_reason": "end_turn",
    }
    assert gave.result["usage"] == usage
    assert gave.result["request_id"] == "req_scripted"
    [empty] = [record for record in saved_records() if record["type"] == "empty_reply"]
    assert empty["usage"] == usage


THINKING = {"type": "thinking", "thinking": "hm", "signature": "s"}
UNSIGNED = {**THINKING, "signature": ""}
TEXT = {"type": "text", "text": "One."}


@pytest.mark.parametrize(
    "words",
    [
        "messages.1.content.0: Invalid `signature` in `thinking` block.",
        "messages.1.content.0.thinking.signature: Field required",
        "messages.1.content.0: Input tag 'thinking' found using 'type' does not match any of"
        " the expected tags: 'text', 'image'",
        "unknown content block type: thinking",
        "Thinking blocks cannot be modified",
    ],
)
def test_refused_thinking_is_left_out_for_good(server: ScriptedServer, words: str) -> None:
    server.enqueue(message_reply(THINKING, TEXT), error_reply(400, words), text_reply("Two."))
    ask(server, "first")
    assert ask(server, "-c", "second").status == 0
    kinds = [
        [b["type"] for m in body["messages"] for b in m["content"]] for body in server.bodies
    ]
    assert kinds[1:] == [["text", "thinking", "text", "text"], ["text"] * 3]
    server.enqueue(text_reply("Three."))
    assert ask(server, "-c", "third").status == 0  # in a process of its own, say
    assert len(server.posts) == 4
    assert {"type": "set", "sends_thinking": False} in saved_records()


def test_unsigned_thinking_is_not_sent(server: ScriptedServer) -> None:
    server.enqueue(message_reply(UNSIGNED, TEXT), text_reply("Two."))
    ask(server, "first")
    assert ask(server, "-c", "second").status == 0
    assert [block["type"] for block in server.bodies[1]["messages"][1]["content"]] == ["text"]


def test_a_refusal_of_the_parameter_thinking_is_no_refusal_of_earlier_thinking(
    server: ScriptedServer,
) -> None:
    refusal = error_reply(400, "thinking.type: 'adaptive' is not supported on this model")
    server.enqueue(message_reply(THINKING, TEXT), refusal, text_reply("Two."))
    ask(server, "first")
    assert ask(server, "-c", "second").status == 65
    assert len(server.posts) == 2


def test_what_one_server_made_goes_to_another_as_its_text(server: ScriptedServer) -> None:
    novel = {"type": "novel", "data": 1}
    server.enqueue(message_reply(THINKING, novel, TEXT))
    ask(server, "first")
    with ScriptedServer() as other:
        other.enqueue(text_reply("Two."))
        assert ask(other, "-c", "second").status == 0
        assert other.bodies[0]["messages"][1]["content"] == [TEXT]
    server.enqueue(text_reply("Three."))
    ask(server, "-c", "third")
    assert server.bodies[1]["messages"][1]["content"] == [THINKING, novel, TEXT]


def test_a_message_that_begins_and_fails_is_counted(server: ScriptedServer) -> None:
    start = event_reply(
        b"data: "
        + json.dumps(
            {"type": "message_start", "message": message_object(stop_reason=None)}
        ).encode()
        + b"\n\n"
    )
    server.enqueue(start)
    gave = ask(server, "hello")
    assert (gave.status, gave.result["model"]) == (76, "claude-sonnet-5-5")
    assert gave.result["stop_reason"] == "interrupted"


def test_an_image_that_is_too_large_is_refused_before_it_is_sent(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)  # what would scale it down is not installed
    Path("a.png").write_bytes(png(9000, 9))
    gave = ask(server, "-a", "a.png", "what is this?")
    assert (gave.status, gave.error["type"]) == (65, "request_too_large")
    assert gave.error["message"].startswith("a.png has 9000 × 9 pixels, and the model takes ")
    assert server.posts == []
    server.enqueue(text_reply("Hello"))
    assert ask(server, "hello").status == 0
    assert sent(server) == ["hello"]
