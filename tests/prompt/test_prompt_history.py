"""History on disk: who may read it, who else writes it, and what damage costs."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import threading
from pathlib import Path

import pytest
from desk import desk, run
from prompt_toolkit.data_structures import Size

from streamchat.core.errors import DiskError
from streamchat.core.ports import Typed
from streamchat.prompt import history_file
from streamchat.prompt.history import MAX_ENTRIES, READ_BYTES, FileHistory
from streamchat.prompt.history_file import (
    MAX_ENTRY_CHARACTERS,
    HistoryEntry,
    append_entry,
    forget_entries,
)

UP = "\x1b[A"


def entries(history: FileHistory) -> list[str]:
    """What a new prompt would load, newest first."""

    async def load() -> list[str]:
        return [entry async for entry in history.load()]

    return asyncio.run(load())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_sent_is_recalled_by_the_next_program(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history"
    for line in ("first", "second\nline"):
        with desk(history=path) as at:
            at.paste(line)
            at.read("\r")
    with desk(history=path) as at:
        assert at.read(f"{UP}{UP}{UP}\r") == Typed("first")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == [
        {"text": "first", "conversation": "c1"},
        {"text": "second\nline", "conversation": "c1"},
        {"text": "first", "conversation": "c1"},
    ]


def test_what_seems_to_hold_a_key_is_recalled_but_not_written(tmp_path: Path) -> None:
    path = tmp_path / "history"
    key = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"
    with desk(history=path) as at:
        at.read("harmless\r")
        at.read(f"use {key}\r")
        assert at.read(f"{UP}\r") == Typed(f"use {key}")
    assert "harmless" in path.read_text()
    assert key not in path.read_text()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state" / "history"
    before = os.umask(0)
    try:
        FileHistory(path).record("x", conversation="c1")
    finally:
        os.umask(before)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text('"old"\n')
    path.chmod(0o644)
    FileHistory(path).record("new", conversation="c1")
    assert mode(path) == 0o600


def test_what_another_process_adds_is_there_at_the_next_prompt(tmp_path: Path) -> None:
    path = tmp_path / "history"
    ours, theirs = FileHistory(path), FileHistory(path)
    ours.record("a", conversation="c1")
    theirs.record("b", conversation="c1")
    ours.record("c", conversation="c1")
    assert entries(ours) == entries(theirs) == ["c", "b", "a"]


def test_the_same_again_is_recorded_once(tmp_path: Path) -> None:
    history = FileHistory(tmp_path / "history")
    for text in ("a", "a", "b", "a"):
        history.record(text, conversation="c1")
    assert entries(history) == ["a", "b", "a"]


def test_blanks_first_and_huge_texts_are_not_recorded(tmp_path: Path) -> None:
    history = FileHistory(tmp_path / "history")
    for text in (" secret", "\tsecret", "", "x" * (MAX_ENTRY_CHARACTERS + 1)):
        history.record(text, conversation="c1")
    assert entries(history) == []
    assert not (tmp_path / "history").exists()


def test_any_text_survives(tmp_path: Path) -> None:
    text = 'quote " \\ \x1b[m \x00 \u2028 \x85 é 漢 \U0001f600'
    FileHistory(tmp_path / "history").record(text, conversation="c1")
    assert entries(FileHistory(tmp_path / "history")) == [text]
    assert (tmp_path / "history").read_bytes().isascii()


def test_damaged_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "history"
    deep = b"[" * 100_000
    path.write_bytes(
        b'"a"\n{"b": 1}\n' + deep + b'\n\xff\xfe\n\x00\x00\n"torn\n3\n"\\ud800b"\n"c"\n"torn'
    )
    history = FileHistory(path)
    assert entries(history) == ["c", "\ufffdb", "a"]
    history.record("d", conversation="c1")
    assert entries(history) == ["d", "c", "\ufffdb", "a"]
    assert entries(FileHistory(path)) == ["d", "c", "\ufffdb", "a"]


def test_only_the_end_of_a_large_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "history"
    lines = [json.dumps(f"entry {number} {'x' * 100}") for number in range(20_000)]
    path.write_text("\n".join(lines) + "\n")
    loaded = entries(FileHistory(path))
    assert len(loaded) == MAX_ENTRIES
    assert loaded == [json.loads(line) for line in lines[: -MAX_ENTRIES - 1 : -1]]


def test_large_messages_are_entries_as_well_and_hide_no_older_ones(tmp_path: Path) -> None:
    path = tmp_path / "history"
    sent = ["old", "x" * 60_000, "✓" * 300_000, "new"]
    history = FileHistory(path)
    for text in sent:
        history.record(text, conversation="c1")
    assert entries(FileHistory(path)) == sent[::-1]


def test_the_rest_of_a_line_is_no_entry(tmp_path: Path) -> None:
    path = tmp_path / "history"
    cut = '" more"\n'  # what would remain of a line is a JSON string, too
    filler = "x" * (READ_BYTES - len(cut) - 3)
    path.write_text(f'"a \\{cut}"{filler}"\n')
    assert entries(FileHistory(path)) == [filler]


def test_a_line_that_was_half_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text('"a"\n"half')
    history = FileHistory(path)
    assert entries(history) == ["a"]
    with path.open("a") as file:
        file.write(' and half"\n')
    assert entries(history) == ["half and half", "a"]


def test_a_file_that_became_shorter_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "history"
    history = FileHistory(path)
    history.record("long entry", conversation="c1")
    path.write_text("")
    assert entries(history) == ["long entry"]
    FileHistory(path).record("b", conversation="c1")
    assert entries(history) == ["b", "long entry"]


def test_no_path_keeps_it_in_memory(tmp_path: Path) -> None:
    history = FileHistory(None)
    history.record("a", conversation="c1")
    history.record("b", conversation="c1")
    assert entries(history) == ["b", "a"]
    assert list(tmp_path.glob("**/*history*")) == []


def test_a_disk_that_refuses_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with desk(history=blocked / "history", size=Size(rows=10, columns=60)) as at:
        assert at.read("one\r") == Typed("one")

        async def told() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            await at.sees("history is not saved: File exists")
            at.type(f"{UP}\r")
            assert await reading == Typed("one")

        run(told())


def test_links_pipes_and_directories_are_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text('"theirs"\n')
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(target)
    os.mkfifo(pipe)
    for path in (link, pipe, tmp_path):
        history = FileHistory(path)
        assert entries(history) == []
        history.record("mine", conversation="c1")
        assert history.problem.startswith("history is not saved")
        assert entries(history) == ["mine"]
    assert target.read_text() == '"theirs"\n'


def test_a_large_paste_is_recorded_as_what_was_sent(tmp_path: Path) -> None:
    text = "line\n" * 300
    with desk(history=tmp_path / "history") as at:
        at.paste(text)
        at.read("end\r")
    assert entries(FileHistory(tmp_path / "history")) == [f"{text}end"]


# A conversation is deleted


def lines(*entries: tuple[str, str | None]) -> bytes:
    """A history file; entries without an id have the form of older versions."""
    return b"".join(
        json.dumps(text).encode() + b"\n" if id is None else HistoryEntry(text, id).to_line()
        for text, id in entries
    )


def test_a_history_that_is_too_large_is_named_and_not_shortened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history"
    append_entry(path, HistoryEntry("mine", "c1"))
    monkeypatch.setattr(history_file, "MAX_FILE_BYTES", 9)
    with pytest.raises(DiskError, match="may still hold what you typed there: it is larger"):
        forget_entries(path, "c1", texts=(), names=())
    assert b"mine" in path.read_bytes()


def test_what_was_typed_in_a_deleted_conversation_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "history"
    stays = [
        ("an otter", "c2"),
        ("a badger, too", None),
        ("what is a badger?", "c2"),  # the same words, said elsewhere
        ("/resume badger", "c2"),
        ("/help", None),
    ]
    goes = [
        ("a secret", "c1"),
        ("what is a badger?", None),
        ("/rename Badgers", "c1"),
        ("/resume badgers", "c2"),
        ("/delete  Badgers", None),
    ]
    damaged = b"\xff\n[7]\n"
    path.write_bytes(lines(*stays[:2], *goes, *stays[2:]) + damaged)
    forget_entries(path, "c1", texts=["what is a badger? "], names=["Badgers", "c1"])
    assert path.read_bytes() == lines(*stays) + damaged
    assert mode(path) == 0o600
    assert [each.name for each in tmp_path.glob("history*")] == ["history"]


def test_a_program_that_runs_forgets_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "history"
    ours, theirs = FileHistory(path), FileHistory(path)
    ours.record("a secret", conversation="c1")
    ours.record("in memory", conversation=None)
    theirs.record("public", conversation="c2")
    assert entries(ours) == ["public", "in memory", "a secret"]
    forget_entries(path, "c1", texts=[], names=[])
    assert entries(ours) == ["public", "in memory"]
    assert entries(theirs) == ["public"]
    ours.record("more", conversation="c2")
    assert entries(theirs) == ["more", "public"]


def test_where_nothing_was_typed_nothing_is_written(tmp_path: Path) -> None:
    forget_entries(tmp_path / "history", "c1", texts=[], names=[])
    assert list(tmp_path.glob("history*")) == []
    path = tmp_path / "history"
    path.write_bytes(lines(("a", "c2")))
    before = path.stat().st_ino
    forget_entries(path, "c1", texts=[], names=[])
    assert path.stat().st_ino == before


def test_a_history_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(lines(("a secret", "c1")))
    (tmp_path / "history.new").mkdir()
    with pytest.raises(DiskError, match="may still hold what you typed"):
        forget_entries(path, "c1", texts=[], names=[])
    assert entries(FileHistory(path)) == ["a secret"]


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(lines(("a", "c2")))
    (tmp_path / "history.new").write_bytes(lines(("a secret", "c1")))
    forget_entries(path, "c1", texts=[], names=[])
    assert [each.name for each in tmp_path.glob("history*")] == ["history"]


def test_no_line_is_lost_while_lines_are_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(lines(*((f"gone {n}", f"d{n}") for n in range(20))))

    def add(name: str) -> None:
        for number in range(100):
            append_entry(path, HistoryEntry(f"{name} {number}", "c"))

    threads = [threading.Thread(target=add, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for number in range(20):
        forget_entries(path, f"d{number}", texts=[], names=[])
    for thread in threads:
        thread.join()
    assert sorted(entries(FileHistory(path))) == sorted(
        f"{name} {number}" for name in ("one", "two") for number in range(100)
    )


@pytest.mark.parametrize(
    "line", [b"[" * 100_000, b'{"text": ' * 5_000, b"1e999", b'{"text": 7}']
)
def test_a_line_of_any_depth_or_type_is_skipped(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "history"
    path.write_bytes(lines(("a", "c1")) + line + b"\n" + lines(("b", "c2")))
    assert entries(FileHistory(path)) == ["b", "a"]
    forget_entries(path, "c1", texts=[], names=[])
    assert entries(FileHistory(path)) == ["b"]
