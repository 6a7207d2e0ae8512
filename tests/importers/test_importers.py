"""`foreign`, `Store.take_in` and --import: conversations of other programs, once each."""

from __future__ import annotations

import itertools
import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disks import open_store
from program import run_program
from shares import share
from streamchat.core.conversation import Conversation
from streamchat.core.errors import NotFound
from streamchat.core.messages import user_message
from streamchat.importers import ImportFault, conversations_in, is_named
from streamchat.store import Store

MODEL = "claude-test"
ROOT = "00000000-0000-4000-8000-000000000000"  # what claude.ai says of a first message
AT = "2026-03-29T07:06:35.552627+02:00"


def read(path: Path) -> list[Conversation | ImportFault]:
    return list(conversations_in(path, model=MODEL))


def conversations(path: Path) -> list[Conversation]:
    found = read(path)
    assert not [each for each in found if isinstance(each, ImportFault)]
    return [each for each in found if isinstance(each, Conversation)]


def faults(path: Path) -> list[str]:
    return [each.text for each in read(path) if isinstance(each, ImportFault)]


def texts(conversation: Conversation) -> list[str]:
    return [turn.message.text for turn in conversation.path]


def written(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), "utf-8")
    return path


# claude.ai


def said(id: str, sender: str, text: str, parent: str | None = None, **more: Any) -> Any:
    message = {"uuid": id, "sender": sender, "text": text, "created_at": AT, **more}
    return message if parent is None else {**message, "parent_message_uuid": parent}


def chat(id: str, *messages: Any, name: str = "", **more: Any) -> Any:
    return {"uuid": id, "name": name, "created_at": AT, "chat_messages": list(messages), **more}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    thinking = {"type": "thinking", "thinking": "Hm."}
    tool = {"type": "tool_use", "name": "web", "input": {}}
    paste = {"file_name": "log.txt", "extracted_content": "a log"}
    return written(
        tmp_path / "conversations.json",
        [
            chat(
                "c-1",
                said("m2", "assistant", "old", "m1"),  # before what it answers
                said("m1", "human", "q", ROOT),
                said(
                    "m3",
                    "assistant",
                    "",
                    "m1",
                    content=[thinking, {"type": "text", "text": "a"}],
                ),
                said("m4", "human", "", "m3"),  # nothing was said
                said(
                    "m5", "human", "more", "m4", attachments=[paste], files=[{"file_name": "x"}]
                ),
                said("m6", "assistant", "", "m5", content=[tool]),
                name="A chat",
                current_leaf_message_uuid="m6",
            ),
            chat("c-2"),
            chat("c-3", said("n1", "human", "linear"), said("n2", "assistant", "yes")),
        ],
    )


def test_a_claude_ai_export_keeps_branches_titles_times_and_attachments(export: Path) -> None:
    first, second = conversations(export)
    assert (first.title, second.title) == ("A chat", "linear")
    assert first.header.created == "2026-03-29T05:06:35Z"
    assert texts(first) == ["q", "a", "[a file that was not imported: x]\nmore"]
    assert first.path[-1].message.content[0] == {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "a log"},
        "title": "log.txt",
    }
    assert [turn.message.text for turn in first.turns][:2] == ["q", "old"]
    assert texts(second) == ["linear", "yes"]
    assert (first.model, first.header.extra["imported_from"]) == (MODEL, "claude.ai")
    assert all(len(message.content) for message in first.request_messages())


def test_messages_with_one_id_are_all_taken(tmp_path: Path) -> None:
    twice = chat("c", said("m", "human", "q"), said("m", "assistant", "a"))
    [conversation] = conversations(written(tmp_path / "conversations.json", [twice]))
    assert [turn.message.text for turn in conversation.turns] == ["q", "a"]
    assert texts(conversation) == ["q", "a"]


def test_the_zip_of_an_export_is_read(export: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.write(export, "data-2026/conversations.json")
    assert [c.title for c in conversations(tmp_path / "data.zip")] == ["A chat", "linear"]


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (3, "conversation 2: not an object"),
        ({"name": "x", "chat_messages": []}, "conversation 2 ('x'): it has no uuid"),
        (chat("c") | {"chat_messages": {}}, "conversation 2: chat_messages is not a list"),
        (chat("c", "hi"), "conversation 2: message 1: not an object"),
        (
            chat("c", said("m", "human", "a"), said("n", "robot", "b")),
            "conversation 2: message 2: sender must be human or assistant, not 'robot'",
        ),
        (chat("c", {"sender": "human"}), "conversation 2: message 1: it has no uuid"),
    ],
)
def test_a_bad_conversation_is_named_and_costs_only_itself(
    tmp_path: Path, item: object, fault: str
) -> None:
    good = chat("g", said("m", "human", "good"))
    path = written(tmp_path / "x.json", [good, item, chat("h", said("m", "human", "also"))])
    assert faults(path) == [fault]
    assert [c.title for c in read(path) if isinstance(c, Conversation)] == ["good", "also"]


def test_messages_that_follow_each_other_in_a_ring_do_not_hang(tmp_path: Path) -> None:
    ring = chat("c", said("a", "human", "1", "b"), said("b", "assistant", "2", "a"))
    [conversation] = conversations(written(tmp_path / "x.json", [ring]))
    assert conversation.turn_count == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("m1"),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(st.sampled_from(["uuid", "sender", "text", "type", "role"]), values)
    ),
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every key of every object and list in it."""
    keys = list(data) if isinstance(data, dict) else range(len(data) * isinstance(data, list))
    found = [(*path, key) for key in keys]
    return found + [deep for key in keys for deep in places(data[key], (*path, key))]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_is_a_bug(export: Path, data: st.DataObject) -> None:
    """Any value in any place: a fault, a refusal, or a conversation that can be sent."""
    damaged = json.loads(export.read_text("utf-8"))
    messages = [{"role": "user", "content": [{"type": "text", "text": "x"}]}]
    tree = [damaged, messages]
    *way, last = data.draw(st.sampled_from(places(tree)[2:]))
    target: Any = tree
    for key in way:
        target = target[key]
    target[last] = data.draw(JSON)
    for each in tree:
        try:
            found = read(written(export.with_name("damaged.json"), each))
        except NotFound:
            continue
        for conversation in found:
            if isinstance(conversation, Conversation):
                conversation.request_messages()


# llm


OLD_SCHEMA = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT,
  prompt_json TEXT, options_json TEXT, response TEXT, response_json TEXT,
  conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT);
"""
FRAGMENTS = """
ALTER TABLE responses ADD COLUMN input_tokens INTEGER;
ALTER TABLE responses ADD COLUMN output_tokens INTEGER;
ALTER TABLE responses ADD COLUMN resolved_model TEXT;
CREATE TABLE attachments (id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB);
CREATE TABLE prompt_attachments (response_id TEXT, attachment_id TEXT, "order" INTEGER);
CREATE TABLE fragments (id INTEGER PRIMARY KEY, hash TEXT, content TEXT);
CREATE TABLE prompt_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER);
CREATE TABLE system_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER);
"""
NEW_SCHEMA = """
CREATE TABLE attachments (id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB);
CREATE TABLE fragments (id INTEGER PRIMARY KEY, hash TEXT, content TEXT);
CREATE TABLE messages (hash TEXT PRIMARY KEY, parent_hash TEXT, role TEXT);
CREATE TABLE parts (id INTEGER PRIMARY KEY, message_hash TEXT, position INTEGER, type TEXT,
  tool_name TEXT, text TEXT, payload TEXT);
CREATE TABLE part_attachments (part_id INTEGER, attachment_id TEXT, "order" INTEGER);
CREATE TABLE threads (id TEXT PRIMARY KEY, name TEXT, tip_message_hash TEXT,
  forked_from TEXT, datetime_utc TEXT);
CREATE TABLE turns (id TEXT PRIMARY KEY, thread_id TEXT, parent_message_hash TEXT,
  tip_message_hash TEXT, model TEXT, resolved_model TEXT, input_tokens INTEGER,
  output_tokens INTEGER, datetime_utc TEXT);
"""


def quick(path: Path) -> sqlite3.Connection:
    """A database that is not synced."""
    db = sqlite3.connect(path)
    db.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;")
    return db


def database(path: Path, schema: str, rows: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    db = quick(path)
    db.executescript(schema)
    for table, values in rows.items():
        for row in values:
            db.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)
    db.commit()
    db.close()
    return path


def response(id: str, prompt: str, answer: str, minute: int, system: str | None = None) -> Any:
    at = f"2024-05-01T10:0{minute}:00.000000"
    return (id, "gpt-x", prompt, system, "{}", "{}", answer, "{}", "c1", 5, at)


def test_the_first_logs_of_llm(tmp_path: Path) -> None:
    path = database(
        tmp_path / "logs.db",
        OLD_SCHEMA,
        {
            "conversations": [("c1", "Old chat", "gpt-x"), ("c2", None, "gpt-x")],
            "responses": [
                response("r2", "q2", "a2", 2),
                response("r1", "q1", "a1", 1, system="Be old"),
                response("r3", "q3", "", 3),
            ],
        },
    )
    [conversation] = conversations(path)
    assert texts(conversation) == ["q1", "a1", "q2", "a2", "q3"]
    assert (conversation.title, conversation.system) == ("Old chat", "Be old")
    assert conversation.model == MODEL
    turn = conversation.path[1]
    assert (turn.at, turn.message.model) == ("2024-05-01T10:01:00Z", "gpt-x")


def old_logs(path: Path) -> Path:
    return database(
        path,
        OLD_SCHEMA + FRAGMENTS,
        {
            "conversations": [("c1", "Chat", "gpt-x")],
            "responses": [(*response("r1", "look", "a cat", 1), 7, 3, "gpt-x-2024")],
            "attachments": [
                ("a", "image/png", None, None, b"\x89PNG"),
                ("b", "audio/wav", "/tmp/b.wav", None, None),
            ],
            "prompt_attachments": [("r1", "b", 1), ("r1", "a", 0)],
            "fragments": [(1, "h", "one"), (2, "i", "two"), (3, "j", "System.")],
            "prompt_fragments": [("r1", 2, 1), ("r1", 1, 0)],
            "system_fragments": [("r1", 3, 0)],
        },
    )


def test_fragments_attachments_and_tokens_of_llm(tmp_path: Path) -> None:
    [conversation] = conversations(old_logs(tmp_path / "logs.db"))
    question, reply = conversation.path
    assert [block["type"] for block in question.message.content] == ["image", "text", "text"]
    assert question.message.content[0]["source"]["data"] == "iVBORw=="
    assert question.message.text == (
        "[an attachment that the logs do not hold: /tmp/b.wav]\none\ntwo\nlook"
    )
    assert conversation.system == "System."
    usage = reply.message.usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (7, 3)
    assert reply.message.model == "gpt-x-2024"


def threads(path: Path) -> Path:
    composed = json.dumps({"text_ref": [{"fragment": 1}, {"literal": "\nlook"}]})
    return database(
        path,
        NEW_SCHEMA,
        {
            "threads": [("t1", "first?", "a2", None, "2026-11-23 22:59:13+00:00")],
            "turns": [
                ("u1", "t1", "q1", "a1", "m-1", None, 5, 7, "2026-11-23T22:59:13.561758+00:00"),
                ("u2", "t1", "q2", "a2", "m-1", "m-1x", 6, 8, "2026-11-23T23:00:13.5+00:00"),
                ("u3", "t1", "q1", "b1", "m-2", None, 5, 9, "2026-11-23T23:01:13.5+00:00"),
            ],
            "messages": [
                ("s", None, "system"),
                ("q1", "s", "user"),
                ("a1", "q1", "assistant"),
                ("q2", "a1", "user"),
                ("a2", "q2", "assistant"),
                ("b1", "q1", "assistant"),
            ],
            "parts": [
                (1, "s", 0, "text", None, "Be nice", None),
                (2, "q1", 0, "text", None, "first?", None),
                (3, "a1", 0, "reasoning", None, "Hm.", None),
                (4, "a1", 1, "text", None, "ans 1", None),
                (5, "q2", 0, "text", None, None, composed),
                (6, "q2", 1, "attachment", None, None, "{}"),
                (7, "a2", 0, "text", None, "ans 2", None),
                (8, "b1", 0, "text", None, "other", None),
            ],
            "fragments": [(1, "h", "frag")],
            "attachments": [("p", "application/pdf", None, None, b"%PDF")],
            "part_attachments": [(6, "p", 0)],
        },
    )


def test_the_threads_of_llm_with_their_branches(tmp_path: Path) -> None:
    [conversation] = conversations(threads(tmp_path / "logs.db"))
    assert texts(conversation) == ["first?", "ans 1", "frag\nlook", "ans 2"]
    assert [t.message.text for t in conversation.turns][-1] == "other"
    assert conversation.system == "Be nice"
    assert conversation.path[2].message.content[0]["source"]["media_type"] == "application/pdf"
    assert [t.message.model for t in conversation.path] == [None, "m-1", None, "m-1x"]
    assert [t.at[11:16] for t in conversation.path] == ["22:59", "22:59", "23:00", "23:00"]


ODD = (None, 7, 1.5, 10**15, b"\xff\x00", "", "[" * 500, '{"text_ref": 3}', "\ud7ff", "-1")
COLUMNS = [
    (table, column)
    for schema in (OLD_SCHEMA + FRAGMENTS, NEW_SCHEMA)
    for table, columns in re.findall(r"CREATE TABLE (\w+) \((.*?)\);", schema, re.DOTALL)
    for column in (each.split()[0].strip('"') for each in columns.split(","))
]


@pytest.mark.parametrize("value", share(ODD, every=3))
def test_any_value_in_any_column_is_imported_or_told(value: object, tmp_path: Path) -> None:
    wholes = [threads(tmp_path / "new.db"), old_logs(tmp_path / "old.db")]
    changed = tmp_path / "changed.db"
    for whole, (table, column) in itertools.product(wholes, sorted(set(COLUMNS))):
        changed.write_bytes(whole.read_bytes())
        with closing(quick(changed)) as db, suppress(sqlite3.Error):  # no such table here
            db.execute(f'UPDATE {table} SET "{column}" = ?', (value,))
            db.commit()
        with suppress(NotFound):
            for each in read(changed):
                if isinstance(each, Conversation):
                    each.request_messages()


def test_messages_in_a_ring_end(tmp_path: Path) -> None:
    path = threads(tmp_path / "logs.db")
    db = sqlite3.connect(path)
    db.execute("UPDATE messages SET parent_hash = 'a2' WHERE hash = 's'")
    db.commit()
    db.close()
    [conversation] = conversations(path)
    assert texts(conversation)[-1] == "ans 2"


def test_a_database_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "logs.db"
    schema = "CREATE TABLE conversations (id, name); CREATE TABLE responses (id, "
    database(path, schema + "conversation_id, datetime_utc, prompt);", {})
    assert read(path) == []
    db = sqlite3.connect(path)
    db.execute("INSERT INTO conversations VALUES ('c', 'n')")
    db.execute("INSERT INTO responses VALUES ('r', 'c', '', 'q')")
    db.commit()
    db.close()
    with pytest.raises(NotFound, match="no column 'response'"):
        read(path)


def test_a_conversation_gone_on_with_by_a_newer_llm_is_there_once(tmp_path: Path) -> None:
    path = threads(tmp_path / "logs.db")
    rows = {"conversations": [("t1", "Old", "m")], "responses": [response("r", "q", "a", 1)]}
    database(path, OLD_SCHEMA, rows)
    assert len(conversations(path)) == 1


# What is none of these


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", "is not JSON: line 1, column 1"),
        (b'[{"role": "user",\n]', "is not JSON: line 2, column 1"),
        (b"\xff\xfe", "is not JSON: line 1: not UTF-8 text"),
        (b'"text"', "is not a list of conversations or messages"),
        (b'{"a": 1}', "is not a list of conversations or messages"),
        (b'[{"uuid": "p", "docs": []}]', "is not a list of conversations or messages"),
        (b"PK\x03\x04rest", "is not a readable zip file"),
        (b"SQLite format 3\0rest", "cannot be read as the logs of llm"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path: Path, data: bytes, wrong: str) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(NotFound) as caught:
        read(tmp_path / "x")
    assert wrong in caught.value.message
    assert "\n" not in caught.value.message


def test_another_database_a_directory_and_nothing(tmp_path: Path) -> None:
    database(tmp_path / "db", "CREATE TABLE x (y);", {})
    os.mkfifo(tmp_path / "fifo")
    for name in ("db", "fifo", "nowhere", "."):
        with pytest.raises(NotFound):
            read(tmp_path / name)


def test_a_list_of_messages(tmp_path: Path) -> None:
    path = written(
        tmp_path / "talk.json",
        [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],
    )
    [conversation] = conversations(path)
    assert (conversation.title, texts(conversation)) == ("talk", ["q", "a"])
    assert faults(written(path, [{"role": "user", "content": "q"}, {"role": "robot"}])) == [
        "message 2: role must be user or assistant, not 'robot'"
    ]
    assert faults(written(path, [])) == ["the list is empty"]


def test_a_name_is_a_part_of_the_title_or_the_id_there(export: Path) -> None:
    first, second = conversations(export)
    assert [is_named(c, "CHAT") for c in (first, second)] == [True, False]
    assert [is_named(c, "c-3") for c in (first, second)] == [False, True]


# Into the store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "kept")


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_import_changes_no_byte(export: Path, store: Store, tmp_path: Path) -> None:
    first = list(store.take_in(conversations(export)))
    assert [(each.is_new, each.turns, each.added) for each in first] == [
        (True, 4, 4),
        (True, 2, 2),
    ]
    before = _contents(tmp_path / "kept")
    again = list(store.take_in(conversations(export)))
    assert [(each.is_new, each.turns, each.added) for each in again] == [
        (False, 4, 0),
        (False, 2, 0),
    ]
    assert _contents(tmp_path / "kept") == before
    assert [texts(store.read(each.id).conversation) for each in again] == [
        texts(conversation) for conversation in conversations(export)
    ]


def test_the_list_is_in_the_order_of_what_was_said(export: Path, store: Store) -> None:
    conversation, journal = store.start(MODEL, None)
    journal.append(conversation.append(user_message("today"), "t", "2026-09-21T14:13:20Z"))
    list(store.take_in(conversations(export)))
    assert store.summaries()[0].title == "today"
    assert store.summaries()[1].updated == 1774760795.0


def grown(export: Path) -> Path:
    data = json.loads(export.read_text("utf-8"))
    data[2]["chat_messages"] += [said("n3", "human", "again"), said("n4", "assistant", "ok")]
    return written(export, data)


def test_a_newer_export_adds_what_is_new(export: Path, store: Store) -> None:
    list(store.take_in(conversations(export)))
    [_, taken] = store.take_in(conversations(grown(export)))
    assert (taken.is_new, taken.turns, taken.added) == (False, 4, 2)
    assert texts(store.read(taken.id).conversation) == ["linear", "yes", "again", "ok"]


def test_who_went_on_here_stays_on_that_branch(export: Path, store: Store) -> None:
    [_, taken] = store.take_in(conversations(export))
    opened = store.open(taken.id, model=MODEL)
    turn = opened.conversation.append(user_message("mine"), "mine", "2026-09-21T14:13:20Z")
    opened.journal.append(turn)
    [_, busy] = store.take_in(conversations(grown(export)))
    assert "open" in busy.problem
    opened.journal.close()
    [_, taken] = store.take_in(conversations(export))
    assert taken.added == 2
    kept = store.read(taken.id).conversation
    assert texts(kept) == ["linear", "yes", "mine"]
    assert kept.turn_count == 5


# The program


def test_import_lists_what_it_did_and_the_second_time_too(export: Path) -> None:
    once = run_program("--import", str(export))
    assert (once.status, once.stderr) == (0, "2 imported.\n")
    rows = [line.split("\t")[1:] for line in once.stdout.splitlines()]
    assert rows == [["new", "4", "A chat"], ["new", "2", "linear"]]
    twice = run_program("--import", str(export), "chat")
    assert twice.stderr == "0 imported, 1 already imported.\n"
    assert [line.split("\t")[1:] for line in twice.stdout.splitlines()] == [
        ["kept", "4", "A chat"]
    ]
    exported = run_program("--export", "json", "A chat")
    assert [message["role"] for message in json.loads(exported.stdout)] == [
        *("user", "assistant", "user")
    ]


def test_import_names_what_is_wrong_and_takes_the_rest(export: Path) -> None:
    data = json.loads(export.read_text("utf-8"))
    written(export, [*data, {"uuid": "x", "name": "bad\x1b[31m", "chat_messages": [1]}])
    run = run_program("--import", str(export))
    assert run.status == 1
    assert "conversation 4 ('bad\\x1b[31m'): message 1: not an object." in run.stderr
    assert run.stderr.endswith("2 imported.\n")
    assert run_program("--import", str(export), "nosuch").status == 66
    assert run_program("--no-save", "--import", str(export)).status == 2


def test_export_writes_utf8_whatever_the_locale_and_refuses_to_write_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    source = written(tmp_path / "talk.json", [{"role": "user", "content": "naïve \x1b[31m"}])
    assert run_program("--import", str(source)).status == 0
    command = [sys.executable, "-m", "streamchat", "--export", "md", "talk"]
    run = subprocess.run(command, capture_output=True, check=False)
    assert "naïve \x1b[31m" in run.stdout.decode("utf-8")
    assert run_program("--export", "html", "talk", "out.html").status == 0
    assert Path("out.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    again = run_program("--export", "html", "talk", "out.html")
    assert (again.status, again.stderr) == (
        2,
        f"streamchat: {Path.cwd() / 'out.html'} already exists; --force overwrites it.\n",
    )
    assert run_program("--export", "json", "talk", "out.html", "--force").status == 0
    assert json.loads(Path("out.html").read_text("utf-8"))
    assert run_program("--export", "json", "talk", "o!").status == 0
    assert Path("o!").exists()
    assert run_program("--force", "--list").status == 2
    assert run_program("--export", "md", "nosuch").status == 66
