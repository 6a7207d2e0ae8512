"""Kill an operation with SIGKILL before each of its system calls, and look at what it left.

`python kill_moments.py MOMENTS DIRECTORY [OPERATION ...]` prints one JSON object: for each
operation what was wrong after which moment. A process of its own because it forks. The moments
are spread evenly over all the calls that touch the disk; nothing is timed.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import sqlite3
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import FrameType

from disks import QuickDisk
from fakes import (
    MODEL,
    RecordingScreen,
    ScriptedReader,
    ScriptedSource,
    Step,
    counting_ids,
    open_session,
    partial_events,
    reply_events,
)
from program import Finished, conversations_directory, run_program
from streamchat.app import commands
from streamchat.app.commands.outcomes import AskUser
from streamchat.app.repl import Repl
from streamchat.core.errors import CutOff
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Block, Message, text_block, user_message
from streamchat.core.ports import Key, Typed
from streamchat.prompt.history_file import (
    HistoryEntry,
    append_entry,
    forget_entries,
    parse_history_line,
)
from streamchat.search import SqliteIndex
from streamchat.store import Store

# The calls, by the name of the function in C, that change what is on the disk.
TOUCHING = frozenset(
    {
        *("open", "close", "write", "fsync", "rename", "replace", "link", "unlink", "mkdir"),
        *("ftruncate", "chmod", "fchmod", "utime", "flock", "execute", "executemany"),
        *("flush", "connect", "pwrite", "rmdir"),
    }
)
AT = "2026-01-01T00:00:00Z"
SECRET = "xylophone"


class Operation(ABC):
    """What is done, and how the disk must look after it was killed at any moment."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the disk as it is before."""

    @abstractmethod
    def act(self) -> None:
        """Do it; killed at some moment."""

    @abstractmethod
    def faults(self) -> Iterator[str]:
        """What is lost, half or stuck."""


def open_store(prefix: str = "") -> Store:
    """The program's own, with an index and without the time that fsync takes."""
    new_id = counting_ids()
    cache = Path(os.environ["XDG_CACHE_HOME"], "streamchat/search.sqlite3")
    return Store(
        conversations_directory(),
        disk=QuickDisk(),
        clock=lambda: 1_790_000_000.0,
        new_id=lambda: f"{prefix}{new_id()}",
        open_index=lambda: SqliteIndex(cache),
    )


def converse(*texts: str, prefix: str) -> str:
    """A closed conversation; returns the id."""
    conversation, journal = open_store(prefix).start(MODEL, None)
    for number, text in enumerate(texts):
        reply = Message("assistant", (text_block(text),), MODEL, "end_turn")
        message = reply if number % 2 else user_message(text)
        journal.append(conversation.append(message, f"{prefix}-{number}", AT))
    journal.close()
    return conversation.id


def picture(text: str) -> Block:
    """An image that says so in its bytes."""
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + text.encode()).decode()
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": data},
    }


def illustrate(ref: str, text: str) -> None:
    """Go on with a picture."""
    opened = open_store().open(ref, model=MODEL)
    message = Message("user", (picture(text), text_block("Look.")))
    opened.journal.append(opened.conversation.append(message, f"pictured-{text}", AT))
    opened.journal.close()


def texts_of(ref: str) -> list[str]:
    opened = open_store().read(ref)
    assert opened.damage == (), opened.damage
    return [turn.message.text for turn in opened.conversation.path]


def traces(word: str) -> list[str]:
    """The files of the program that hold a word."""
    homes = (Path(os.environ[f"XDG_{name}_HOME"]) for name in ("DATA", "CACHE", "STATE"))
    files = (path for home in homes for path in home.rglob("*") if path.is_file())
    return [path.name for path in files if word.encode() in path.read_bytes()]


def strange_files() -> Iterator[str]:
    """Whatever is beside the conversations."""
    for path in conversations_directory().iterdir():
        belongs = path.suffix == ".files" and path.with_suffix("").exists()
        if path.suffix != ".jsonl" and not belongs:
            yield f"{path.name} is left"


def catch_up(store: Store) -> None:
    for _ in store.catch_up():
        pass


class Export(Operation):
    argv: tuple[str, ...] = ()
    before: bytes | None = None

    def prepare(self) -> None:
        converse("q", "a" * 5000, prefix="a")
        if self.before is not None:
            Path("out.html").write_bytes(self.before)

    def _export(self) -> Finished:
        return run_program("--export", "html", "a" + "id1", "out.html", *self.argv)

    def act(self) -> None:
        self._export()

    def faults(self) -> Iterator[str]:
        out = Path("out.html")
        left = out.read_bytes() if out.exists() else None
        whole = run_program("--export", "html", "aid1").stdout.encode()
        if left not in (self.before, whole):
            yield "the file is half"
        if left == self.before and self._export().status != 0:
            yield "the retry is refused"
        if out.read_bytes() != whole:
            yield "the retry is not whole"
        run_program("--export", "md", "aid1", "other.md")  # clears what is left
        yield from (f"{each.name} is left" for each in Path().glob(".streamchat*"))


class ExportOver(Export):
    argv = ("--force",)
    before = b"mine"


class Import(Operation):
    """Two conversations are new, one has more turns, one a title, one is empty on disk."""

    @staticmethod
    def _write(*, last: int, titled: bool) -> None:
        chats = [
            {
                "uuid": f"c{chat}",
                "name": f"Chat {chat}" if titled or chat else "",
                "created_at": AT,
                "chat_messages": [
                    {"uuid": f"m{n}", "sender": ("human", "assistant")[n % 2], "created_at": AT}
                    | {"text": f"text {n} {'x' * 300}"}
                    for n in range(last)
                ],
            }
            for chat in range(5 if titled else 3)
        ]
        Path("conversations.json").write_text(json.dumps(chats))

    def prepare(self) -> None:
        self._write(last=2, titled=False)
        assert run_program("--import", "conversations.json").status == 0
        paths = sorted(conversations_directory().glob("*.jsonl"))
        paths[0].write_bytes(b"")
        self._write(last=6, titled=True)

    def act(self) -> None:
        run_program("--import", "conversations.json")

    def faults(self) -> Iterator[str]:
        store = open_store()
        for path in conversations_directory().glob("*.jsonl"):
            if path.stat().st_size and store.read(str(path)).conversation.turn_count < 2:
                yield f"{path.name} is half"
        again = run_program("--import", "conversations.json")
        if again.status != 0:
            yield f"the second import ends with {again.status}: {again.stderr}"
        listed = open_store().summaries()
        if sorted(each.title for each in listed) != [f"Chat {n}" for n in range(5)]:
            yield f"titles: {[each.title for each in listed]}"
        if {(each.turns, each.updated) for each in listed} != {(6, 1767225600.0)}:
            yield f"turns and times: {[(each.turns, each.updated) for each in listed]}"
        yield from strange_files()


class Delete(Operation):
    """By /delete, with an index and a history that know the conversation."""

    @property
    def _history(self) -> Path:
        return Path(os.environ["XDG_STATE_HOME"], "streamchat/history")

    def prepare(self) -> None:
        self.kept = converse("an otter", "otters swim", prefix="k")
        self.gone = converse(f"a {SECRET}", f"{SECRET}s are loud", prefix="g")
        illustrate(self.kept, "otter")
        illustrate(self.gone, SECRET)
        catch_up(open_store())
        append_entry(self._history, HistoryEntry("an otter", self.kept))
        append_entry(self._history, HistoryEntry(f"a {SECRET}", self.gone))

    def act(self) -> None:
        session = open_session()
        session.archive = open_store("s")
        session.conversation, session.journal = session.archive.start(MODEL, None)

        def forget(conversation: str, **known: object) -> None:
            forget_entries(self._history, conversation, **known)  # type: ignore[arg-type]

        session.forget_typed = forget
        outcome = commands.dispatch(session, CommandLine("delete", self.gone))
        assert isinstance(outcome, AskUser)
        reader = ScriptedReader(iter(()), answers=iter([True]))
        asyncio.run(outcome.then(reader))  # type: ignore[arg-type]

    def faults(self) -> Iterator[str]:
        is_there = any(conversations_directory().glob(f"*{self.gone}.jsonl"))
        ids = sorted(each.id for each in open_store().summaries())  # as the next run does
        if ids != sorted([self.kept, *([self.gone] if is_there else [])]):
            yield f"listed: {ids}"
        if is_there:
            if texts_of(self.gone) != [f"a {SECRET}", f"{SECRET}s are loud", "Look."]:
                yield "it is half"
            open_store().delete(self.gone)
            forget_entries(self._history, self.gone, texts=[], names=[])
        if left := traces(SECRET):
            yield f"words are left in {left}"
        lines = map(parse_history_line, self._history.read_bytes().splitlines())
        if [entry and entry.text for entry in lines] != ["an otter"]:
            yield "the history lost a line"
        store = open_store()
        catch_up(store)
        if len(store.search("otter", most=9)) != 2:
            yield "the index lost the other"
        texts_of(self.kept)
        yield from strange_files()


class Attach(Operation):
    """Attachments go into a conversation of version 1, into a new one and into a fork."""

    def prepare(self) -> None:
        converse("talk", "yes", prefix="c")

    def act(self) -> None:
        illustrate("cid1", "first")
        store = open_store("n")
        opened = store.open("cid1", model=MODEL)
        _, journal = store.fork(opened.conversation)
        journal.verify()
        journal.close()
        opened.journal.close()
        new, journal = store.start(MODEL, None)
        message = Message("user", (picture("new"), text_block("Look.")))
        journal.append(new.append(message, "new", AT))
        journal.close()

    def faults(self) -> Iterator[str]:
        store = open_store("z")
        for each in store.summaries():
            opened = store.open(each.path, model=MODEL)
            if opened.damage:
                yield f"damage: {opened.damage}"
            texts = [turn.message.text for turn in opened.conversation.path]
            if texts not in (["talk", "yes"], ["talk", "yes", "Look."], ["Look."]):
                yield f"texts: {texts}"
            opened.journal.append(opened.conversation.rename("later"))
            opened.journal.close()
            used = 1 if "Look." in texts else 0
            if len(list(Path(f"{each.path}.files").glob("*"))) != used:
                yield f"{each.path}: a blob that nothing mentions is left"
        yield from strange_files()


class Index(Operation):
    """Some conversations are new, one was deleted by another program."""

    def prepare(self) -> None:
        for number in range(8):
            converse(f"lexer {number}", prefix=f"a{number}")
        doomed = converse(f"a {SECRET}", prefix="d")
        catch_up(open_store())
        for number in range(8):
            converse(f"lexer {number + 8}", "x" * 3000, prefix=f"b{number}")
        next(conversations_directory().glob(f"*-{doomed}.jsonl")).unlink()

    def act(self) -> None:
        catch_up(open_store())

    def faults(self) -> Iterator[str]:
        store = open_store()
        catch_up(store)
        if len(store.search("lexer", most=99)) != 16:
            yield "not everything is found"
        if left := traces(SECRET):
            yield f"words are left in {left}"
        cache = Path(os.environ["XDG_CACHE_HOME"], "streamchat/search.sqlite3")
        with closing(sqlite3.connect(cache)) as db:
            if db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                yield "the index is damaged"


class History(Operation):
    """A line is added, and a conversation's lines are taken out."""

    path = Path("history")

    def prepare(self) -> None:
        for number in range(20):
            append_entry(self.path, HistoryEntry(f"line {number}", f"c{number % 2}"))

    def act(self) -> None:
        append_entry(self.path, HistoryEntry("new", "c0"))
        forget_entries(self.path, "c1", texts=[], names=[])

    def faults(self) -> Iterator[str]:
        append_entry(self.path, HistoryEntry("later", "c0"))
        entries = [parse_history_line(line) for line in self.path.read_bytes().splitlines()]
        texts = [entry.text if entry else "torn" for entry in entries]
        kept = [f"line {n}" for n in range(0, 20, 2)]
        if [text for text in texts if text in kept] != kept or texts[-1] != "later":
            yield f"lines are lost: {texts}"
        if {"torn"} & set(texts):
            yield f"lines are torn: {texts}"
        gone = [text for text in texts if text.startswith("line ") and text not in kept]
        if len(gone) not in (0, 10):
            yield f"lines are half gone: {texts}"


class OwnTurn(Operation):
    """What the program asks by itself: /compact, and the same of /continue."""

    command = "/compact"

    def prepare(self) -> None:
        converse("talk", "yes", prefix="c")

    def act(self) -> None:
        session = open_session()
        store = open_store("n")
        opened = store.open("cid1", model=MODEL)
        session.archive, session.new_id = store, counting_ids()
        session.conversation, session.journal = opened.conversation, opened.journal

        async def no_advice(_model: str) -> str:
            return ""

        pieces = [f"piece {n} {'x' * 2000}" for n in range(8)]
        source = ScriptedSource([self._first(), reply_events(*pieces)])
        reader = ScriptedReader(iter([Typed("more"), Typed(self.command), Key.END]))
        repl = Repl(session, source, reader, RecordingScreen(), lambda: 0.0, no_advice)
        asyncio.run(repl.run())

    def _first(self) -> Sequence[Step]:
        return reply_events("good")

    def faults(self) -> Iterator[str]:
        opened = open_store().open("cid1", model=MODEL)
        texts = [turn.message.text for turn in opened.conversation.path]
        spoken = [
            t.message.text
            for t in opened.conversation.turns
            if "Write a summary" in t.message.text
        ]
        if spoken:
            yield "the request of the program is in the file"
        if not self._is_right(texts):
            yield f"the conversation is at {[text[:30] for text in texts]}"
        turn = opened.conversation.append(user_message("later"), "later", AT)
        opened.journal.append(turn)
        opened.journal.close()
        if texts_of("cid1")[-1] != "later":
            yield "it cannot be continued"

    def _is_right(self, texts: list[str]) -> bool:
        said = ["talk", "yes", "more", "good"]
        if texts[:1] and texts[0].startswith("This is a summary"):
            return len(texts) == 1 and "piece 7" in texts[0]
        return texts in [said[:count] for count in (2, 3, 4)]


class Continue(OwnTurn):
    command = "/continue"

    def _first(self) -> Sequence[Step]:
        return [*partial_events("good"), CutOff("Gone.")]

    def _is_right(self, texts: list[str]) -> bool:
        said = ["talk", "yes", "more", "good"]
        if len(texts) == 6:  # what arrived, below what was asked for it
            return texts[:4] == said and "piece 0" in texts[5]
        return texts in [said[:count] for count in (2, 3, 4)]


OPERATIONS: dict[str, Callable[[], Operation]] = {
    "export": Export,
    "export over a file": ExportOver,
    "import": Import,
    "delete": Delete,
    "attach": Attach,
    "index": Index,
    "history": History,
    "compact": OwnTurn,
    "continue": Continue,
}


def enter_world(directory: Path) -> None:
    """An empty home, for everything that the program writes."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    os.chdir(directory)
    os.environ["HOME"] = str(directory)
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(directory / name.lower())


def killed_before(moment: int | None, act: Callable[[], None]) -> int:
    """Do it in another process, killed before that call; returns how many calls it made."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        calls = 0

        def count(_frame: FrameType, event: str, called: object) -> None:
            nonlocal calls
            if event == "c_call" and getattr(called, "__name__", "") in TOUCHING:
                if calls == moment:
                    os.kill(os.getpid(), signal.SIGKILL)
                calls += 1

        sys.setprofile(count)
        try:
            act()
        finally:
            sys.setprofile(None)
            os.write(theirs, str(calls).encode())
            os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    with os.fdopen(ours) as told:
        return int(told.read() or "0")


def judge(name: str, moments: int, directory: Path) -> list[str]:
    """What was wrong after which moment."""
    operation = OPERATIONS[name]()
    enter_world(directory / "whole")
    operation.prepare()
    calls = killed_before(None, operation.act)
    faults = [f"not killed at all: {fault}" for fault in operation.faults()]
    for number in range(moments):
        moment = number * calls // moments
        enter_world(directory / str(number))
        operation.prepare()
        killed_before(moment, operation.act)
        faults += [f"before call {moment} of {calls}: {fault}" for fault in operation.faults()]
        os.chdir(directory)
        shutil.rmtree(directory / str(number))
    return faults


if __name__ == "__main__":
    wanted, where, *chosen = sys.argv[1:]
    root = Path(where).absolute()
    judged = {name: judge(name, int(wanted), root / name) for name in chosen or OPERATIONS}
    sys.stdout.write(json.dumps(judged))
