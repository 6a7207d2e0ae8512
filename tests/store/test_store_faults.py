"""No acknowledged turn is lost: failing calls, power cuts, SIGKILL, several processes."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from disks import (
    FailingDisk,
    Operation,
    QuickDisk,
    RecordingDisk,
    open_store,
    power_cuts,
)
from shares import share
from streamchat.core.conversation import Conversation
from streamchat.core.errors import DiskError, NotFound
from streamchat.core.messages import Message, text_block, user_message
from streamchat.core.ports import Journal
from streamchat.core.records import Record, Turn, is_lost
from streamchat.store import Store
from streamchat.store.journal import ReadOnlyJournal

AT = "2026-09-21T14:13:20Z"
MODEL = "claude-test"
PICTURE = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgoAAAAA"},
}
HERE = Path(__file__).parents[1]
ERRORS = {
    "EIO": errno.EIO,
    "ENOSPC": errno.ENOSPC,
    "EDQUOT": errno.EDQUOT,
    "EACCES": errno.EACCES,
    "EROFS": errno.EROFS,
    "EMFILE": errno.EMFILE,
    "short write": FailingDisk.SHORT,
}


def dialogue(conversation: Conversation) -> Iterator[Record]:
    """Records of every kind, each applied as it is asked for."""
    yield conversation.configure(system="Be brief.")
    yield conversation.append(user_message("one"), "t1", AT)
    yield conversation.partial("t2", "tw", AT)
    yield conversation.append(
        Message("assistant", (text_block("two"),), stop_reason="end_turn"), "t2", AT
    )
    yield conversation.rename("Name")
    yield conversation.append(Message("user", (PICTURE, text_block("three"))), "t3", AT)


def state(conversation: Conversation) -> tuple[object, ...]:
    return (
        conversation.turns,
        conversation.head,
        conversation.title,
        conversation.system,
        conversation.request_messages(),
    )


def append_all(conversation: Conversation, journal: Journal) -> int:
    """How many appends the disk refused, loudly; anything but DiskError is a bug."""
    refused = 0
    for record in dialogue(conversation):
        try:
            journal.append(record)
        except DiskError:
            refused += 1
    return refused


def go_on(conversation: Conversation, journal: Journal) -> None:
    """The disk works again: the next turn brings all that was refused."""
    journal.append(conversation.append(user_message("last"), "t9", AT))
    journal.close()


def assert_kept(directory: Path, conversation: Conversation) -> None:
    (path,) = directory.glob("*.jsonl")
    opened = open_store(directory).read(str(path))
    assert opened.damage == ()
    assert state(opened.conversation) == state(conversation)


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("error", share(ERRORS, every=len(ERRORS)))
def test_whichever_call_fails_nothing_is_lost(
    error: str,
    *,
    lasting: bool,
    tmp_path: Path,
) -> None:
    for number in range(1, 1000):
        directory = tmp_path / f"{number}/a/b"
        disk = FailingDisk(number, ERRORS[error], lasting=lasting)
        conversation, journal = open_store(directory, disk).start(MODEL, None)
        refused = append_all(conversation, journal)
        if not disk.failed:
            assert refused == 0
            assert number > 60
            return
        assert lasting or refused <= 1
        disk.heal()
        go_on(conversation, journal)
        assert journal.unsaved == 0
        assert_kept(directory, conversation)
    pytest.fail("the disk never stopped failing")


def torn(directory: Path) -> Path:
    """A conversation with a torn tail."""
    conversation, journal = open_store(directory).start(MODEL, None)
    journal.append(conversation.append(user_message("zero"), "t0", AT))
    journal.close()
    path = Path(journal.name)
    with path.open("ab") as file:
        file.write(b'{"type": "turn", "id"')
    return path


@pytest.mark.parametrize("error", share(ERRORS, every=len(ERRORS)))
def test_whichever_call_fails_a_torn_file_is_mended_later(error: str, tmp_path: Path) -> None:
    for number in range(1, 1000):
        path = torn(tmp_path / str(number))
        disk = FailingDisk(number, ERRORS[error])
        store = open_store(path.parent, disk)
        try:
            opened = store.open(str(path), model=MODEL)
        except DiskError:
            opened = store.open(str(path), model=MODEL)
        if isinstance(opened.journal, ReadOnlyJournal):  # the file could only be read
            opened = store.open(str(path), model=MODEL)
        append_all(opened.conversation, opened.journal)
        failed = disk.failed
        disk.heal()
        go_on(opened.conversation, opened.journal)
        assert_kept(path.parent, opened.conversation)
        assert b'{"type": "turn", "id"\n' in Path(f"{path}.torn").read_bytes()
        if not failed:
            return
    pytest.fail("the disk never stopped failing")


@pytest.mark.parametrize("error", share(ERRORS, every=len(ERRORS)))
def test_whichever_call_fails_finding_says_so_in_our_words(error: str, tmp_path: Path) -> None:
    path = torn(tmp_path)
    for number in range(1, 1000):
        disk = FailingDisk(number, ERRORS[error])
        store = open_store(tmp_path, disk)
        with suppress(DiskError, NotFound):
            store.open_newest().journal.close()
        with suppress(DiskError):
            assert len(store.summaries()) <= 1
        with suppress(DiskError, NotFound):
            assert store.find("zero") == path
        if not disk.failed:
            return
    pytest.fail("the disk never stopped failing")


# Power cuts


def recorded(directory: Path, disk: RecordingDisk) -> list[Operation]:
    """The log of a conversation that is begun, torn by another program, and gone on with."""

    def acknowledge(journal: Journal, record: Record) -> None:
        journal.append(record)
        if isinstance(record, Turn):
            disk.log.append(("acknowledged", record.id))

    conversation, journal = open_store(directory, disk).start(MODEL, None)
    for record in dialogue(conversation):
        acknowledge(journal, record)
    journal.close()
    path, garbage = Path(journal.name), b'{"type": "turn", "id": "torn'
    disk.log.append(("write", str(path), path.stat().st_size, garbage))
    disk.log.append(("sync", str(path)))
    with path.open("ab") as file:
        file.write(garbage)
    opened = open_store(directory, disk).open(str(path), model=MODEL)
    for number in range(4, 12):
        turn = opened.conversation.append(user_message("more " * number), f"t{number}", AT)
        acknowledge(opened.journal, turn)
    opened.journal.close()
    return disk.log


def survivals(log: list[Operation], scratch: Path) -> Iterator[bool]:
    """For each state after a power cut, whether it has every acknowledged turn."""
    scratch.mkdir()
    store = open_store(scratch)
    for files, acknowledged in power_cuts(log):
        yield acknowledged <= turns_in(store, files, scratch / "state.jsonl")


def turns_in(store: Store, files: dict[str, bytes], scratch: Path) -> set[str]:
    """The turns that the program finds complete on such a disk."""
    found: set[str] = set()
    blobs = Path(f"{scratch}.files")
    shutil.rmtree(blobs, ignore_errors=True)
    blobs.mkdir()
    for path, data in files.items():
        if not path.endswith((".jsonl", ".torn")):
            (blobs / Path(path).name).write_bytes(data)
    for path, data in files.items():
        if path.endswith(".jsonl"):
            scratch.write_bytes(data)
            with suppress(NotFound):
                opened = store.read(str(scratch))
                whole = (turn for turn in opened.conversation.turns if not _has_lost(turn))
                found |= {turn.id for turn in whole}
    return found


def _has_lost(turn: Turn) -> bool:
    return any(map(is_lost, turn.message.content))


def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    log = recorded(tmp_path / "a/b/c", RecordingDisk())
    survived = list(survivals(log, tmp_path / "state"))
    assert survived.count(False) == 0
    assert len(survived) >= 200


@pytest.mark.parametrize("forgotten", ["syncs", "names"])
def test_that_test_fails_for_a_program_without_fsync(forgotten: str, tmp_path: Path) -> None:
    log = recorded(tmp_path / "a/b/c", RecordingDisk(**{forgotten: False}))
    assert not all(survivals(log, tmp_path / "state"))


@pytest.mark.parametrize("failing", share(range(1, 8), every=3))
def test_what_a_failed_sync_forgot_is_written_again(failing: int, tmp_path: Path) -> None:
    disk = RecordingDisk(fails_at=failing)
    conversation, journal = open_store(tmp_path / "a", disk).start(MODEL, None)
    for record in dialogue(conversation):
        with suppress(DiskError):
            journal.append(record)
            disk.log += [("acknowledged", turn.id) for turn in conversation.turns]
    go_on(conversation, journal)
    disk.log += [("acknowledged", turn.id) for turn in conversation.turns]
    assert all(survivals(disk.log, tmp_path / "state"))


def test_a_descriptor_whose_sync_failed_is_not_used_again(tmp_path: Path) -> None:
    disk = RecordingDisk(fails_at=2)  # the first is that of a directory
    conversation, journal = open_store(tmp_path / "a", disk).start(MODEL, None)
    with pytest.raises(DiskError):
        journal.append(conversation.append(user_message("one"), "t1", AT))
    del disk.log[:]
    journal.append(conversation.append(user_message("two"), "t2", AT))
    opened = [operation for operation, *_ in disk.log if operation in ("open", "write")]
    assert opened[:2] == ["open", "write"]


class FullDisk(QuickDisk):
    """Takes `room` bytes more."""

    room = 0

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if data and not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = super().write(fd, data[: self.room])
        self.room -= written
        return written


@pytest.mark.parametrize("room", [0, 1, 60, 100])
def test_what_a_full_disk_took_of_a_record_is_given_back(room: int, tmp_path: Path) -> None:
    disk = FullDisk()
    disk.room = 10_000
    conversation, journal = open_store(tmp_path, disk).start(MODEL, None)
    journal.append(conversation.append(user_message("one"), "t1", AT))
    before = Path(journal.name).read_bytes()
    disk.room = room
    with pytest.raises(DiskError, match="no space left on device"):
        journal.append(conversation.append(user_message("two"), "t2", AT))
    assert Path(journal.name).read_bytes() == before
    disk.room = 10_000
    go_on(conversation, journal)
    assert_kept(tmp_path, conversation)


# SIGKILL


@pytest.mark.parametrize(
    ("size", "kills"), share([(300, 20), (20_000, 20), (2_000_000, 5)], every=3)
)
def test_a_killed_process_loses_nothing_that_was_acknowledged(
    size: int, kills: int, tmp_path: Path
) -> None:
    tally = json.loads(run("killing.py", str(tmp_path / "k"), str(kills), str(size), "1"))
    assert tally.pop("acknowledged") >= kills
    tally.pop("torn")
    assert tally == {"kills": kills, "lost": 0, "broken": 0}


def run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return done.stdout


# Several processes


def crowd(directory: Path, refs: list[str], turns: int) -> list[Path]:
    """The files that as many processes at once wrote, each its own turns."""
    writers = [
        subprocess.Popen(
            [sys.executable, str(HERE / "crowd.py"), str(directory), ref, f"w{n}", str(turns)],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for n, ref in enumerate(refs)
    ]
    return [Path(writer.communicate()[0]) for writer in writers]


@pytest.mark.parametrize("ref", share(["-", "zero"], every=2), ids=["on four", "on one"])
def test_several_processes_keep_every_turn(ref: str, tmp_path: Path) -> None:
    conversation, journal = open_store(tmp_path).start(MODEL, None)
    journal.append(conversation.append(user_message("zero"), "t0", AT))
    journal.close()
    paths = crowd(tmp_path, [ref] * 4, 50)
    for writer, path in enumerate(paths):
        opened = open_store(tmp_path).read(str(path))
        ids = [turn.id for turn in opened.conversation.path]
        assert opened.damage == ()
        assert [id for id in ids if id.startswith(f"w{writer}-")] == [
            f"w{writer}-{number}" for number in range(50)
        ]
    assert sum(path.read_bytes().count(b'"text": "w') for path in set(paths)) >= 200
