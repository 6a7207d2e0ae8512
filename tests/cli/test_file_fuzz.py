"""Thousands of damaged conversation files and imports: each ends in a line, and never costs
another conversation."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from contextlib import closing, suppress
from pathlib import Path

import pytest

from file_fuzz import BY_BYTES, change_line, change_value, damaged
from program import NOW_S, Finished, conversations_directory, run_program
from shares import share
from streamchat.core.conversation import Conversation
from streamchat.core.errors import StreamchatError
from streamchat.core.messages import Message, Usage, text_block, user_message
from streamchat.core.records import Header, to_line
from streamchat.store import Disk, Store

AT = "2026-01-01T00:00:00Z"
CASES, EACH = 2_000, 20
IMPORTS, IMPORTS_EACH = 500, 10
CITED = {
    "type": "text",
    "text": "A *lexer* cuts `text`.",
    "citations": [{"type": "x", "url": "https://a.b", "title": "T", "cited_text": "c"}],
}


def conversation_file() -> bytes:
    """Records of every kind, with branches."""
    chat = Conversation(Header("abcd1234", AT, "claude-x", "Be brief.", extra={"x": [1]}))
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    usage = Usage(input_tokens=10, output_tokens=3, web_searches=1)
    reply = Message("assistant", (thinking, CITED), "claude-x", "end_turn", usage, 0.01, "req")
    image = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": "AA"},
    }
    chat.append(user_message("What is a lexer? \u202e \U0001f600"), "u1", AT)
    chat.partial("a1", "A ", AT)
    chat.append(reply, "a1", AT)
    chat.append(Message("user", (image, text_block("and?"))), "u2", AT)
    chat.append(Message("assistant", (text_block("So."),), stop_reason="interrupted"), "a2", AT)
    chat.undo()
    chat.append(user_message("or?"), "u3", AT)
    chat.partial("a3", "half an ans", AT)
    chat.rename("A title | of *it*")
    chat.configure(model="claude-y", system="Be long.")
    chat.add_empty_reply(reply, AT)
    return b"".join(map(to_line, chat.records))


def is_plain(run: Finished, *statuses: int) -> bool:
    lines = run.stderr.splitlines()
    return (
        run.status in statuses and all(len(line) < 1000 for line in lines) and len(lines) < 20
    )


def put_good() -> None:
    chat = Conversation(Header("good0001", AT, "m"))
    chat.append(user_message("good lexer"), "g", AT)
    path = conversations_directory() / "20260101-0000-good-good0001.jsonl"
    path.write_bytes(b"".join(map(to_line, chat.records)))
    os.utime(path, (NOW_S - 1000, NOW_S - 1000))


def continue_it(path: Path) -> None:
    """As a chat does: open, build a request, say something, read it again."""
    store = Store(path.parent, disk=Disk(), clock=lambda: NOW_S, new_id=iter("xyz").__next__)
    with suppress(StreamchatError):
        opened = store.open(str(path), model="m")
        chat = opened.conversation
        chat.request_messages()
        assert isinstance(chat.title, str)
        opened.journal.append(chat.append(user_message("later"), "later0001", AT))
        opened.journal.close()
        again = store.read(str(path)).conversation
        assert again.head == "later0001"
        _, copy = store.fork(again)
        copy.verify()
        copy.close()


@pytest.mark.parametrize("batch", share(range(CASES // EACH), every=100))
def test_a_damaged_conversation_costs_no_other(batch: int) -> None:
    whole = conversation_file()
    put_good()
    path = conversations_directory() / "20260101-0000-x-abcd1234.jsonl"
    for seed in range(batch * EACH, (batch + 1) * EACH):
        data = damaged(seed, whole, by=(*BY_BYTES, change_line, change_line, change_line))
        path.write_bytes(data)
        os.utime(path, (NOW_S - seed, NOW_S - seed))
        for argv in (["--list"], ["--search", "lexer"]):
            run = run_program(*argv)
            assert is_plain(run, 0), (seed, argv, run)
            assert "good lexer" in run.stdout, (seed, argv, run)
        for argv in (
            *(["--show", str(path)], ["--show", str(path), "--json"]),
            *(["--export", form, str(path)] for form in ("md", "html", "json")),
        ):
            run = run_program(*argv)
            assert is_plain(run, 0, 66), (seed, argv, run)
        assert path.read_bytes() == data
        continue_it(path)
        for left in conversations_directory().iterdir():
            if "good0001" not in left.name and left.is_dir():
                shutil.rmtree(left)  # attachments
            elif "good0001" not in left.name:
                left.unlink()


# Imports


def claude_ai() -> bytes:
    artifact = {
        "type": "tool_use",
        "name": "artifacts",
        "input": {"title": "T", "content": "x"},
    }
    return json.dumps(
        [
            {
                "uuid": f"c{chat}",
                "name": f"Chat {chat}",
                "created_at": AT,
                "current_leaf_message_uuid": "m2",
                "chat_messages": [
                    {"uuid": "m1", "sender": "human", "text": "q", "created_at": AT,
                     "attachments": [{"file_name": "a", "extracted_content": "b"}]},
                    {"uuid": "m2", "sender": "assistant", "parent_message_uuid": "m1",
                     "text": "<antArtifact title=\"x\">y</antArtifact>", "content": [artifact]},
                ],
            }
            for chat in range(3)
        ]
    ).encode()  # fmt: skip


def chatgpt() -> bytes:
    image = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-a"}
    contents = [
        {"content_type": "text", "parts": ["q"]},
        {"content_type": "code", "language": "python", "text": "1"},
        {"content_type": "multimodal_text", "parts": [image, "x"]},
    ]
    roles = ("user", "assistant", "user")
    nodes: dict[str, object] = {
        f"n{n}": {
            "parent": f"n{n - 1}" if n else None,
            "children": [],
            "message": {"author": {"role": roles[n]}, "content": content, "create_time": 1.5e9,
                        "metadata": {"model_slug": "gpt"}},
        }
        for n, content in enumerate(contents)
    }  # fmt: skip
    chat = {"title": "t", "create_time": 1.5e9, "current_node": "n2", "mapping": nodes}
    return json.dumps([{**chat, "id": "a"}, {**chat, "id": "b"}]).encode()


def claude_code() -> bytes:
    text = {"type": "text", "text": "r"}
    result = [{"type": "tool_result", "tool_use_id": "t", "content": [text]}]
    call = [{"type": "tool_use", "id": "t", "name": "Bash", "input": {"x": [1]}}]
    said = [("user", "q"), ("assistant", call), ("user", result)]
    about = {"model": "m", "usage": {"input_tokens": 1}}
    lines = [
        {
            "type": kind,
            "uuid": f"u{n}",
            "parentUuid": f"u{n - 1}" if n else None,
            "timestamp": AT,
            "sessionId": "s",
            "message": {"role": kind, "content": content, **about},
        }
        for n, (kind, content) in enumerate(said)
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def openai() -> bytes:
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    call = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
    return json.dumps(
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "s"},
                {"role": "user", "content": [{"type": "text", "text": "q"}, url]},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c", "content": "r"},
            ],
        }
    ).encode()


AICHAT = b"""\
model: a:b
messages:
- role: user
  content:
  - type: text
    text: "look"
  - type: image_url
    image_url: {url: abc}
- role: assistant
  content: |-
    yes
data_urls:
  abc: data:image/png;base64,AAAA
"""


def llm_logs() -> bytes:
    path = Path("logs.db")
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(
            "CREATE TABLE conversations (id, name, model);"
            "CREATE TABLE responses (id, model, prompt, system, response, conversation_id,"
            " datetime_utc, input_tokens, output_tokens);"
            "INSERT INTO conversations VALUES ('c', 'n', 'm');"
            "INSERT INTO responses VALUES ('r', 'm', 'q', 's', 'a', 'c', '2026-01-01', 1, 2);"
        )
    return path.read_bytes()


def zipped() -> bytes:
    with zipfile.ZipFile("x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", chatgpt())
        archive.writestr("file-a-b.png", b"\x89PNG")
    return Path("x.zip").read_bytes()


FORMATS = {
    "claude.ai": (claude_ai, (*BY_BYTES, change_value, change_value, change_value)),
    "chatgpt": (chatgpt, (*BY_BYTES, change_value, change_value, change_value)),
    "claude code": (claude_code, (*BY_BYTES, change_line, change_line, change_line)),
    "openai": (openai, (*BY_BYTES, change_value, change_value, change_value)),
    "aichat": (lambda: AICHAT, BY_BYTES),
    "llm": (llm_logs, BY_BYTES),
    "zip": (zipped, BY_BYTES),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_whole_file_of_each_format_is_imported(name: str) -> None:
    Path("whole").write_bytes(FORMATS[name][0]())
    run = run_program("--import", "whole")
    assert (run.status, run.stderr.endswith("imported.\n")) == (0, True), run


@pytest.mark.parametrize("batch", share(range(IMPORTS // IMPORTS_EACH), every=25))
def test_a_damaged_import_ends_in_a_line(batch: int) -> None:
    put_good()
    wholes = {name: make() for name, (make, _) in FORMATS.items()}
    for seed in range(batch * IMPORTS_EACH, (batch + 1) * IMPORTS_EACH):
        name = list(FORMATS)[seed % len(FORMATS)]
        Path("damaged").write_bytes(damaged(seed, wholes[name], by=FORMATS[name][1]))
        run = run_program("--import", "damaged")
        assert is_plain(run, 0, 1, 66, 74), (seed, name, run)
        assert run.stderr, (seed, name)
        again = run_program("--import", "damaged")
        assert "with more turns" not in again.stderr, (seed, name, again)
        assert "0 imported" in again.stderr or again.status, (seed, name, again)
        listed = run_program("--list")
        assert is_plain(listed, 0), (seed, name, listed)
        assert len(listed.stdout.splitlines()) == 1 + len(run.stdout.splitlines()), (seed, name)
        for row in listed.stdout.splitlines():
            assert run_program("--show", row.split("\t")[0]).status == 0, (seed, name, row)
        for path in conversations_directory().glob("*.jsonl"):
            if "good0001" not in path.name:
                path.unlink()
