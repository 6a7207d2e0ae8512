"""An import is finished or not there: full disks, damaged and open files, two at once."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from disks import FailingDisk, QuickDisk, open_store
from program import conversations_directory, run_program
from streamchat.core.conversation import IMPORTED, Conversation
from streamchat.core.errors import Busy, DiskError
from streamchat.core.messages import Message, text_block, user_message
from streamchat.core.ports import ImportResult
from streamchat.core.records import Header, Turn
from streamchat.store import Store

AT, LATER = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
AT_S, LATER_S = 1767225600.0, 1769904000.0
MODEL = "claude-test"


def made(id: str = "aaaa1111", *texts: str, title: str = "A talk") -> Conversation:
    """A conversation of another program: a turn for each text, the first long ago."""
    conversation = Conversation(Header(id, AT, MODEL))
    parent = None
    for number, text in enumerate(texts or ("q", "a")):
        message = user_message(text)
        if number % 2:
            message = Message("assistant", (text_block(text),), stop_reason="end_turn")
        turn = Turn(
            f"{id}-{number}", parent, LATER if number else AT, message, {IMPORTED: True}
        )
        conversation.apply(turn)
        parent = turn.id
    if title:
        conversation.rename(title)
    return conversation


def file_of(directory: Path, id: str = "aaaa1111") -> Path:
    (path,) = directory.glob(f"*-{id}.jsonl")
    return path


def texts(store: Store, path: Path) -> list[str]:
    return [turn.message.text for turn in store.read(str(path)).conversation.path]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.is_file())


def test_an_imported_file_is_whole_and_as_old_as_what_was_said_last(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    [taken] = store.take_in([made()])
    assert taken == ImportResult("aaaa1111", "A talk", 2, 2, is_new=True)
    path = file_of(tmp_path)
    assert path.stat().st_mtime == LATER_S
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == [path.name]


ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "short write": FailingDisk.SHORT}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_whichever_call_fails_a_second_import_has_it_all(error: int, tmp_path: Path) -> None:
    for number in range(1, 200):
        directory = tmp_path / f"{number}/d"
        disk = FailingDisk(number, error)
        with suppress(DiskError):
            list(open_store(directory, disk).take_in([made(), made("bbbb2222")]))
        files = list(directory.glob("*.jsonl")) if directory.exists() else []
        assert all(len(texts(open_store(directory), path)) == 2 for path in files)
        again = list(open_store(directory).take_in([made(), made("bbbb2222")]))
        assert [each.turns for each in again] == [2, 2]
        assert {path.stat().st_mtime for path in directory.glob("*.jsonl")} == {LATER_S}
        assert len(names(directory)) == 2
        if not disk.failed:
            return
    pytest.fail("the disk never stopped failing")


@pytest.mark.parametrize("left", [b"", b"half of a rec", b"\0" * 300])
def test_what_holds_no_record_goes_aside_and_is_imported_anew(
    left: bytes, tmp_path: Path
) -> None:
    store = open_store(tmp_path)
    list(store.take_in([made()]))
    path = file_of(tmp_path)
    path.write_bytes(left)
    [taken] = store.take_in([made()])
    assert (taken.is_new, taken.added, taken.problem) == (True, 2, "")
    assert texts(store, path) == ["q", "a"]
    aside = path.with_name(f"{path.name}.damaged")
    assert names(tmp_path) == [path.name, *([aside.name] if left else [])]
    assert not left or aside.read_bytes() == left


def as_loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, as_loop])
def test_what_is_no_file_goes_aside_and_the_rest_is_imported(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    store = open_store(tmp_path)
    list(store.take_in([made()]))
    path = file_of(tmp_path)
    path.unlink()
    make(path)
    taken = list(store.take_in([made(), made("bbbb2222")]))
    assert [each.is_new for each in taken] == [True, True]
    assert texts(store, path) == ["q", "a"]
    aside = path.with_name(f"{path.name}.damaged")
    assert aside in tmp_path.iterdir()


@pytest.mark.parametrize("cut", range(1, 6))
def test_what_is_missing_under_an_id_is_appended(cut: int, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    whole = made("aaaa1111", "q", "a", "r", "b")
    list(store.take_in([whole]))
    path = file_of(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:cut]) + lines[cut][:20])
    [taken] = store.take_in([whole])
    assert taken.added == 5 - cut
    saved = store.read(str(path)).conversation
    assert ([turn.message.text for turn in saved.path], saved.title) == (
        ["q", "a", "r", "b"],
        "A talk",
    )
    assert path.stat().st_mtime == LATER_S


def test_a_title_of_the_users_own_stays(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    list(store.take_in([made()]))
    opened = store.open("aaaa1111", model=MODEL)
    opened.journal.append(opened.conversation.rename("Mine"))
    opened.journal.close()
    list(store.take_in([made("aaaa1111", "q", "a", "more")]))
    assert store.read("aaaa1111").conversation.title == "Mine"


def test_an_old_talk_does_not_become_the_newest(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    list(store.take_in([made()]))
    conversation, journal = store.start(MODEL, None)
    journal.append(conversation.append(user_message("today"), "t", "2026-09-21T14:13:20Z"))
    journal.close()
    os.utime(file_of(tmp_path))  # as an older version left it
    list(store.take_in([made("aaaa1111", "q", "a", "more")]))
    assert store.open_newest().conversation.title == "today"


def test_a_talk_that_was_continued_here_is_as_old_as_that(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    list(store.take_in([made()]))
    opened = store.open("aaaa1111", model=MODEL)
    turn = opened.conversation.append(user_message("mine"), "t", "2026-09-21T14:13:20Z")
    opened.journal.append(turn)
    opened.journal.close()
    list(store.take_in([made("aaaa1111", "q", "a", "more")]))
    assert file_of(tmp_path).stat().st_mtime == 1_790_000_000.0
    assert texts(store, file_of(tmp_path)) == ["q", "a", "mine"]


def test_what_is_open_elsewhere_is_left_out(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    list(store.take_in([made()]))
    opened = store.open("aaaa1111", model=MODEL)
    busy, other = store.take_in([made("aaaa1111", "q", "a", "more"), made("bbbb2222")])
    assert (busy.is_busy, busy.added, busy.is_new) == (True, 0, False)
    assert busy.problem.startswith('"A talk" is open here')
    assert other.is_new
    opened.journal.close()


def test_one_import_waits_for_another(tmp_path: Path) -> None:
    waits: list[float] = []

    class WaitingDisk(QuickDisk):
        """Lets the other import go on whenever this one waits."""

        def wait(self, seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                list(other)

    other = open_store(tmp_path).take_in([made(), made("bbbb2222")])
    next(other)
    [taken] = open_store(tmp_path, WaitingDisk()).take_in([made("bbbb2222")])
    assert (taken.is_new, taken.added) == (False, 0)
    assert len(waits) == 3


def test_an_import_does_not_wait_for_ever(tmp_path: Path) -> None:
    class PatientDisk(QuickDisk):
        def wait(self, seconds: float) -> None:
            pass

    other = open_store(tmp_path).take_in([made()])
    next(other)
    with pytest.raises(Busy, match="Another import is running"):
        list(open_store(tmp_path, PatientDisk()).take_in([made("bbbb2222")]))
    other.close()  # type: ignore[attr-defined]


# The program


def messages(*said: str) -> str:
    return json.dumps(
        [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(said)]
    )


def export_of(*chats: tuple[str, str]) -> Path:
    """A claude.ai export of chats with an id and a text."""
    path = Path("conversations.json")
    path.write_text(
        json.dumps(
            [
                {"uuid": id, "name": text, "created_at": AT}
                | {"chat_messages": [{"uuid": "m", "sender": "human", "text": text}]}
                for id, text in chats
            ]
        )
    )
    return path


def test_what_went_in_is_printed_also_before_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    path = export_of(("c1", "one"), ("c2", "two"), ("c3", "three"))
    room = [2]
    real = os.rename

    def rename(old: str, new: str) -> None:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", rename)
        run = run_program("--import", str(path))
        assert run.status == 74
        assert [line.split("\t")[-1] for line in run.stdout.splitlines()] == ["one", "two"]
        assert run.stderr.startswith("2 imported.\nstreamchat: Cannot save to ")
        room[0] = 0
        again = run_program("--import", str(path), "--json")
        assert [each["title"] for each in json.loads(again.stdout)] == ["one", "two"]
    last = run_program("--import", str(path))
    assert (last.status, last.stderr) == (0, "1 imported, 2 already imported.\n")
    assert len(names(conversations_directory())) == 3


def test_what_is_open_elsewhere_is_told_and_counts_as_not_in() -> None:
    path = export_of(("c1", "one"), ("c2", "two"))
    run_program("--import", str(path))
    store = open_store(conversations_directory())
    opened = store.open("one", model=MODEL)
    run = run_program("--import", str(path))
    assert run.status == 75
    assert [line.split("\t")[-1] for line in run.stdout.splitlines()] == ["two"]
    assert run.stderr.splitlines()[0].startswith('streamchat: one: "one" is open ')
    assert run.stderr.splitlines()[1] == "0 imported, 1 already imported, 1 left out."
    opened.journal.close()


def test_a_file_that_is_no_export_leaves_no_trace(tmp_path: Path) -> None:
    Path("x.json").write_text("7")
    assert run_program("--import", "x.json").status == 66
    assert not Path(os.environ["XDG_DATA_HOME"]).exists()
