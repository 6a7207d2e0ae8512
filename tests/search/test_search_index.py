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
from library import MODEL, CountingDisk, Library

from disks import QuickDisk
from patience import PATIENCE_S
from streamchat.core.conversation import Conversation
from streamchat.core.errors import Busy, DiskError, NotFound, UsageError
from streamchat.core.library import Progress
from streamchat.core.messages import user_message
from streamchat.search import database, queries
from streamchat.store import FileJournal, Store
from streamchat.store import library as stepping


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


# Found


def test_a_hit_says_where_it_is(library: Library) -> None:
    path = library.converse("What is a lexer?", "It cuts text into tokens, a lexer does.")
    answer, question = library.hits("lexer")
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
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "STEP_FILES", 1)  # the newest file first
    old = library.converse("lexer one")
    library.converse("lexer two")
    library.catch_up()
    library.go_on(old, "lexer three")
    library.converse("lexer four")
    assert library.found("lexer") == ["lexer four", "lexer three", "lexer two", "lexer one"]
    assert [hit.text for hit in library.hits("lexer", most=2)] == ["lexer four", "lexer three"]


def test_what_was_edited_away_stays_findable(library: Library) -> None:
    path = library.converse("tell me of badgers", "badgers dig")

    def edit(conversation: Conversation, journal: FileJournal) -> None:
        journal.append(conversation.undo(1))
        journal.append(conversation.append(user_message("and of otters"), "new", "never"))

    library.change(path, edit)
    assert library.found("badgers") == ["badgers dig", "tell me of badgers"]
    assert library.found("otters") == ["and of otters"]


def test_a_conversation_is_found_by_its_title_also_by_a_new_one(library: Library) -> None:
    path = library.converse("hello", title="Kubernetes")
    assert [(hit.turn, hit.text) for hit in library.hits("kuber")] == [("", "Kubernetes")]
    library.change(path, lambda chat, journal: journal.append(chat.rename("Helm")))
    assert library.found("kuber") == []
    assert library.titles("helm") == ["Helm"]


def test_the_list_has_each_once_and_titles_first(library: Library) -> None:
    library.converse("nothing", "a lexer", "a lexer again", title="Lexers")
    library.converse("lexer", "lexer", title="Other")
    assert library.titles("lexer") == ["Lexers", "Other"]
    store = library.store()
    assert [hit.text for hit in store.browse("lexer", most=9)] == ["a lexer again", "lexer"]


def test_without_words_the_list_is_of_what_was_written_last(library: Library) -> None:
    library.converse("one", "first answer")
    second = library.converse("two")
    library.converse("three")
    library.go_on(second, "second answer")
    assert library.titles("") == ["two", "three", "one"]
    hits = library.store().browse("  ", most=2)
    assert [(hit.text, hit.role) for hit in hits] == [
        ("second answer", "assistant"),
        ("three", "user"),
    ]


def test_a_reply_that_was_cut_off_is_found_and_then_its_whole(library: Library) -> None:
    path = library.converse("go")

    def begin(conversation: Conversation, journal: FileJournal) -> None:
        journal.append(conversation.partial("reply", "half a lexer", "2026-11-22T00:00:00Z"))

    library.change(path, begin)
    assert library.found("lexer") == ["half a lexer"]

    def end(conversation: Conversation, journal: FileJournal) -> None:
        text = user_message("half a lexer and a parser")
        journal.append(conversation.append(text, "reply", "2026-11-22T00:00:01Z"))

    library.change(path, end)
    assert library.found("lexer") == ["half a lexer and a parser"]


# Read again


def test_only_what_changed_is_read_again(library: Library) -> None:
    first, second = library.converse("one"), library.converse("two")
    (library.directory / "empty.jsonl").write_bytes(b"")
    (library.directory / "no-conversation.jsonl").write_bytes(b"hello\n")

    def read_by(work: Callable[[Store], object]) -> set[str]:
        disk = CountingDisk()
        work(library.store(disk))
        return set(disk.opened)

    def catch_up(store: Store) -> list[Progress]:
        return list(store.catch_up())

    everything = {path.name for path in library.directory.iterdir()}
    assert read_by(Store.summaries) == everything
    assert read_by(Store.summaries) == set()
    assert read_by(catch_up) == everything
    assert read_by(catch_up) == set()
    assert catch_up(library.store()) == []
    library.go_on(first, "three")
    assert read_by(Store.summaries) == {first.name}
    assert read_by(catch_up) == {first.name}
    os.utime(second, (1, 1))
    assert read_by(catch_up) == {second.name}


def test_of_a_file_that_grew_only_the_new_turns_are_indexed(library: Library) -> None:
    path = library.converse("one", "two")
    library.catch_up()
    library.alter("UPDATE words SET text = 'left alone'")
    library.go_on(path, "three")
    library.catch_up()
    texts = library.rows("SELECT text FROM words WHERE text != '' ORDER BY rowid")
    assert texts == [("left alone",), ("left alone",), ("left alone",), ("three",)]


def test_the_list_is_the_same_as_without_an_index(library: Library) -> None:
    path = library.converse("one", "two", title="A title")
    library.converse("three")
    plain = Store(library.directory, disk=QuickDisk(), clock=lambda: 0.0, new_id=str)
    for _ in range(2):
        assert library.store().summaries() == plain.summaries()
        assert [summary.title for summary in plain.summaries()] == ["three", "A title"]
        library.change(path, lambda chat, journal: journal.append(chat.configure(model="m2")))
        os.utime(path, (1, 1))
    with pytest.raises(DiskError, match="sqlite3"):
        plain.search("one", most=1)


def test_a_file_that_went_is_found_no_more(library: Library) -> None:
    library.converse("lexer one").unlink()
    other = library.converse("lexer two")
    library.catch_up()
    other.unlink()
    assert library.store().summaries() == []
    assert library.found("lexer") == []
    assert library.rows("SELECT count(*) FROM turns") == [(0,)]


def test_steps_are_bounded_and_tell_how_far_they_are(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "STEP_FILES", 2)
    for number in range(5):
        library.converse(f"lexer {number}")
    store = library.store()
    steps = store.catch_up()
    assert next(steps) == Progress(2, 5)
    assert [hit.text for hit in store.search("lexer", most=9)] == ["lexer 4", "lexer 3"]
    assert list(steps) == [Progress(4, 5), Progress(5, 5)]
    monkeypatch.setattr(stepping, "STEP_BYTES", 1)
    library.path.unlink()
    assert len(list(library.store().catch_up())) == 5


# Forgotten


def traces(library: Library, word: bytes) -> list[str]:
    """The files below the library that hold a word."""
    files = (path for path in library.directory.parent.rglob("*") if path.is_file())
    return [path.name for path in files if word in path.read_bytes()]


@pytest.mark.parametrize("writes", [True, False], ids=["usual", "no-save"])
def test_what_is_deleted_leaves_no_word_anywhere(library: Library, writes: bool) -> None:
    path = library.converse("my xylophone secret", "xylophones are loud")
    kept = library.converse("something else")
    path.with_name(f"{path.name}.torn").write_bytes(b"xylophone\n")
    library.catch_up()
    assert len(traces(library, b"xylophone")) == 3
    library.writes = writes
    library.store().delete("00000001")
    assert traces(library, b"xylophone") == []
    assert sorted(library.directory.iterdir()) == [kept]
    assert library.found("xylophone") == []
    assert library.found("something") == ["something else"]


@pytest.mark.parametrize("next_run", [Store.summaries, lambda store: list(store.catch_up())])
def test_what_another_program_deletes_leaves_no_word_after_the_next_run(
    library: Library, next_run: Callable[[Store], object]
) -> None:
    path = library.converse("my xylophone secret", "xylophones are loud")
    library.converse("something else")
    library.catch_up()
    path.unlink()
    next_run(library.store())
    assert traces(library, b"xylophone") == []
    assert library.found("something") == ["something else"]


@pytest.mark.parametrize("last", range(1, 5))
def test_what_is_deleted_while_another_indexes_leaves_no_word(
    library: Library, last: int
) -> None:
    """`last` is the file that the other has read when this one deletes."""
    library.converse("my xylophone secret", "xylophones are loud")
    for number in range(3):
        library.converse(f"something else {number}")

    class Deleting(CountingDisk):
        def close(self, fd: int) -> None:
            super().close(fd)
            if len(self.opened) == last:
                self.opened.append("")
                library.store().delete("00000001")

    list(library.store(Deleting()).catch_up())
    assert traces(library, b"xylophone") == []
    assert len(library.found("something")) == 3


def test_what_another_indexes_while_this_one_deletes_leaves_no_word(library: Library) -> None:
    path = library.converse("my xylophone secret")

    class Racing(QuickDisk):
        """Another process indexes just before the file goes."""

        def unlink(self, name: str) -> None:
            if name == str(path):
                library.catch_up()
            super().unlink(name)

    library.store(Racing()).delete("00000001")
    assert traces(library, b"xylophone") == []


def test_an_index_in_use_lets_a_conversation_be_deleted_and_says_what_is_left(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.01)
    path = library.converse("my xylophone secret")
    library.catch_up()
    other = sqlite3.connect(library.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DiskError, match="may still hold the words of this conversation"):
        library.store().delete("00000001")
    assert not path.exists()
    other.execute("ROLLBACK")
    other.close()
    assert library.store().summaries() == []
    assert traces(library, b"xylophone") == []


def test_an_index_that_cannot_be_cleaned_goes_whole(library: Library) -> None:
    library.converse("xylophone")
    library.catch_up()
    data = bytearray(library.path.read_bytes())
    data[:100] = b"\xff" * 100
    library.path.write_bytes(data)
    library.writes = False
    library.store().delete("00000001")
    assert traces(library, b"xylophone") == []


def test_only_what_is_kept_and_not_in_use_can_be_deleted(
    library: Library, tmp_path: Path
) -> None:
    path = library.converse("mine")
    elsewhere = tmp_path / "elsewhere.jsonl"
    elsewhere.write_bytes(path.read_bytes())
    store = library.store()
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
def test_the_files_are_the_truth(library: Library, harm: Callable[[Path], None]) -> None:
    texts = [f"lexer {number}" for number in range(30)]
    for text in texts:
        library.converse(text)
    library.catch_up()
    harm(library.path)
    assert library.found("lexer") == texts[::-1]
    assert [summary.title for summary in library.store().summaries()] == texts[::-1]
    library.converse("lexer last")
    assert library.found("lexer") == ["lexer last", *texts[::-1]]


def test_no_damage_of_any_place_hides_a_hit(library: Library) -> None:
    texts = [f"lexer {number}" for number in range(8)]
    for text in texts:
        library.converse(text)
    library.catch_up()
    data = library.path.read_bytes()
    for seed in range(40):
        random_bytes = random.Random(seed)
        at, length = (
            random_bytes.randrange(len(data)),
            random_bytes.choice((1, 10, 500, 20_000)),
        )
        noise = random_bytes.randbytes(length)
        library.path.write_bytes((data[:at] + noise + data[at + length :])[: len(data)])
        assert library.found("lexer") == texts[::-1], seed


def test_damage_in_the_middle_of_the_work_costs_nothing(library: Library) -> None:
    texts = [f"lexer {number}" for number in range(30)]
    for text in texts:
        library.converse(text)
    store = library.store()
    for _ in store.catch_up():
        overwrite(library.path)
    assert [hit.text for hit in store.search("lexer", most=99)] == texts[::-1]


def test_damage_while_the_list_is_made_costs_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "STEP_FILES", 2)
    texts = [f"lexer {number}" for number in range(6)]
    for text in texts:
        library.converse(text)

    class Harming(CountingDisk):
        def open(self, path: str, flags: int, mode: int = 0o600) -> int:
            if len(self.opened) == 3:
                overwrite(library.path)
            return super().open(path, flags, mode)

    summaries = library.store(Harming()).summaries()
    assert [summary.title for summary in summaries] == texts[::-1]


def test_where_nothing_may_be_written_an_old_index_still_serves(library: Library) -> None:
    library.converse("lexer one")
    library.catch_up()
    before = library.path.read_bytes()
    library.converse("lexer two")
    library.writes = False
    disk = CountingDisk()
    reading = library.store(disk)
    list(reading.catch_up())
    assert len(disk.opened) == 1
    assert [hit.text for hit in reading.search("lexer", most=9)] == ["lexer two", "lexer one"]
    assert [path.name for path in library.path.parent.iterdir()] == [library.path.name]
    assert library.path.read_bytes() == before


def test_no_save_makes_no_index(library: Library) -> None:
    library.converse("lexer one")
    unkept = library.store().not_saving()
    for _ in unkept.catch_up():
        pass
    assert [hit.text for hit in unkept.search("lexer", most=9)] == ["lexer one"]
    assert len(unkept.summaries()) == 1
    assert not library.path.parent.exists()


_connect = sqlite3.connect


def test_an_index_that_another_process_holds_is_done_without(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.01)
    library.converse("lexer one")
    library.catch_up()
    library.converse("lexer two")
    other = sqlite3.connect(library.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    waits: list[float] = []

    def connect(name: str, **options: Any) -> sqlite3.Connection:
        waits.append(options.get("timeout", 0))
        found: sqlite3.Connection = _connect(name, **options)
        return found

    monkeypatch.setattr(sqlite3, "connect", connect)
    store = library.store()
    assert list(store.catch_up()) == [Progress(2, 2)]
    assert list(filter(None, waits)) == [0.01]  # it waits once
    assert [hit.text for hit in store.search("lexer", most=9)] == ["lexer two", "lexer one"]
    monkeypatch.undo()
    assert len(store.summaries()) == 2
    said = "Another process is using the search index; the files were read instead."
    assert (store.problems(), store.problems()) == ([said], [])
    other.execute("ROLLBACK")
    other.close()
    assert library.rows("SELECT count(*) FROM files") == [(1,)]


_INDEXING = """
import sys
from pathlib import Path
from library import Library
from streamchat.store import library as stepping
stepping.STEP_FILES = 3
Library(Path(sys.argv[1])).catch_up()
"""


def test_processes_index_at_once(library: Library, tmp_path: Path) -> None:
    for number in range(40):
        library.converse(f"lexer {number}", "answer")
    here = Path(__file__).parent
    command = [sys.executable, "-c", _INDEXING, str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), *sys.path])}
    workers = [subprocess.Popen(command, env=environ) for _ in range(3)]
    assert [worker.wait(PATIENCE_S) for worker in workers] == [0, 0, 0]
    assert library.rows("SELECT count(*), count(DISTINCT turn) FROM turns") == [(120, 81)]
    assert library.rows("SELECT count(*) FROM words WHERE words MATCH 'text : lexer'") == [
        (40,)
    ]
    assert library.rows("PRAGMA integrity_check") == [("ok",)]


def test_the_index_is_for_its_owner_only(library: Library) -> None:
    library.converse("secret")
    library.path.parent.mkdir(parents=True, mode=0o755)
    library.path.parent.chmod(0o755)
    library.path.touch(0o644)
    library.catch_up()
    assert stat.S_IMODE(library.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(library.path.parent.stat().st_mode) == 0o700


def test_a_link_in_its_place_is_not_followed(library: Library, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    library.path.parent.mkdir(parents=True)
    library.path.symlink_to(victim)
    library.converse("lexer one")
    assert library.found("lexer") == ["lexer one"]
    assert not victim.exists()
    victim.write_bytes(b"")
    assert library.found("lexer") == ["lexer one"]
    assert victim.read_bytes() == b""


def test_without_fts_there_is_a_list_and_no_search(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_TABLES", "CREATE VIRTUAL TABLE words USING fts99 (text)")
    library.converse("lexer one")
    store = library.store()
    assert [summary.title for summary in store.summaries()] == ["lexer one"]
    with pytest.raises(DiskError, match="no such module: fts99"):
        store.search("lexer", most=9)


@pytest.mark.parametrize(
    "at", ["", "never", "2026-11-22", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
)
def test_any_time_is_taken(library: Library, at: str) -> None:
    path = library.converse("one")
    message = user_message("lexer")
    library.change(path, lambda chat, journal: journal.append(chat.append(message, "odd", at)))
    assert [(hit.text, hit.at) for hit in library.hits("lexer")] == [("lexer", at)]


def test_a_mistake_in_our_code_is_not_taken_for_damage(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.converse("lexer")
    library.catch_up()
    before = library.path.read_bytes()
    monkeypatch.setattr(queries, "problems", lambda db: db.execute("SELECT ?").fetchall())
    with pytest.raises(sqlite3.ProgrammingError):
        library.index().problems()
    assert library.path.read_bytes() == before
