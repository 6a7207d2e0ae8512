"""The index against the files: what is found, what is read again, what is forgotten."""

import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from indexed_conversations import MODEL, CountingDisk, IndexedConversations

from disks import QuickDisk
from patience import PATIENCE_S
from streamchat.core.conversation import Conversation
from streamchat.core.conversation_index import IndexProgress
from streamchat.core.errors import Busy, DiskError, NotFound, UsageError
from streamchat.core.messages import Message, text_block, user_message
from streamchat.search import database, queries
from streamchat.store import Store
from streamchat.store import conversation_list as stepping
from streamchat.store.journal import FileJournal


@pytest.fixture
def saved(tmp_path: Path) -> IndexedConversations:
    return IndexedConversations(tmp_path)


# Found


def test_a_hit_says_where_it_is(saved: IndexedConversations) -> None:
    path = saved.converse("What is a lexer?", "It cuts text into tokens, a lexer does.")
    answer, question = saved.hits("lexer")
    assert (answer.turn, answer.role, answer.at) == (
        "00000001-1",
        "assistant",
        "2026-09-21T14:15:20Z",
    )
    assert answer.excerpt == (
        ("It cuts text into tokens, a ", False),
        ("lexer", True),
        (" does.", False),
    )
    assert (question.turn, question.role) == ("00000001-0", "user")
    summary = question.summary
    assert (summary.id, summary.title) == ("00000001", "What is a lexer?")
    assert (summary.turns, summary.cost_usd, summary.path) == (2, 0.25, str(path))


def test_the_newest_comes_first_whatever_order_it_was_indexed_in(
    saved: IndexedConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "STEP_FILES", 1)  # the newest file first
    old = saved.converse("lexer one")
    saved.converse("lexer two")
    saved.catch_up()
    saved.go_on(old, "lexer three")
    saved.converse("lexer four")
    assert saved.found("lexer") == ["lexer four", "lexer three", "lexer two", "lexer one"]
    assert [hit.text for hit in saved.hits("lexer", most=2)] == ["lexer four", "lexer three"]


def test_what_was_edited_away_stays_findable(saved: IndexedConversations) -> None:
    path = saved.converse("tell me of badgers", "badgers dig")

    def edit(conversation: Conversation, journal: FileJournal) -> None:
        journal.append(conversation.undo(1))
        journal.append(conversation.append(user_message("and of otters"), "new", "never"))

    saved.change(path, edit)
    assert saved.found("badgers") == ["badgers dig", "tell me of badgers"]
    assert saved.found("otters") == ["and of otters"]


def test_a_conversation_is_found_by_its_title_also_by_a_new_one(
    saved: IndexedConversations,
) -> None:
    path = saved.converse("hello", title="Kubernetes")
    assert [(hit.turn, hit.text) for hit in saved.hits("kuber")] == [("", "Kubernetes")]
    saved.change(path, lambda chat, journal: journal.append(chat.rename("Helm")))
    assert saved.found("kuber") == []
    assert saved.titles("helm") == ["Helm"]


def test_the_list_has_each_once_and_titles_first(saved: IndexedConversations) -> None:
    saved.converse("nothing", "a lexer", "a lexer again", title="Lexers")
    saved.converse("lexer", "lexer", title="Other")
    assert saved.titles("lexer") == ["Lexers", "Other"]
    store = saved.store()
    assert [hit.text for hit in store.browse("lexer", most=9)] == ["a lexer again", "lexer"]


def test_without_words_the_list_is_of_what_was_written_last(
    saved: IndexedConversations,
) -> None:
    saved.converse("one", "first answer")
    second = saved.converse("two")
    saved.converse("three")
    saved.go_on(second, "second answer")
    assert saved.titles("") == ["two", "three", "one"]
    hits = saved.store().browse("  ", most=2)
    assert [(hit.text, hit.role) for hit in hits] == [
        ("second answer", "assistant"),
        ("three", "user"),
    ]


def test_a_reply_that_was_cut_off_is_found_and_then_its_whole(
    saved: IndexedConversations,
) -> None:
    path = saved.converse("go")

    def begin(conversation: Conversation, journal: FileJournal) -> None:
        journal.append(conversation.partial("reply", "half a lexer", "2026-11-22T00:00:00Z"))

    saved.change(path, begin)
    assert saved.found("lexer") == ["half a lexer"]

    def end(conversation: Conversation, journal: FileJournal) -> None:
        text = user_message("half a lexer and a parser")
        journal.append(conversation.append(text, "reply", "2026-11-22T00:00:01Z"))

    saved.change(path, end)
    assert saved.found("lexer") == ["half a lexer and a parser"]


# Read again


def test_only_what_changed_is_read_again(saved: IndexedConversations) -> None:
    first, second = saved.converse("one"), saved.converse("two")
    (saved.directory / "empty.jsonl").write_bytes(b"")
    (saved.directory / "no-conversation.jsonl").write_bytes(b"hello\n")

    def read_by(work: Callable[[Store], object]) -> set[str]:
        disk = CountingDisk()
        work(saved.store(disk))
        return set(disk.opened)

    def catch_up(store: Store) -> list[IndexProgress]:
        return list(store.catch_up())

    everything = {path.name for path in saved.directory.iterdir()}
    assert read_by(Store.summaries) == everything
    assert read_by(Store.summaries) == set()
    assert read_by(catch_up) == everything
    assert read_by(catch_up) == set()
    assert catch_up(saved.store()) == []
    saved.go_on(first, "three")
    assert read_by(Store.summaries) == {first.name}
    assert read_by(catch_up) == {first.name}
    os.utime(second, (1, 1))
    assert read_by(catch_up) == {second.name}


def test_of_a_file_that_grew_only_the_new_turns_are_indexed(
    saved: IndexedConversations,
) -> None:
    path = saved.converse("one", "two")
    saved.catch_up()
    saved.alter("UPDATE words SET text = 'left alone'")
    saved.go_on(path, "three")
    saved.catch_up()
    texts = saved.rows("SELECT text FROM words WHERE text != '' ORDER BY rowid")
    assert texts == [("left alone",), ("left alone",), ("left alone",), ("three",)]


def test_the_list_is_the_same_as_without_an_index(saved: IndexedConversations) -> None:
    path = saved.converse("one", "two", title="A title")
    saved.converse("three")
    plain = Store(saved.directory, disk=QuickDisk(), clock=lambda: 0.0, new_id=str)
    for _ in range(2):
        assert saved.store().summaries() == plain.summaries()
        assert [summary.title for summary in plain.summaries()] == ["three", "A title"]
        saved.change(path, lambda chat, journal: journal.append(chat.configure(model="m2")))
        os.utime(path, (1, 1))
    with pytest.raises(DiskError, match="sqlite3"):
        plain.search("one", most=1)


def test_a_model_is_found_by_its_answers_in_any_branch(saved: IndexedConversations) -> None:
    path = saved.converse("one", "two", title="By two")
    saved.converse("three", "four", title="By one")

    def ask_another(chat: Conversation, journal: FileJournal) -> None:
        head = chat.head
        journal.append(chat.retry())
        reply = Message("assistant", (text_block("five"),), "Other-1", "end_turn")
        journal.append(chat.append(reply, "another", "2026-11-27T10:00:00Z"))
        journal.append(chat.jump(head))

    saved.change(path, ask_another)
    assert saved.titles("model:other") == ["By two"]
    assert sorted(saved.titles(f"model:{MODEL}")) == ["By one", "By two"]
    assert saved.titles("model:nobody") == []


def test_a_file_that_went_is_found_no_more(saved: IndexedConversations) -> None:
    saved.converse("lexer one").unlink()
    other = saved.converse("lexer two")
    saved.catch_up()
    other.unlink()
    assert saved.store().summaries() == []
    assert saved.found("lexer") == []
    assert saved.rows("SELECT count(*) FROM turns") == [(0,)]


def test_steps_are_bounded_and_tell_how_far_they_are(
    saved: IndexedConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "STEP_FILES", 2)
    for number in range(5):
        saved.converse(f"lexer {number}")
    store = saved.store()
    steps = store.catch_up()
    assert next(steps) == IndexProgress(2, 5)
    assert [hit.text for hit in store.search("lexer", most=9)] == ["lexer 4", "lexer 3"]
    assert list(steps) == [IndexProgress(4, 5), IndexProgress(5, 5)]
    monkeypatch.setattr(stepping, "STEP_BYTES", 1)
    saved.path.unlink()
    assert len(list(saved.store().catch_up())) == 5


# Forgotten


def traces(saved: IndexedConversations, word: bytes) -> list[str]:
    """The files that hold a word."""
    files = (path for path in saved.directory.parent.rglob("*") if path.is_file())
    return [path.name for path in files if word in path.read_bytes()]


@pytest.mark.parametrize("writes", [True, False], ids=["usual", "no-save"])
def test_what_is_deleted_leaves_no_word_anywhere(
    saved: IndexedConversations, writes: bool
) -> None:
    path = saved.converse("my xylophone secret", "xylophones are loud")
    kept = saved.converse("something else")
    path.with_name(f"{path.name}.torn").write_bytes(b"xylophone\n")
    saved.catch_up()
    assert len(traces(saved, b"xylophone")) == 3
    saved.writes = writes
    saved.store().delete("00000001")
    assert traces(saved, b"xylophone") == []
    assert sorted(saved.directory.iterdir()) == [kept]
    assert saved.found("xylophone") == []
    assert saved.found("something") == ["something else"]


@pytest.mark.parametrize("next_run", [Store.summaries, lambda store: list(store.catch_up())])
def test_what_another_program_deletes_leaves_no_word_after_the_next_run(
    saved: IndexedConversations, next_run: Callable[[Store], object]
) -> None:
    path = saved.converse("my xylophone secret", "xylophones are loud")
    saved.converse("something else")
    saved.catch_up()
    path.unlink()
    next_run(saved.store())
    assert traces(saved, b"xylophone") == []
    assert saved.found("something") == ["something else"]


@pytest.mark.parametrize("last", range(1, 5))
def test_what_is_deleted_while_another_indexes_leaves_no_word(
    saved: IndexedConversations, last: int
) -> None:
    """`last` is the file that the other has read when this one deletes."""
    saved.converse("my xylophone secret", "xylophones are loud")
    for number in range(3):
        saved.converse(f"something else {number}")

    class Deleting(CountingDisk):
        def close(self, fd: int) -> None:
            super().close(fd)
            if len(self.opened) == last:
                self.opened.append("")
                saved.store().delete("00000001")

    list(saved.store(Deleting()).catch_up())
    assert traces(saved, b"xylophone") == []
    assert len(saved.found("something")) == 3


def test_what_another_indexes_while_this_one_deletes_leaves_no_word(
    saved: IndexedConversations,
) -> None:
    path = saved.converse("my xylophone secret")

    class Racing(QuickDisk):
        """Another process indexes just before the file goes."""

        def unlink(self, name: str) -> None:
            if name == str(path):
                saved.catch_up()
            super().unlink(name)

    saved.store(Racing()).delete("00000001")
    assert traces(saved, b"xylophone") == []


def test_an_index_in_use_lets_a_conversation_be_deleted_and_says_what_is_left(
    saved: IndexedConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.01)
    path = saved.converse("my xylophone secret")
    saved.catch_up()
    other = sqlite3.connect(saved.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DiskError, match="may still hold the words of this conversation"):
        saved.store().delete("00000001")
    assert not path.exists()
    other.execute("ROLLBACK")
    other.close()
    assert saved.store().summaries() == []
    assert traces(saved, b"xylophone") == []


def test_an_index_that_cannot_be_cleaned_goes_whole(saved: IndexedConversations) -> None:
    saved.converse("xylophone")
    saved.catch_up()
    data = bytearray(saved.path.read_bytes())
    data[:100] = b"\xff" * 100
    saved.path.write_bytes(data)
    saved.writes = False
    saved.store().delete("00000001")
    assert traces(saved, b"xylophone") == []


def test_only_what_is_kept_and_not_in_use_can_be_deleted(
    saved: IndexedConversations, tmp_path: Path
) -> None:
    path = saved.converse("mine")
    elsewhere = tmp_path / "elsewhere.jsonl"
    elsewhere.write_bytes(path.read_bytes())
    store = saved.store()
    with pytest.raises(UsageError, match="not one of the saved conversations"):
        store.delete(str(elsewhere))
    with pytest.raises(NotFound):
        store.delete("nowhere")
    opened = store.open(str(path), model=MODEL)
    for act in (store.require_deletable, store.delete):
        with pytest.raises(Busy, match='"mine" is open here since '):
            act(str(path))
    opened.journal.close()
    assert path.exists()
    assert elsewhere.exists()


# Whatever happens to the index


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def overwrite(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def drop_table(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE words")
    db.close()


def lose_turns(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM turns")
    db.close()


def make_older(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 999")
        db.execute("DROP TABLE turns")
    db.close()


def become_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def lose_the_directory(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("a file")


@pytest.mark.parametrize(
    "harm",
    [
        remove,
        empty,
        overwrite,
        truncate,
        drop_table,
        lose_turns,
        make_older,
        become_a_directory,
        lose_the_directory,
    ],
)
def test_the_files_are_the_truth(
    saved: IndexedConversations, harm: Callable[[Path], None]
) -> None:
    texts = [f"lexer {number}" for number in range(30)]
    for text in texts:
        saved.converse(text)
    saved.catch_up()
    harm(saved.path)
    assert saved.found("lexer") == texts[::-1]
    assert [summary.title for summary in saved.store().summaries()] == texts[::-1]
    saved.converse("lexer last")
    assert saved.found("lexer") == ["lexer last", *texts[::-1]]


def test_no_damage_of_any_place_hides_a_hit(saved: IndexedConversations) -> None:
    texts = [f"lexer {number}" for number in range(8)]
    for text in texts:
        saved.converse(text)
    saved.catch_up()
    data = saved.path.read_bytes()
    for seed in range(40):
        random_bytes = random.Random(seed)
        at, length = (
            random_bytes.randrange(len(data)),
            random_bytes.choice((1, 10, 500, 20_000)),
        )
        noise = random_bytes.randbytes(length)
        saved.path.write_bytes((data[:at] + noise + data[at + length :])[: len(data)])
        assert saved.found("lexer") == texts[::-1], seed


def test_damage_in_the_middle_of_the_work_costs_nothing(saved: IndexedConversations) -> None:
    texts = [f"lexer {number}" for number in range(30)]
    for text in texts:
        saved.converse(text)
    store = saved.store()
    for _ in store.catch_up():
        overwrite(saved.path)
    assert [hit.text for hit in store.search("lexer", most=99)] == texts[::-1]


def test_damage_while_the_list_is_made_costs_nothing(
    saved: IndexedConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "STEP_FILES", 2)
    texts = [f"lexer {number}" for number in range(6)]
    for text in texts:
        saved.converse(text)

    class Harming(CountingDisk):
        def open(self, path: str, flags: int, mode: int = 0o600) -> int:
            if len(self.opened) == 3:
                overwrite(saved.path)
            return super().open(path, flags, mode)

    summaries = saved.store(Harming()).summaries()
    assert [summary.title for summary in summaries] == texts[::-1]


def test_where_nothing_may_be_written_an_old_index_still_serves(
    saved: IndexedConversations,
) -> None:
    saved.converse("lexer one")
    saved.catch_up()
    before = saved.path.read_bytes()
    saved.converse("lexer two")
    saved.writes = False
    disk = CountingDisk()
    reading = saved.store(disk)
    list(reading.catch_up())
    assert len(disk.opened) == 1
    assert [hit.text for hit in reading.search("lexer", most=9)] == ["lexer two", "lexer one"]
    assert [path.name for path in saved.path.parent.iterdir()] == [saved.path.name]
    assert saved.path.read_bytes() == before


def test_no_save_makes_no_index(saved: IndexedConversations) -> None:
    saved.converse("lexer one")
    unkept = saved.store().not_saving()
    for _ in unkept.catch_up():
        pass
    assert [hit.text for hit in unkept.search("lexer", most=9)] == ["lexer one"]
    assert len(unkept.summaries()) == 1
    assert not saved.path.parent.exists()


_connect = sqlite3.connect


def test_an_index_that_another_process_holds_is_done_without(
    saved: IndexedConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.01)
    saved.converse("lexer one")
    saved.catch_up()
    saved.converse("lexer two")
    other = sqlite3.connect(saved.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    waits: list[float] = []

    def connect(name: str, **options: Any) -> sqlite3.Connection:
        waits.append(options.get("timeout", 0))
        found: sqlite3.Connection = _connect(name, **options)
        return found

    monkeypatch.setattr(sqlite3, "connect", connect)
    store = saved.store()
    assert list(store.catch_up()) == [IndexProgress(2, 2)]
    assert list(filter(None, waits)) == [0.01]  # it waits once
    assert [hit.text for hit in store.search("lexer", most=9)] == ["lexer two", "lexer one"]
    monkeypatch.undo()
    assert len(store.summaries()) == 2
    said = "Another process is using the search index; the files were read instead."
    assert (store.problems(), store.problems()) == ([said], [])
    other.execute("ROLLBACK")
    other.close()
    assert saved.rows("SELECT count(*) FROM files") == [(1,)]


_INDEXING = """
import sys
from pathlib import Path
from indexed_conversations import IndexedConversations
from streamchat.store import conversation_list as stepping
stepping.STEP_FILES = 3
IndexedConversations(Path(sys.argv[1])).catch_up()
"""


def test_processes_index_at_once(saved: IndexedConversations, tmp_path: Path) -> None:
    for number in range(40):
        saved.converse(f"lexer {number}", "answer")
    here = Path(__file__).parent
    command = [sys.executable, "-c", _INDEXING, str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), *sys.path])}
    workers = [subprocess.Popen(command, env=environ) for _ in range(3)]
    assert [worker.wait(PATIENCE_S) for worker in workers] == [0, 0, 0]
    assert saved.rows("SELECT count(*), count(DISTINCT turn) FROM turns") == [(120, 81)]
    assert saved.rows("SELECT count(*) FROM words WHERE words MATCH 'text : lexer'") == [(40,)]
    assert saved.rows("PRAGMA integrity_check") == [("ok",)]


def test_the_index_is_for_its_owner_only(saved: IndexedConversations) -> None:
    saved.converse("secret")
    saved.path.parent.mkdir(parents=True, mode=0o755)
    saved.path.parent.chmod(0o755)
    saved.path.touch(0o644)
    saved.catch_up()
    assert stat.S_IMODE(saved.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(saved.path.parent.stat().st_mode) == 0o700


def test_a_link_in_its_place_is_not_followed(
    saved: IndexedConversations, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    saved.path.parent.mkdir(parents=True)
    saved.path.symlink_to(victim)
    saved.converse("lexer one")
    assert saved.found("lexer") == ["lexer one"]
    assert not victim.exists()
    victim.write_bytes(b"")
    assert saved.found("lexer") == ["lexer one"]
    assert victim.read_bytes() == b""


def test_without_fts_there_is_a_list_and_no_search(
    saved: IndexedConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_TABLES", "CREATE VIRTUAL TABLE words USING fts99 (text)")
    saved.converse("lexer one")
    store = saved.store()
    assert [summary.title for summary in store.summaries()] == ["lexer one"]
    with pytest.raises(DiskError, match="no such module: fts99"):
        store.search("lexer", most=9)


@pytest.mark.parametrize(
    "at", ["", "never", "2026-11-22", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
)
def test_any_time_is_taken(saved: IndexedConversations, at: str) -> None:
    path = saved.converse("one")
    message = user_message("lexer")
    saved.change(path, lambda chat, journal: journal.append(chat.append(message, "odd", at)))
    assert [(hit.text, hit.at) for hit in saved.hits("lexer")] == [("lexer", at)]


def test_a_mistake_in_our_code_is_not_taken_for_damage(
    saved: IndexedConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved.converse("lexer")
    saved.catch_up()
    before = saved.path.read_bytes()
    monkeypatch.setattr(queries, "problems", lambda db: db.execute("SELECT ?").fetchall())
    with pytest.raises(sqlite3.ProgrammingError):
        saved.index().problems()
    assert saved.path.read_bytes() == before
