"""What was typed and not sent: after Ctrl-C, and after the program ended."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from desk import Desk, desk, run

from streamchat.core.ports import Key, TypeAhead, Typed
from streamchat.prompt.draft_files import DraftFile, adopt_drafts, forget_drafts
from streamchat.prompt.drafts import DELAY_SECONDS, Drafts
from streamchat.prompt.history_file import HistoryEntry
from streamchat.prompt.pastes import MAX_LINES

UP, LEFT, CTRL_C = "\x1b[A", "\x1b[D", "\x03"
KEY = "AKIA" + "QWERTYUIOP234567"


@dataclass
class Alarm:
    """A timer that rings when the test says so."""

    seconds: float
    call: Callable[[], None]
    is_on: bool = True

    def cancel(self) -> None:
        self.is_on = False


@dataclass
class Alarms:
    set: list[Alarm] = field(default_factory=list)

    def later(self, seconds: float, call: Callable[[], None]) -> Alarm:
        self.set.append(Alarm(seconds, call))
        return self.set[-1]

    def ring(self) -> None:
        for alarm in [alarm for alarm in self.set if alarm.is_on]:
            alarm.is_on = False
            alarm.call()


def drafts_in(directory: Path) -> list[object]:
    lines = (line for path in directory.glob("*") for line in path.read_text().splitlines())
    return [json.loads(line)["text"] for line in lines]


def leave_draft(directory: Path, *entries: HistoryEntry) -> None:
    """What a program leaves that ends."""
    slot = DraftFile(directory)
    slot.write(entries)
    slot.close()


@dataclass
class Keeper:
    """Takes drafts over, or fails to."""

    succeeds: bool = True
    kept: list[HistoryEntry] = field(default_factory=list)

    def __call__(self, entry: HistoryEntry) -> bool:
        self.kept.append(entry)
        return self.succeeds


@pytest.fixture
def drafts_path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "drafts"


async def type_and_ring(at: Desk, alarms: Alarms, typed: str, *, sees: str) -> None:
    """A person types, and looks at the screen for a second; then the program is cancelled,
    as by a signal."""
    reading = asyncio.ensure_future(at.prompt.read())
    at.type(typed)
    await at.sees(sees)
    alarms.ring()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


def test_up_brings_back_what_ctrl_c_cleared() -> None:
    with desk() as at:
        assert at.read(f"a thought{CTRL_C}{UP}, whole\r") == Typed("a thought, whole")


def test_a_cleared_text_of_many_lines_comes_back_whole() -> None:
    pasted = "\n".join(map(str, range(MAX_LINES + 1)))
    with desk() as at:
        at.type("see:\n")
        at.paste(pasted)
        assert at.read(f"{CTRL_C}{UP}\r") == Typed(f"see:\n{pasted}")


def test_each_text_that_was_cleared_comes_back() -> None:
    with desk() as at:
        assert at.read(f"one{CTRL_C}two{CTRL_C}{UP}{UP}\r") == Typed("one")


def test_a_cleared_text_comes_back_in_the_next_prompt() -> None:
    with desk() as at:
        assert at.read(f"one{CTRL_C}{CTRL_C}") is Key.INTERRUPT
        assert at.read(f"{UP}\r") == Typed("one")


def test_a_text_that_is_cleared_twice_is_one_up_away_once() -> None:
    with desk() as at:
        at.read("older\r")
        assert at.read(f"new{CTRL_C}{UP}{CTRL_C}{UP}{UP}\r") == Typed("older")


def test_a_draft_is_on_disk_a_second_after_the_last_key(tmp_path: Path) -> None:
    alarms = Alarms()
    with desk(drafts=tmp_path / "drafts", later=alarms.later) as at:

        async def person() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("a")
            await at.sees("a")
            at.type("b")
            await at.sees("ab")
            assert drafts_in(tmp_path / "drafts") == []
            alarms.ring()
            assert drafts_in(tmp_path / "drafts") == ["ab"]
            at.type("\r")
            assert await reading == Typed("ab")

        run(person())
    assert drafts_in(tmp_path / "drafts") == []
    assert {alarm.seconds for alarm in alarms.set} == {DELAY_SECONDS}


def test_nobody_else_may_read_a_draft(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        DraftFile(tmp_path / "drafts").write([HistoryEntry("x", "c1")])
    finally:
        os.umask(before)
    (file,) = (tmp_path / "drafts").iterdir()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)]
    assert modes == [0o600, 0o700]


def test_the_next_chat_says_that_a_draft_is_one_up_away(tmp_path: Path) -> None:
    history, drafts = tmp_path / "history", tmp_path / "drafts"
    with desk(history=history, drafts=drafts) as at:
        run(type_and_ring(at, Alarms(), "half a thou", sees="half a thou"))
    with desk(history=history, drafts=drafts) as at:

        async def person() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            await at.sees("An unsent draft is one Up away.")
            at.type(f"{UP}ght\r")
            assert await reading == Typed("half a thought")

        run(person())
        assert "draft" not in "".join(at.screen())
    assert drafts_in(drafts) == []


def test_a_draft_is_said_once_and_stays_in_the_history(tmp_path: Path) -> None:
    history, drafts = tmp_path / "history", tmp_path / "drafts"
    leave_draft(drafts, HistoryEntry("/help\nthe program", "c1", is_verbatim=True))
    with desk(history=history, drafts=drafts) as at:
        assert at.read("other\r") == Typed("other")
        assert at.read(f"{UP}{UP}\r") == Typed("/help\nthe program")
    with desk(history=history, drafts=drafts) as at:
        at.read("\r")
        assert "draft" not in "".join(at.screen())


def test_what_waits_in_the_queue_is_unsent_too(drafts_path: Path) -> None:
    alarms, shown = Alarms(), list[TypeAhead | None]()
    changed = asyncio.Event()

    def show(ahead: TypeAhead | None) -> None:
        shown.append(ahead)
        changed.set()

    with desk(drafts=drafts_path, later=alarms.later, show_ahead=show) as at:

        async def types(typed: str, *, until: TypeAhead) -> None:
            at.type(typed)
            while shown[-1:] != [until]:
                changed.clear()
                await changed.wait()

        async def person() -> None:
            async with at.prompt.watching(lambda: None):
                await types("first\r", until=TypeAhead(queued=("first",)))
                await types("second", until=TypeAhead("second", 6, ("first",)))
                alarms.ring()
                assert drafts_in(drafts_path) == ["first", "second"]
            assert await at.prompt.read() == Typed("first")
            assert at.prompt.hold() == 0
            reading = asyncio.ensure_future(at.prompt.read())
            await at.sees("second")
            alarms.ring()
            assert drafts_in(drafts_path) == ["second"]
            at.type("\r")
            await reading

        run(person())
    assert drafts_in(drafts_path) == []


def test_a_cleared_text_that_up_brought_back_is_on_disk_again(tmp_path: Path) -> None:
    history, drafts, alarms = tmp_path / "history", tmp_path / "drafts", Alarms()
    with desk(history=history, drafts=drafts, later=alarms.later) as at:
        assert at.read("sent\r") == Typed("sent")

        async def person() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type(f"cleared{CTRL_C}{UP}")
            await at.sees("❯ cleared")
            alarms.ring()
            assert drafts_in(drafts) == ["cleared"]
            at.type(UP)
            await at.sees("❯ sent")
            alarms.ring()
            assert drafts_in(drafts) == ["cleared"]  # the other one is in the history
            at.type("\r")
            await reading

        run(person())


def test_what_a_stop_put_back_from_the_queue_is_unsent_until_it_is_sent(
    drafts_path: Path,
) -> None:
    alarms, stopped = Alarms(), asyncio.Event()
    with desk(drafts=drafts_path, later=alarms.later) as at:

        async def person() -> None:
            async with at.prompt.watching(stopped.set):
                at.type(f"one\r{LEFT}two\r{LEFT}draft{CTRL_C}")
                await stopped.wait()
            reading = asyncio.ensure_future(at.prompt.read())
            await at.sees("❯ draft")
            alarms.ring()
            assert drafts_in(drafts_path) == ["one", "two", "draft"]
            at.type(f"{CTRL_C}{UP}{UP}!\r")
            assert await reading == Typed("two!", recalled="two")
            alarms.ring()
            assert drafts_in(drafts_path) == ["one"]

        run(person())


@pytest.mark.parametrize(
    ("keys", "sent", "ups"),
    [
        (f"{UP}\r", "old", 2),
        (f"{UP}!\r", "old!", 2),
        ("\x1b[5~\r", "old", 2),
        (f"{UP}{CTRL_C}new\r", "new", 2),
        ("\x12\x15ol\r\r", "old", 2),
        (f"{UP}\x1b[B\r", "draft", 1),
    ],
    ids=["up", "changed", "page up", "cleared", "search", "sent"],
)
def test_a_draft_that_an_older_line_replaces_is_kept(
    drafts_path: Path, keys: str, sent: str, ups: int
) -> None:
    alarms = Alarms()
    with desk(drafts=drafts_path, later=alarms.later) as at:
        at.read("old\r")

        async def person() -> None:
            reading = asyncio.ensure_future(at.prompt.read(prefill="draft"))
            await at.sees("❯ draft")
            await at.paper.rests()
            at.type(keys)
            received = await reading
            assert isinstance(received, Typed)
            assert received.text == sent

        run(person())
        alarms.ring()
        assert drafts_in(drafts_path) == ([] if sent == "draft" else ["draft"])
        received = at.read(f"{UP * ups}\r")
        assert isinstance(received, Typed)
        assert received.text == "draft"
        assert drafts_in(drafts_path) == []


@pytest.mark.parametrize(
    ("conversation", "typed"),
    [(None, "incognito"), ("c1", " begins with a blank"), ("c1", f"the key is {KEY}")],
)
def test_what_the_history_does_not_keep_is_not_on_disk(
    tmp_path: Path, conversation: str | None, typed: str
) -> None:
    alarms = Alarms()
    with desk(
        drafts=tmp_path / "drafts",
        later=alarms.later,
        conversation=lambda: conversation,
    ) as at:
        run(type_and_ring(at, alarms, typed, sees=typed))
    assert drafts_in(tmp_path / "drafts") == []


def test_the_draft_of_a_program_that_runs_is_left_alone(drafts_path: Path) -> None:
    theirs, keep = DraftFile(drafts_path), Keeper()
    theirs.write([HistoryEntry("theirs", "c1")])
    assert (adopt_drafts(drafts_path, keep), keep.kept) == (0, [])
    assert drafts_in(drafts_path) == ["theirs"]
    theirs.close()


def test_a_draft_that_cannot_be_kept_stays(drafts_path: Path) -> None:
    leave_draft(drafts_path, HistoryEntry("left", "c1"))
    assert adopt_drafts(drafts_path, Keeper(succeeds=False)) == 1
    assert drafts_in(drafts_path) == ["left"]


def test_a_kill_between_the_writing_and_the_cutting_leaves_whole_lines(
    drafts_path: Path,
) -> None:
    leave_draft(drafts_path, HistoryEntry("a long text that is there already", "c1"))
    (path,) = drafts_path.iterdir()
    old, new = path.read_bytes(), HistoryEntry("short", "c1").to_line()
    path.write_bytes(new + old[len(new) :])
    keep = Keeper()
    adopt_drafts(drafts_path, keep)
    assert keep.kept == [HistoryEntry("short", "c1")]


def test_a_deleted_conversation_takes_its_drafts_along(drafts_path: Path) -> None:
    leave_draft(drafts_path, HistoryEntry("of c1", "c1"))
    leave_draft(drafts_path, HistoryEntry("of c2", "c2"))
    forget_drafts(drafts_path, "c1")
    assert drafts_in(drafts_path) == ["of c2"]


def test_a_disk_that_refuses_is_told_once() -> None:
    class Full:
        def write(self, _entries: Sequence[HistoryEntry]) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            """Nothing to leave."""

    alarms, told = Alarms(), list[str]()
    drafts = Drafts(Full(), alarms.later, lambda line: HistoryEntry(line, "c1"), told.append)
    for line in ("a", "ab"):
        drafts.changed([line])
        alarms.ring()
    assert told == ["the draft is not saved: No space left on device"]


def test_a_signal_leaves_the_draft_at_once(tmp_path: Path) -> None:
    with desk(drafts=tmp_path / "drafts") as at:

        async def person() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("half")
            await at.sees("half")
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            assert drafts_in(tmp_path / "drafts") == ["half"]

        run(person())
