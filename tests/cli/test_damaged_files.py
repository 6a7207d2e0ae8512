"""No damaged, hostile or foreign file among the conversations breaks a list, a search, a
resume or an export: it is skipped, and told once."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from program import NOW_S, Finished, conversations_directory, run_program
from server import ScriptedServer, text_reply

AT = "2026-01-01T00:00:00Z"
HEADER = {
    "streamchat": 1,
    "type": "conversation",
    "id": "abcd1234",
    "created": AT,
    "model": "m",
    "system": None,
}
QUESTION = {"type": "turn", "id": "u", "parent": None, "at": AT, "role": "user"} | {
    "content": [{"type": "text", "text": "a lexer?"}]
}
REPLY = {
    "type": "turn",
    "id": "a",
    "parent": "u",
    "at": AT,
    "role": "assistant",
    "content": [{"type": "text", "text": "It cuts a text."}],
    "model": "m",
    "stop_reason": "end_turn",
}


def line(record: object) -> bytes:
    return json.dumps(record).encode() + b"\n"


def put(name: str, data: bytes) -> Path:
    """A file among the conversations, newer than those before it."""
    directory = conversations_directory()
    path = directory / name
    path.write_bytes(data)
    seconds = NOW_S - 1000 + len(list(directory.iterdir()))
    os.utime(path, (seconds, seconds))
    return path


def good() -> Path:
    header, question = dict(HEADER, id="good0001"), dict(QUESTION)
    question["content"] = [{"type": "text", "text": "good lexer"}]
    return put("20260101-0000-good-good0001.jsonl", line(header) + line(question))


def bad(**changes: object) -> bytes:
    """A conversation whose reply has these fields."""
    return line(HEADER) + line(QUESTION) + line({**REPLY, **changes})


def nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


# What the conversation still holds; the files are those that broke the list.
READABLE = {
    "a cost of 10**400": bad(cost_usd=10**400),
    "a cost that is infinite": bad().replace(b'"stop', b'"cost_usd": 1e999, "stop'),
    "a cost that is no number": bad().replace(b'"stop', b'"cost_usd": NaN, "stop'),
    "a cost below nothing": bad(cost_usd=-1),
    "counts of 400 digits": bad(usage={"input_tokens": 10**400, "output_tokens": -1}),
    "a count of 5,000 digits": bad() + b'{"type": "set", "title": 1' + b"0" * 5000 + b"}\n",
    "a field nested 1,100 deep": bad(x=0).replace(b"0}", b"[" * 1100 + b"]" * 1100 + b"}"),
    "a field nested 900 deep": bad(x=nested(900)),
    "objects nested 300 deep": bad(x=0).replace(b"0}", b'{"a":' * 300 + b"1" + b"}" * 301),
    "times of the years 1 and 9999": (
        line({**HEADER, "created": "0001-01-01T00:00:00+14:00"})
        + line({**QUESTION, "at": "9999-12-31T23:59:59-14:00"})
    ),
    "times that are none": line({**HEADER, "created": 7}) + line({**QUESTION, "at": "soon"}),
    "a title that is a list": bad() + line({"type": "set", "title": nested(90), "model": [1]}),
    "blocks of odd types": line(HEADER) + line({**QUESTION, "content": [
        {"type": "text", "text": {"a": 1}}, {"type": "document", "source": 5}, {"type": "🙂"},
        {"type": "text", "text": "a lexer?"},
    ]}),
    "3,000 damaged lines": line(HEADER) + b"?\n" * 3000 + line(QUESTION),
}  # fmt: skip
UNREADABLE = {
    "no record": b"hello\n",
    "another program's records": b'{"type": "user", "message": {}}\n' * 3,
    "a list": b"[1, 2]",
    "NULs": b"\0" * 4096,
    "one deep line": b"[" * 100_000,
    "random bytes": bytes(range(256)) * 20,
}


def is_one_line_each(text: str) -> bool:
    return "Traceback" not in text and all(len(each) < 400 for each in text.splitlines())


@pytest.mark.parametrize("data", READABLE.values(), ids=READABLE)
def test_what_is_odd_in_a_conversation_costs_at_most_its_line(data: bytes) -> None:
    path = put("20260101-0000-x-abcd1234.jsonl", data)
    newest = good()
    listed = run_program("--list")
    assert listed.status == 0
    assert [row.split("\t")[0] for row in listed.stdout.splitlines()] == [
        "good0001",
        "abcd1234",
    ]
    for found in (run_program("--search", "lexer"), run_program("--search", "lexer")):
        assert {row.split("\t")[0] for row in found.stdout.splitlines()} == {
            "good0001",
            "abcd1234",
        }
    for argv in (
        ("--show", "abcd1234"),
        ("--show", str(path)),
        ("--show", "abcd1234", "--json"),
        ("--list", "--json"),
        ("--search", "lexer", "--json"),
        *(("--export", form, "abcd1234") for form in ("md", "html", "json")),
    ):
        run = run_program(*argv)
        assert run.status == 0, argv
        assert "lexer" in run.stdout, argv
        assert is_one_line_each(run.stderr)
        assert len(run.stderr.splitlines()) <= 7
    os.utime(newest, (1, 1))
    assert ask("-c").status == 69
    assert path.read_bytes().startswith(data)


FILES = Path(__file__).parents[1] / "data/files"
CONVERSATIONS = {  # what is said of each when it is shown
    "20260101-0000-x-abcd1234-hugecost.jsonl": "",
    "20260101-0000-x-abcd1234-deep.jsonl": ", line 3: nested too deeply",
}
IMPORTS = {  # the titles that come
    "claude-year1.json": ["n", "second"],
}


def test_every_file_here_has_its_ending() -> None:
    names = {path.name for path in FILES.iterdir()}
    assert names == CONVERSATIONS.keys() | IMPORTS.keys()


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_conversations_that_broke_a_list(name: str) -> None:
    good()
    path = put(name, (FILES / name).read_bytes())
    said = f"streamchat: {name}{CONVERSATIONS[name]}\n" if CONVERSATIONS[name] else ""
    listed = run_program("--list")
    assert [row.split("\t")[0] for row in listed.stdout.splitlines()] == [
        "abcd1234",
        "good0001",
    ]
    assert (listed.status, listed.stderr) == (0, "")
    for argv in (["--show", "abcd1234"], ["--export", "md", str(path)]):
        shown = run_program(*argv)
        assert (shown.status, shown.stderr, "q" in shown.stdout) == (0, said, True)
    assert f"{said}resumed: q\n" in ask("-c").stderr
    assert path.read_bytes().startswith((FILES / name).read_bytes())


@pytest.mark.parametrize("name", IMPORTS)
def test_the_imports_that_broke_off(name: str) -> None:
    run = run_program("--import", str(FILES / name))
    assert (run.status, run.stderr) == (0, f"{len(IMPORTS[name])} imported.\n")
    assert [row.split("\t")[3] for row in run.stdout.splitlines()] == IMPORTS[name]
    listed = run_program("--list")
    assert (listed.status, len(listed.stdout.splitlines())) == (0, len(IMPORTS[name]))


@pytest.mark.parametrize("model", [None, "", ["m"]])
def test_a_conversation_without_a_model_goes_on_with_the_usual_one(
    model: object, server: ScriptedServer, towards: Mapping[str, str]
) -> None:
    put("20260101-0000-x-abcd1234.jsonl", line({**HEADER, "model": model}) + line(QUESTION))
    server.enqueue(text_reply("Yes."), text_reply("Yes."))
    script = "/resume abcd1234\nand now?\n"
    for argv, stdin in ((["-c", "again?"], ""), (["--script", "-"], script)):
        assert run_program(*argv, "-m", "usual", stdin=stdin, environ=towards).status == 0
    assert [body["model"] for body in server.bodies] == ["usual", "usual"]


def ask(*argv: str) -> Finished:
    """A question to a server that is not there."""
    environ = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}
    return run_program(*argv, "--retries", "0", "again?", environ=environ)


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_is_no_conversation_is_skipped_and_told(data: bytes) -> None:
    good()
    path = put("20260101-0000-x-abcd1234.jsonl", data)
    told = f"streamchat: {path.name} was skipped. It is not a conversation: "
    for _ in range(2):  # the second time from the index
        for argv, shown in ((["--list"], "good0001"), (["--search", "lexer"], "good lexer")):
            run = run_program(*argv)
            assert run.status == 0
            assert shown in run.stdout
            assert run.stderr.count("\n") == run.stderr.count(told) == 1
    assert ask("-c").stderr.count(told) == 1
    assert ask("-r", "good lexer").stderr.count(told) == 1
    assert run_program("--show", "good lexer").stderr.count(told) == 1
    assert run_program("--export", "md", "good lexer").stderr.count(told) == 1
    refused = run_program("--show", "abcd1234")
    assert refused.status == 66
    assert refused.stderr.count("\n") == 1
    assert path.read_bytes() == data


def test_a_file_with_a_header_and_no_readable_turn_is_told() -> None:
    good()
    put("20260101-0000-x-abcd1234.jsonl", line(HEADER) + b'{"type": "turn", "id": "a"\n')
    for _ in range(2):
        run = run_program("--list")
        assert run.status == 0
        assert "good0001" in run.stdout
        assert run.stderr.count("None of its turns can be read: line 2: ") == 1
    assert ask("-c").stderr.count("None of its turns can be read: line 2: ") == 1


def as_fifo(path: Path) -> None:
    os.mkfifo(path)


def as_directory(path: Path) -> None:
    path.mkdir()


def as_link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere")


def as_huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 3 << 30)  # no block of it is on the disk


@pytest.mark.parametrize("make", [as_fifo, as_directory, as_link_to_nothing, as_huge])
def test_what_is_no_file_to_read_is_skipped_and_told(make: Callable[[Path], None]) -> None:
    good()
    path = conversations_directory() / "20260101-0000-x-abcd1234.jsonl"
    make(path)
    for argv in (["--list"], ["--search", "lexer"]):
        run = run_program(*argv)
        assert (run.status, run.stderr.count("\n")) == (0, 1)
        assert "good lexer" in run.stdout
        assert f"{path.name} was skipped. Cannot read " in run.stderr
    assert ask("-c").status == 69


def test_an_empty_file_is_nothing_to_tell() -> None:
    good()
    put("20260101-0000-x-abcd1234.jsonl", b"")
    assert run_program("--list").stderr == ""


def test_thousands_of_bad_files_are_counted() -> None:
    good()
    for number in range(40):
        put(f"20260101-0000-x-{number:08}.jsonl", b"hello\n")
    told = run_program("--list").stderr.splitlines()
    assert len(told) == 6
    assert told[-1] == "streamchat: 35 more files were skipped."


def test_damage_in_the_middle_of_a_long_file_is_told_when_it_is_printed() -> None:
    turns, parent = [], None
    for number in range(60):
        content = [{"type": "text", "text": f"{number} {'x' * 100_000}"}]
        turns.append({**QUESTION, "id": f"t{number}", "parent": parent, "content": content})
        parent = f"t{number}"
    lines = [line(HEADER), *map(line, turns)]
    for number in range(3, 13):
        lines[number] = lines[number].replace(b"xx", b'x" ?', 1)
    path = put("20260101-0000-x-abcd1234.jsonl", b"".join(lines))
    for argv in (("--show", "abcd1234"), ("--export", "md", "abcd1234")):
        run = run_program(*argv)
        assert run.status == 0
        told = [f"streamchat: {path.name}, line {number}: damaged" for number in range(4, 9)]
        more = f"streamchat: {path.name}: 5 more lines are damaged"
        assert run.stderr.splitlines() == [*told, more]


def test_times_beyond_what_an_index_holds(tmp_path: Path) -> None:
    path = good()
    for seconds in (-(10**10), 10**10):
        os.utime(path, (seconds, seconds))
        assert run_program("--list").stdout.startswith("good0001")
        assert "good lexer" in run_program("--search", "lexer").stdout


@pytest.mark.parametrize(
    "note",
    [
        b"[" * 1000,
        b'{"pid": 1e400, "since": "0001-01-01T00:00:00"}',
        b'{"pid": -1, "since": "9999-12-31T23:59:59-23:59"}',
        b'{"pid": 99999999999999999999, "since": []}',
        b"\0" * 50,
    ],
)
def test_a_lock_note_of_any_content_is_no_trouble(note: bytes) -> None:
    import fcntl

    path = good()
    path.with_name(f"{path.name}.lock").write_bytes(note)
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        busy = ask("-c")
    assert busy.status == 75
    assert busy.stderr.splitlines()[1:] == [
        'streamchat: "good lexer" is open in another process. '
        "Close it there first, or print it with --show good0001."
    ]
    assert ask("-c").status == 69


@pytest.mark.parametrize("kind", ["directory", "link", "text", "another"])
def test_an_index_of_any_kind_is_no_trouble(kind: str) -> None:
    import sqlite3

    good()
    run_program("--list")
    path = Path(os.environ["XDG_CACHE_HOME"], "streamchat/search.sqlite3")
    path.unlink()
    match kind:
        case "directory":
            path.mkdir()
        case "link":
            path.symlink_to("/dev/full")
        case "text":
            path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
        case _:
            db = sqlite3.connect(path)
            db.executescript("CREATE TABLE files (x); CREATE VIEW words AS SELECT 1; "
                             "PRAGMA user_version = 2;")  # fmt: skip
            db.close()
    run = run_program("--search", "lexer")
    assert (run.status, "good lexer" in run.stdout) == (0, True)
    assert is_one_line_each(run.stderr)
    if path.is_dir():
        shutil.rmtree(path)
