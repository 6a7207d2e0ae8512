"""Saved means saved: what happens to a conversation whose file is harmed under the program."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from disks import QuickDisk, open_store
from fakes import (
    MODEL,
    RecordingScreen,
    ScriptedReader,
    ScriptedSource,
    no_advice,
    open_session,
    reply_events,
)
from streamchat.app import commands
from streamchat.app.commands.outcomes import AskUser, Done, LongWork, Outcome, Quit
from streamchat.app.repl import Repl
from streamchat.app.session import CONTINUES_IN_MEMORY, Session
from streamchat.app.status_line import StatusLine
from streamchat.core.errors import DiskError, NotFound
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Message, text_block
from streamchat.core.ports import Input, Key, Typed
from streamchat.core.status_line import UNSAVED
from streamchat.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data/conversations"


def talking(store: Store, warnings: list[str] | None = None) -> tuple[Session, Path]:
    """A session on a conversation of one exchange, and its file."""
    session = open_session(warnings)
    session.archive = store
    session.conversation, session.journal = store.start(MODEL, None)
    say(session, "first")
    return session, Path(session.journal.name)


def warns_below(session: Session) -> str:
    """The warning in the line below the prompt."""
    parts = StatusLine(session).parts()
    return "".join(part.text for part in parts if part.name == UNSAVED)


def say(session: Session, text: str) -> None:
    session.say(text)
    session.add(Message("assistant", (text_block(f"re: {text}"),), MODEL, "end_turn"))


def said(path: Path) -> list[str]:
    opened = open_store(path.parent).read(str(path))
    assert opened.damage == ()
    return [turn.message.text for turn in opened.conversation.path]


def delete(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes()[:200])
    other.replace(path)


def rename(path: Path) -> None:
    path.rename(path.with_name("elsewhere.jsonl"))


def lose_the_directory(path: Path) -> None:
    shutil.rmtree(path.parent)


HARMS = [delete, truncate, empty, replace, rename, lose_the_directory]


def run(session: Session, name: str, argument: str = "") -> Outcome:
    return commands.dispatch(session, CommandLine(name, argument))


@pytest.mark.parametrize("later", [0, 2], ids=["nothing said since", "more said since"])
@pytest.mark.parametrize("harm", HARMS)
def test_save_writes_anew_what_is_not_there(
    harm: Callable[[Path], None], later: int, home: Path
) -> None:
    warnings: list[str] = []
    session, path = talking(open_store(home), warnings)
    harm(path)
    for number in range(later):
        say(session, f"more {number}")
    assert len(warnings) == later
    assert all(each.endswith(CONTINUES_IN_MEMORY) for each in warnings)
    assert warns_below(session) == ("not saved" if later else "")
    before = path.read_bytes() if path.exists() else b""
    assert run(session, "save") == Done(f"Saved to the new file {path}")
    texts = ["first", "re: first"]
    texts += [each for n in range(later) for each in (f"more {n}", f"re: more {n}")]
    assert said(path) == texts
    aside = path.with_name(f"{path.name}.damaged")
    assert not aside.exists()  # what was there is the beginning of what is there now
    assert path.read_bytes().startswith(before)
    assert warns_below(session) == ""
    assert run(session, "save") == Done(f"Saved in {path}")
    say(session, "and on")
    session.close()
    assert said(path) == [*texts, "and on", "re: and on"]
    assert open_store(home).open_newest().conversation.turn_count == len(texts) + 2


def test_what_stands_in_the_way_is_put_aside(home: Path) -> None:
    session, path = talking(open_store(home))
    path.unlink()
    path.write_bytes(b"mine\n")
    assert run(session, "save") == Done(f"Saved to the new file {path}")
    assert path.with_name(f"{path.name}.damaged").read_bytes() == b"mine\n"
    assert said(path) == ["first", "re: first"]


@pytest.mark.parametrize("target", ["nowhere", "elsewhere", "/dev/null"])
def test_a_link_in_the_way_is_put_aside_and_not_followed(target: str, home: Path) -> None:
    session, path = talking(open_store(home))
    elsewhere = path.with_name("elsewhere")
    elsewhere.write_bytes(b"mine\n")
    path.unlink()
    path.symlink_to(target)
    assert run(session, "save") == Done(f"Saved to the new file {path}")
    assert path.with_name(f"{path.name}.damaged").readlink() == Path(target)
    assert elsewhere.read_bytes() == b"mine\n"
    assert not path.is_symlink()
    assert said(path) == ["first", "re: first"]


def test_a_directory_in_the_way_is_put_aside(home: Path) -> None:
    session, path = talking(open_store(home))
    path.unlink()
    path.mkdir()
    assert run(session, "save") == Done(f"Saved to the new file {path}")
    assert path.with_name(f"{path.name}.damaged").is_dir()
    assert said(path) == ["first", "re: first"]


def test_save_of_what_is_saved_changes_nothing(home: Path) -> None:
    session, path = talking(open_store(home))
    before = path.read_bytes(), path.stat().st_ino
    assert run(session, "save") == Done(f"Saved in {path}")
    assert (path.read_bytes(), path.stat().st_ino) == before
    session.begin()
    assert isinstance(run(session, "save"), Done)
    assert list(home.iterdir()) == [path]


class FullDisk(QuickDisk):
    """Takes nothing while it is full."""

    is_full = False

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fd, data)


def test_a_full_disk_loses_nothing_however_often_one_saves(home: Path) -> None:
    disk = FullDisk()
    warnings: list[str] = []
    session, path = talking(open_store(home, disk), warnings)
    before = path.read_bytes()
    disk.is_full = True
    for number in range(2):
        say(session, f"more {number}")
        with pytest.raises(DiskError, match="no space left on device"):
            run(session, "save")
        assert warns_below(session) == "not saved"
        assert (path.read_bytes(), list(home.iterdir())) == (before, [path])
    assert len(warnings) == 2
    disk.is_full = False
    outcome = run(session, "save")
    assert outcome == Done(f"Saved in {path}")
    assert said(path) == [
        *("first", "re: first", "more 0", "re: more 0", "more 1", "re: more 1")
    ]
    assert warns_below(session) == ""


def test_a_disk_that_recovers_needs_no_command(home: Path) -> None:
    disk = FullDisk()
    session, path = talking(open_store(home, disk))
    disk.is_full = True
    say(session, "more")
    disk.is_full = False
    say(session, "and on")
    assert (session.journal.unsaved, warns_below(session)) == (0, "")
    assert len(said(path)) == 6


@pytest.mark.parametrize("command", ["exit", "new", "resume first", "fork", "incognito"])
@pytest.mark.parametrize("harm", HARMS)
def test_leaving_what_is_not_saved_asks(
    harm: Callable[[Path], None], command: str, home: Path
) -> None:
    session, path = talking(open_store(home))
    other, other_path = talking(open_store(home, prefix="b"))
    other.close()
    kept = other_path.read_bytes()
    harm(path)
    conversation = session.conversation
    name, _, argument = command.partition(" ")
    outcome = run(session, name, argument)
    assert isinstance(outcome, AskUser)
    reader = ScriptedReader(iter(()), answers=iter([False]))
    after = asyncio.run(answered(outcome, reader))
    assert after == Done("/save writes this conversation to a new file.")
    assert session.conversation is conversation
    assert reader.questions[0].startswith("Cannot save to ")
    assert run(session, "save") == Done(f"Saved to the new file {path}")
    if other_path.exists():
        assert other_path.read_bytes() == kept
    if command == "exit":
        assert run(session, "exit") == Quit()


async def answered(outcome: AskUser, reader: ScriptedReader) -> Outcome:
    return await outcome.then(reader)


def test_who_leaves_all_the_same_leaves_no_file(home: Path) -> None:
    session, path = talking(open_store(home))
    path.unlink()
    say(session, "more")
    outcome = run(session, "exit")
    assert isinstance(outcome, AskUser)
    reader = ScriptedReader(iter(()), answers=iter([True]))
    assert asyncio.run(answered(outcome, reader)) == Quit()
    session.close()
    assert list(home.iterdir()) == []


def test_who_stays_after_all_is_asked_again_and_loses_nothing(home: Path) -> None:
    session, path = talking(open_store(home))
    path.unlink()
    outcome = run(session, "resume", "nowhere")
    assert isinstance(outcome, AskUser)
    reader = ScriptedReader(iter(()), answers=iter([True]))
    work = asyncio.run(answered(outcome, reader))
    assert isinstance(work, LongWork)
    with pytest.raises(NotFound):
        work.run()
    say(session, "more")
    assert isinstance(run(session, "exit"), AskUser)
    session.close()  # by a signal
    assert said(path) == ["first", "re: first", "more", "re: more"]


@pytest.mark.parametrize("harm", HARMS)
def test_what_ends_without_a_question_is_written_anew(
    harm: Callable[[Path], None], home: Path
) -> None:
    """A signal, or the end of a one-shot: nobody can be asked."""
    session, path = talking(open_store(home))
    harm(path)
    say(session, "more")
    session.close()
    assert said(path) == ["first", "re: first", "more", "re: more"]


@pytest.mark.parametrize(
    ("inputs", "answers", "questions"),
    [
        ([Key.END], [True], 1),
        ([Key.END, Key.END], [False], 1),  # nobody is there: it ends
        ([Key.END, Typed("/show"), Key.END], [False, True], 2),
        ([Key.INTERRUPT, Key.INTERRUPT], [True], 1),
        ([Typed("/exit"), Typed("/exit")], [False, True], 2),
        ([Typed("/exit"), Typed("/save"), Typed("/exit")], [False], 1),
    ],
)
def test_the_loop_asks_before_it_ends(
    inputs: list[Input], answers: list[bool], questions: int, home: Path
) -> None:
    session, path = talking(open_store(home))
    path.unlink()
    reader = ScriptedReader(iter(inputs), answers=iter(answers))
    asyncio.run(loop(session, reader).run())
    assert len(reader.questions) == questions
    assert list(reader.inputs) == []


def loop(session: Session, reader: ScriptedReader) -> Repl:
    source = ScriptedSource([reply_events("a")])
    return Repl(session, source, reader, RecordingScreen(), lambda: 0.0, no_advice)


def test_a_newer_file_is_saved_as_a_copy(home: Path) -> None:
    session, path = talking(open_store(home))
    session.close()
    path.write_bytes(path.read_bytes().replace(b'"streamchat": 1', b'"streamchat": 9'))
    before = path.read_bytes()
    opened = open_store(home).open(str(path), model=MODEL)
    session.conversation, session.journal = opened.conversation, opened.journal
    session.archive = open_store(home, prefix="c")
    say(session, "more")
    assert warns_below(session) == "not saved"
    outcome = run(session, "save")
    assert outcome == Done(f"Saved to the new file {session.journal.name}")
    assert session.journal.name != str(path)
    assert said(Path(session.journal.name)) == ["first", "re: first", "more", "re: more"]
    assert path.read_bytes() == before


def test_what_another_process_took_over_is_saved_as_a_copy(home: Path) -> None:
    session, path = talking(open_store(home))
    replace(path)
    other = open_store(home).open(str(path), model=MODEL)
    say(session, "more")
    assert isinstance(run(session, "save"), Done)
    assert session.journal.name != str(path)
    assert said(Path(session.journal.name)) == ["first", "re: first", "more", "re: more"]
    other.journal.close()
