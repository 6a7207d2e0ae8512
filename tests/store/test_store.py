"""Conversations on disk: begin, go on, find, import, fork; whose file it is."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from disks import QuickDisk, open_store
from streamchat.core.conversation import Conversation
from streamchat.core.conversation_index import ConversationSummary
from streamchat.core.errors import Ambiguous, Busy, DiskError, ExitStatus, NotFound
from streamchat.core.messages import Message, text_block, user_message
from streamchat.core.ports import Archive, Journal, OpenedConversation
from streamchat.core.records import Unknown, parse_record
from streamchat.store import Store
from streamchat.store.journal import NoJournal
from streamchat.store.naming import build_file_name, slug

AT = "2026-09-21T14:13:20Z"
MODEL = "claude-test"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data/streamchat/conversations"


@pytest.fixture
def store(home: Path) -> Store:
    return open_store(home)


def converse(store: Store, *texts: str, title: str = "") -> tuple[Conversation, Path]:
    """A closed conversation; questions and replies take turns."""
    conversation, journal = store.start(MODEL, None)
    for number, text in enumerate(texts):
        reply = Message("assistant", (text_block(text),), MODEL, "end_turn", cost_usd=0.25)
        message = reply if number % 2 else user_message(text)
        journal.append(conversation.append(message, f"{conversation.id}-{number}", AT))
    if title:
        journal.append(conversation.rename(title))
    journal.close()
    return conversation, Path(journal.name)


def read(store: Store, path: Path) -> list[str]:
    return [turn.message.text for turn in store.read(str(path)).conversation.path]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def aged(path: Path, seconds: float) -> Path:
    os.utime(path, (seconds, seconds))
    return path


# Begin


def test_nothing_is_on_disk_before_the_first_turn(store: Store, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    conversation, journal = store.start(MODEL, "Be brief.")
    journal.append(conversation.configure(model="claude-other"))
    journal.append(conversation.rename("A name"))
    journal.close()
    assert sorted(tmp_path.rglob("*")) == before


def test_the_first_turn_brings_all_that_came_before(store: Store, home: Path) -> None:
    conversation, journal = store.start(MODEL, "Be brief.")
    assert journal.name == str(home)
    journal.append(conversation.configure(model="claude-other"))
    journal.append(conversation.append(user_message("Wie heißt du?"), "t1", AT))
    path = home / "20260921-1413-wie-heit-du-00000001.jsonl"
    assert journal.name == str(path)
    assert path.read_bytes() == (
        b'{"streamchat": 1, "type": "conversation", "id": "00000001", '
        b'"created": "2026-09-21T14:13:20Z", "model": "claude-test", "system": "Be brief."}\n'
        b'{"type": "set", "model": "claude-other"}\n'
        b'{"type": "turn", "id": "t1", "parent": null, "at": "2026-09-21T14:13:20Z", '
        b'"role": "user", "content": [{"type": "text", "text": "Wie hei\\u00dft du?"}]}\n'
    )


def test_files_are_private_whatever_the_umask(store: Store, home: Path) -> None:
    old = os.umask(0)
    try:
        converse(store, "a")
    finally:
        os.umask(old)
    (path,) = home.iterdir()
    assert mode(path) == 0o600
    assert [mode(p) for p in (home, home.parent, home.parent.parent)] == [0o700] * 3


def test_a_directory_that_others_can_read_is_closed_to_them(store: Store, home: Path) -> None:
    home.mkdir(parents=True, mode=0o755)
    converse(store, "a")
    assert mode(home) == 0o700


def test_a_readable_file_of_ours_is_closed_when_opened(store: Store, home: Path) -> None:
    _, path = converse(store, "a")
    path.chmod(0o644)
    store.open(str(path), model=MODEL).journal.close()
    assert mode(path) == 0o600


def test_nothing_stays_beside_a_closed_conversation(store: Store, home: Path) -> None:
    _, path = converse(store, "a", "1")
    assert list(home.iterdir()) == [path]


def test_no_journal_writes_nothing(tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    journal: Journal = NoJournal()
    journal.append(Unknown({"type": "x"}))
    journal.close()
    assert (journal.name, journal.saves) == ("not saved", False)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_conversation_can_be_kept_later(store: Store) -> None:
    conversation = Conversation.new("late", AT, MODEL)
    conversation.append(user_message("a"), "t1", AT)
    journal = store.keep(conversation)
    assert read(store, Path(journal.name)) == ["a"]
    journal.append(conversation.append(user_message("b"), "t2", AT))
    assert read(store, Path(journal.name)) == ["a", "b"]


def test_an_empty_conversation_kept_is_no_file_yet(store: Store, home: Path) -> None:
    conversation = Conversation.new("late", AT, MODEL)
    journal = store.keep(conversation)
    assert not home.exists()
    journal.append(conversation.append(user_message("a"), "t1", AT))
    assert read(store, Path(journal.name)) == ["a"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Hello, World!", "hello-world"),
        ("Crème brûlée", "creme-brulee"),
        ("../../etc/passwd", "etc-passwd"),
        ("a" * 50, "a" * 40),
        ("word " * 20, "word-word-word-word-word-word-word-word"),
        ("日本語", "chat"),
        ("\x1b]0;x\x07", "0-x"),
        ("", "chat"),
    ],
)
def test_a_slug_is_safe(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_a_file_is_named_by_time_title_and_id() -> None:
    assert build_file_name(AT, "Hi", "abcd") == "20260921-1413-hi-abcd.jsonl"
    assert build_file_name("", "", "abcd") == "00000000-0000-chat-abcd.jsonl"


# Go on


def test_a_conversation_goes_on_where_it_was(store: Store) -> None:
    conversation, path = converse(store, "a", "1", title="Name")
    opened = store.open(str(path), model="other")
    again = opened.conversation
    assert opened.damage == ()
    assert (again.path, again.title, again.model) == (conversation.path, "Name", MODEL)
    opened.journal.append(again.append(user_message("b"), "t9", AT))
    opened.journal.close()
    assert read(store, path) == ["a", "1", "b"]


def test_the_newest_is_the_one_written_last(store: Store, home: Path) -> None:
    aged(converse(store, "old")[1], 100)
    aged(converse(store, "new")[1], 300)
    aged(converse(store, "middle")[1], 200)
    (home / "20260921-1413-empty-x.jsonl").touch()
    opened = store.open_newest()
    assert opened.conversation.title == "new"
    opened.journal.close()


def test_there_may_be_no_newest(store: Store) -> None:
    with pytest.raises(NotFound) as caught:
        store.open_newest()
    assert caught.value.status is ExitStatus.NOT_FOUND
    assert store.summaries() == []


def test_a_newer_version_is_only_read(store: Store, home: Path) -> None:
    _, path = converse(store, "a")
    path.write_bytes(path.read_bytes().replace(b'"streamchat": 1', b'"streamchat": 3'))
    before = path.read_bytes()
    opened = store.open(str(path), model=MODEL)
    assert [turn.message.text for turn in opened.conversation.path] == ["a"]
    with pytest.raises(DiskError, match="newer"):
        opened.journal.append(opened.conversation.append(user_message("b"), "t9", AT))
    opened.journal.close()
    assert path.read_bytes() == before
    assert list(home.iterdir()) == [path]


@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES])
def test_a_file_that_cannot_be_written_is_only_read(
    error: int, store: Store, home: Path
) -> None:
    class ReadOnlyDisk(QuickDisk):
        def open(self, path: str, flags: int, mode: int = 0o600, /) -> int:
            if flags & (os.O_RDWR | os.O_WRONLY):
                raise OSError(error, os.strerror(error))
            return super().open(path, flags, mode)

    _, path = converse(store, "a")
    opened = open_store(home, ReadOnlyDisk()).open(str(path), model=MODEL)
    assert [turn.message.text for turn in opened.conversation.path] == ["a"]
    with pytest.raises(DiskError, match="can only be read"):
        opened.journal.append(opened.conversation.append(user_message("b"), "t9", AT))


def test_unknown_records_and_fields_stay(store: Store) -> None:
    _, path = converse(store, "a")
    odd = b'{"type": "poll", "votes": {"a": 1}}\n{"type": "head", "turn": null, "why": 7}\n'
    with path.open("ab") as file:
        file.write(odd)
    opened = store.open(str(path), model=MODEL)
    opened.journal.append(opened.conversation.append(user_message("b"), "t9", AT))
    opened.journal.close()
    assert opened.damage == ()
    assert odd in path.read_bytes()
    copy, journal = store.fork(opened.conversation)
    assert Unknown({"type": "poll", "votes": {"a": 1}}) in copy.records
    journal.close()


def test_a_fork_goes_on_by_itself(store: Store) -> None:
    conversation, path = converse(store, "a", "1", "b", "2")
    opened = store.open(str(path), model=MODEL)
    opened.conversation.undo()
    copy, journal = store.fork(opened.conversation)
    assert copy.id != conversation.id
    assert copy.title == "a (fork)"
    assert copy.header.extra == {"forked_from": conversation.id}
    assert list(path.parent.glob("*.jsonl")) == [path]  # nothing is written yet
    assert (copy.turns, copy.head) == (conversation.turns, conversation.turns[1].id)
    journal.append(copy.append(user_message("c"), "t9", AT))
    journal.close()
    opened.journal.close()
    assert read(store, Path(journal.name)) == ["a", "1", "c"]
    assert read(store, path) == ["a", "1", "b", "2"]


def test_a_long_file_is_read_lazily_and_the_same(store: Store, home: Path) -> None:
    conversation, path = converse(store, *(f"{n} " + "x" * 60_000 for n in range(100)))
    opened = store.open(str(path), model=MODEL)
    unparsed = [r for r in opened.conversation.records if type(r).__name__ == "UnparsedTurn"]
    assert 20 < len(unparsed) < 60
    assert opened.conversation.cost_usd == 12.5
    assert opened.conversation.turns == conversation.turns
    opened.journal.close()


# Whose it is


HOLDER = """
import sys
from disks import open_store
from pathlib import Path
opened = open_store(Path(sys.argv[1]).parent).open(sys.argv[1], model="m")
print("open", flush=True)
sys.stdin.read()
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """Another process that has the conversation open."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def release(process: subprocess.Popen[str]) -> None:
    process.communicate()


def test_a_second_process_is_told_who_has_it(store: Store, home: Path) -> None:
    conversation, path = converse(store, "a", "1")
    holder = hold(path)
    try:
        with pytest.raises(Busy) as caught:
            store.open(str(path), model=MODEL)
        busy = caught.value
        assert (busy.path, busy.pid, busy.since) == (str(path), holder.pid, AT)
        since = datetime.fromisoformat(AT).astimezone().strftime("%H:%M")
        assert str(busy) == f'"a" is open in process {holder.pid} since {since}.'
        assert busy.advice == (
            f"Close it there first, or print it with --show {conversation.id[:8]}."
        )
        seen = store.read(str(path))
        assert seen.conversation.turns == conversation.turns
        with pytest.raises(DiskError):
            seen.journal.append(seen.conversation.append(user_message("x"), "t9", AT))
        _, journal = store.fork(seen.conversation)
        journal.verify()
        journal.close()
    finally:
        release(holder)
    assert read(store, path) == ["a", "1"]
    store.open(str(path), model=MODEL).journal.close()


def test_a_conversation_that_is_open_here_says_so(store: Store) -> None:
    _, path = converse(store, "a")
    opened = store.open(str(path), model=MODEL)
    with pytest.raises(Busy, match='"a" is open here since'):
        store.open(str(path), model=MODEL)
    opened.journal.close()


class StoppingDisk(QuickDisk):
    """The user presses Ctrl-C when the file is locked and is read, the first time."""

    is_pressed: bool | None = None

    def lock(self, fd: int) -> None:
        super().lock(fd)
        self.is_pressed = self.is_pressed is None

    def read(self, fd: int, size: int, offset: int) -> bytes:
        if self.is_pressed:
            self.is_pressed = False
            raise KeyboardInterrupt
        return super().read(fd, size, offset)


def test_a_stop_while_a_conversation_is_read_releases_it(store: Store, home: Path) -> None:
    _, path = converse(store, "a")
    stopping = open_store(home, StoppingDisk())
    with pytest.raises(KeyboardInterrupt):
        stopping.open(str(path), model=MODEL)
    stopping.open(str(path), model=MODEL).journal.close()


def test_the_lock_of_a_killed_process_does_not_block(store: Store) -> None:
    _, path = converse(store, "a")
    holder = hold(path)
    holder.send_signal(signal.SIGKILL)
    release(holder)
    note = Path(f"{path}.lock")
    assert json.loads(note.read_bytes())["pid"] == holder.pid
    opened = store.open(str(path), model=MODEL)
    assert json.loads(note.read_bytes())["pid"] == os.getpid()
    opened.journal.close()
    assert not note.exists()


def test_what_killed_processes_left_is_removed_by_the_next_list(
    store: Store, home: Path
) -> None:
    _, path = converse(store, "a")
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = [
        home / f".{gone.pid}.20260101-0000-x-abcd1234.jsonl.new",
        home / "20260101-0000-gone-abcd1234.jsonl.lock",
        Path(f"{path}.lock"),
    ]
    note = json.dumps({"pid": gone.pid, "since": AT})
    running = home / f".{os.getpid()}.20260101-0000-x-abcd1234.jsonl.new"
    theirs = [running, home / "notes.txt", Path(f"{path}.torn"), Path(f"{path}.damaged")]
    for each in (*left, *theirs):
        each.write_text(note)
    store.not_saving().summaries()
    assert len(list(home.iterdir())) == 8
    store.summaries()
    assert sorted(home.iterdir()) == sorted([path, *theirs])


def test_a_deleted_conversation_leaves_nothing_beside_it(store: Store, home: Path) -> None:
    _, path = converse(store, "a secret")
    _, other = converse(store, "b")
    for kept in (path, other):
        Path(f"{kept}.torn").write_bytes(b'{"type": "turn", "content": "a sec\n')
    store.delete(str(path))
    assert sorted(home.iterdir()) == sorted([other, Path(f"{other}.torn")])


def test_what_is_open_keeps_its_note(store: Store, home: Path) -> None:
    _, path = converse(store, "a")
    holder = hold(path)
    try:
        store.summaries()
        assert json.loads(Path(f"{path}.lock").read_bytes())["pid"] == holder.pid
    finally:
        release(holder)


@pytest.mark.parametrize("note", [b"", b"[1]", b'{"pid": "x", "since": 7}', b"\xff"])
def test_a_note_that_says_nothing_is_no_trouble(store: Store, note: bytes) -> None:
    _, path = converse(store, "a")
    first = store.open(str(path), model=MODEL)
    Path(f"{path}.lock").write_bytes(note)
    with pytest.raises(Busy, match="open in another process") as caught:
        store.open(str(path), model=MODEL)
    assert (caught.value.pid, caught.value.since) == (None, None)
    first.journal.close()


def test_a_file_that_was_replaced_is_not_written(store: Store) -> None:
    _, path = converse(store, "a")
    opened = store.open(str(path), model=MODEL)
    other = path.read_bytes()
    path.unlink()
    path.write_bytes(other)
    with pytest.raises(DiskError, match="another file has taken its place"):
        opened.journal.append(opened.conversation.append(user_message("b"), "t9", AT))
    assert path.read_bytes() == other
    path.unlink()
    with pytest.raises(DiskError):
        opened.journal.append(opened.conversation.append(user_message("c"), "t10", AT))
    _, journal = store.fork(opened.conversation)
    journal.verify()
    assert read(store, Path(journal.name)) == ["a", "b", "c"]
    journal.close()
    opened.journal.close()


# What is no file of ours


def test_a_symbolic_link_is_refused(store: Store, home: Path, tmp_path: Path) -> None:
    _, path = converse(store, "a")
    link = home / "20260921-1413-link-abcdef.jsonl"
    link.symlink_to(path)
    for ref in (str(link), "abcdef"):
        with pytest.raises(NotFound, match="symbolic link"):
            store.open(ref, model=MODEL)
    assert [summary.path for summary in store.summaries()] == [str(path)]


def test_a_fifo_is_refused_at_once(store: Store, home: Path) -> None:
    _, path = converse(store, "a")
    fifo = home / "20260921-1413-fifo-abcdef.jsonl"
    os.mkfifo(fifo)
    with pytest.raises(NotFound, match="named pipe"):
        store.open(str(fifo), model=MODEL)
    with pytest.raises(NotFound, match="named pipe"):
        store.read(str(fifo))
    assert [summary.path for summary in store.summaries()] == [str(path)]
    assert store.newest() == path


@pytest.mark.parametrize(("path", "kind"), [("/dev/zero", "device"), ("/tmp/", "directory")])
def test_devices_and_directories_are_refused(store: Store, path: str, kind: str) -> None:
    with pytest.raises(NotFound, match=kind):
        store.open(path, model=MODEL)


def test_a_planted_note_or_torn_file_is_not_followed(store: Store, tmp_path: Path) -> None:
    _, path = converse(store, "a")
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for suffix in (".lock", ".torn"):
        Path(f"{path}{suffix}").symlink_to(victim)
    with path.open("ab") as file:
        file.write(b'{"type": "tu')
    opened = store.open(str(path), model=MODEL)
    with pytest.raises(DiskError):
        opened.journal.append(opened.conversation.append(user_message("b"), "t9", AT))
    opened.journal.close()
    assert victim.read_text() == "mine"


def test_the_directory_may_be_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = open_store(tmp_path / "file")
    conversation, journal = store.start(MODEL, None)
    with pytest.raises(DiskError):
        journal.append(conversation.append(user_message("a"), "t1", AT))
    assert journal.unsaved == 2


# Find


@pytest.fixture
def found(store: Store) -> dict[str, Path]:
    """Four conversations by the end of their ids."""
    titles = ("Plum cake", "plum pudding", "How to bake a cake", "Bread")
    return {title: aged(converse(store, title)[1], n) for n, title in enumerate(titles)}


@pytest.mark.parametrize(
    ("ref", "title"),
    [
        ("Plum cake", "Plum cake"),
        ("PLUM CAKE", "Plum cake"),
        ("how to", "How to bake a cake"),
        ("bake a", "How to bake a cake"),
        ("pudd", "plum pudding"),
        ("bread", "Bread"),
        ("00000004", "Bread"),
    ],
)
def test_a_title_or_an_id_finds(
    store: Store, found: dict[str, Path], ref: str, title: str
) -> None:
    assert store.find(ref) == found[title]


def test_a_path_needs_no_directory(store: Store, found: dict[str, Path]) -> None:
    assert store.find("some/where") == Path("some/where")
    assert store.find("here.json") == Path("here.json")
    Path("plain").write_text("[]")
    assert store.find("plain") == Path("plain")
    cake = found["Plum cake"]
    assert store.find(cake.name) == cake
    Path(cake.name).write_text("[]")
    assert store.find(cake.name) == Path(cake.name)
    for odd in ("n" * 300 + ".json", "a\0.json"):
        assert store.find(odd) == Path(odd)


def test_a_renamed_file_is_found_by_the_id_inside(store: Store, found: dict[str, Path]) -> None:
    cake = found["Plum cake"]
    copy = cake.rename(cake.with_name("kept-for-later.jsonl"))
    assert store.find("00000001") == copy
    assert store.find("later.jsonl") == Path("later.jsonl")


@pytest.mark.parametrize(
    ("ref", "named"),
    [
        ("plum", ["00000002 plum pudding", "00000001 Plum cake"]),
        ("cake", ["00000003 How to bake a cake", "00000001 Plum cake"]),
        (
            "0000",
            [
                f"20260921-1413-{slug}.jsonl"
                for slug in (
                    "bread-00000004",
                    "how-to-bake-a-cake-00000003",
                    "plum-pudding-00000002",
                    "plum-cake-00000001",
                )
            ],
        ),
    ],
)
def test_what_may_be_several_names_them(
    store: Store, found: dict[str, Path], ref: str, named: list[str]
) -> None:
    with pytest.raises(Ambiguous) as caught:
        store.find(ref)
    assert list(caught.value.matches) == named
    assert all(name in str(caught.value) for name in named)
    assert caught.value.status is ExitStatus.NOT_FOUND


def test_many_matches_are_counted_not_listed(store: Store) -> None:
    for _ in range(12):
        converse(store, "same")
    with pytest.raises(Ambiguous, match="; and 4 more") as caught:
        store.find("same")
    assert len(caught.value.matches) == 12


@pytest.mark.parametrize(
    ("ref", "hint"),
    [
        ("braed", "00000004 Bread"),
        ("plum cakes", "00000001 Plum cake"),
        ("00000009", "0000000"),
    ],
)
def test_what_is_not_there_names_the_nearest(
    store: Store, found: dict[str, Path], ref: str, hint: str
) -> None:
    with pytest.raises(NotFound, match=f"There is no conversation '{ref}'.*{hint}"):
        store.find(ref)


@pytest.mark.parametrize("ref", ["", "000", "xyzzy" * 4])
def test_what_is_like_nothing_names_nothing(
    store: Store, found: dict[str, Path], ref: str
) -> None:
    with pytest.raises(NotFound) as caught:
        store.find(ref)
    assert not isinstance(caught.value, Ambiguous)
    assert str(caught.value) == f"There is no conversation {ref!r}."


def test_a_missing_path_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match=r"There is no file nowhere/x\.jsonl\."):
        store.open("nowhere/x.jsonl", model=MODEL)


def test_summaries_are_newest_first(store: Store) -> None:
    first = aged(converse(store, "a", "1", "b", "2", title="Name")[1], 100)
    second = aged(converse(store, "c")[1], 200)
    assert store.summaries() == [
        ConversationSummary("00000002", "c", 200.0, 1, MODEL, None, str(second)),
        ConversationSummary("00000001", "Name", 100.0, 4, MODEL, 0.5, str(first)),
    ]


# Import


MESSAGES = [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]},
    {"role": "user", "content": " "},
    {"role": "user", "content": "And?"},
]


def test_a_list_of_messages_is_imported_and_not_touched(store: Store, home: Path) -> None:
    path = Path("chat.json")
    path.write_text(json.dumps(MESSAGES, indent=1))
    before = path.read_bytes()
    opened = store.open("chat.json", model=MODEL)
    conversation = opened.conversation
    assert [(turn.role, turn.message.text) for turn in conversation.path] == [
        ("user", "Hi"),
        ("assistant", "Hello."),
        ("user", "And?"),
    ]
    assert conversation.model == MODEL
    assert [message.text for message in conversation.request_messages()] == [
        "Hi",
        "Hello.",
        "And?",
    ]
    assert not home.exists()
    opened.journal.append(conversation.append(user_message("More"), "t9", AT))
    opened.journal.close()
    assert path.read_bytes() == before
    assert read(store, Path(opened.journal.name)) == ["Hi", "Hello.", "And?", "More"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('[{"role": "user",\n "content" "x"}]', "line 2, column 12: Expecting ':' delimiter"),
        ('[{"role": "user", "content": "x"}, 7]', "message 2: not an object"),
        ('[{"role": "bot", "content": "x"}]', "message 1: role must be user or assistant"),
        ('[{"role": "user", "content": 7}]', "message 1: content must be a string"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_list_says_where(store: Store, text: str, wrong: str) -> None:
    Path("chat.json").write_text(text)
    with pytest.raises(NotFound, match=wrong):
        store.open("chat.json", model=MODEL)


def test_a_list_may_be_in_an_object_with_its_system_prompt(store: Store) -> None:
    Path("chat.json").write_text(json.dumps({"system": "Be brief.", "messages": MESSAGES}))
    opened = store.open("chat.json", model=MODEL)
    assert opened.conversation.system == "Be brief."
    assert len(opened.conversation.path) == 3


def test_a_list_can_be_looked_at(store: Store, home: Path) -> None:
    Path("chat.json").write_text(json.dumps(MESSAGES))
    assert read(store, Path("chat.json")) == ["Hi", "Hello.", "And?"]
    assert not home.exists()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'[{"uuid": "x", "chat_messages": []}]', "an export of claude.ai"),
        (b'[{"title": "x", "mapping": {}}]', "an export of ChatGPT"),
        (b'{"type": "user", "sessionId": "x"}\n', "a session of Claude Code"),
        (b'{"type": "summary", "leafUuid": "x"}\n', "a session of Claude Code"),
        (
            b'{"type": "file-history-snapshot"}\n{"type": "user", "sessionId": "x"}\n',
            "a session of Claude Code",
        ),
        (b'{"role": "user", "content": "Hi"}\n', "a list of messages in lines"),
        (b"model: a:b\nmessages:\n- role: user\n", "a session of aichat"),
        (b"SQLite format 3\0", "the logs of llm, or another database"),
        (b"PK\x03\x04", "a zip file"),
    ],
)
def test_a_file_of_another_program_says_how_to_import_it(
    store: Store, data: bytes, kind: str
) -> None:
    Path("x.jsonl").write_bytes(data)
    said = f"x.jsonl is {kind}; streamchat --import x.jsonl imports it."
    for act in (store.read, lambda ref: store.open(ref, model=MODEL)):
        with pytest.raises(NotFound) as caught:
            act("x.jsonl")
        assert caught.value.message == said


def test_what_is_said_in_a_conversation_does_not_make_it_foreign(store: Store) -> None:
    text = 'messages:\n{"chat_messages": [], "mapping": 1, "sessionId": 2}'
    _, path = converse(store, text)
    assert read(store, path) == [text]
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])  # its header is lost
    assert read(store, path) == [text]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", "it is empty"),
        (b"hello\n", "line 1: not JSON"),
        (b"hello", "line 1: not JSON"),
        (b'{"a": 1}', "line 1: a record needs a type"),
        (b'{"type": "turn", "id', "line 1: it was cut off"),
        (b'\n{"name": "x"}\n', "line 2: a record needs a type"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "line 1: not UTF-8 at byte 1"),
        (b'{"type": "event"}\n', "line 1: there is no header"),
        (b"\0" * 5000, "line 1: 5000 NUL bytes"),
    ],
)
def test_a_file_that_is_no_conversation_says_which_line(
    store: Store, data: bytes, wrong: str
) -> None:
    Path("x.jsonl").write_bytes(data)
    with pytest.raises(NotFound, match="is not a conversation: " + wrong):
        store.open("x.jsonl", model=MODEL)
    assert Path("x.jsonl").read_bytes() == data
    assert not Path("x.jsonl.lock").exists()


def test_the_store_is_the_archive_of_the_application(store: Store) -> None:
    archive: Archive = store
    conversation, journal = archive.start(MODEL, None)
    journal.append(conversation.append(user_message("a"), "t1", AT))
    journal.close()
    opened: OpenedConversation = archive.open_newest()
    assert parse_record(Path(opened.journal.name).read_bytes().split(b"\n")[0])
    opened.journal.close()
