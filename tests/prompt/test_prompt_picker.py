"""The picker: what a person types and sees while they find a conversation."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyte
import pytest
from desk import Paper, run
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.input.typeahead import get_typeahead
from prompt_toolkit.output.vt100 import Vt100_Output

from fakes import MemoryArchive
from streamchat.core.conversation_index import ConversationSummary, Hit, IndexProgress
from streamchat.core.errors import DiskError
from streamchat.core.ports import Archive, PickAct, Picked
from streamchat.prompt import PromptLook
from streamchat.prompt.drawing import Heights
from streamchat.prompt.picker import Picker

LEAVE = "\x1b"
DOWN, UP, PAGE_DOWN, PAGE_UP = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[5~"
SIZE = Size(rows=12, columns=50)


def hit(title: str, text: str = "", *, found: str = "", role: str = "assistant") -> Hit:
    before, _, after = text.partition(found) if found else (text, "", "")
    pieces = [(before, False), (found, True), (after, False)]
    excerpt = tuple(piece for piece in pieces if piece[0])
    summary = ConversationSummary(
        title[:8], title, 60.0, 4, "claude-test", None, f"/kept/{title}"
    )
    return Hit(summary, "t1", role, "1970-01-01T00:02:00Z", excerpt)


HITS = [hit(f"Number {number}", f"text of {number}") for number in range(30)]


@dataclass
class Table:
    """A picker on a table of its own."""

    keys: PipeInput
    paper: Paper
    picker: Picker
    size: Size

    def type(self, text: str) -> None:
        self.keys.send_text(text)

    def screen(self) -> pyte.Screen:
        screen = pyte.Screen(self.size.columns, self.size.rows)
        pyte.Stream(screen).feed(self.paper.getvalue())
        return screen

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.screen().display]

    async def sees(self, text: str) -> None:
        await self.paper.until(lambda: any(text in row for row in self.rows))


@contextmanager
def table(
    archive: Archive, *, size: Size = SIZE, look: PromptLook | None = None
) -> Iterator[Table]:
    paper = Paper()
    with create_pipe_input() as keys:
        output = Vt100_Output(paper, lambda: size, term="xterm", enable_cpr=False)

        def age(moment: float) -> str:
            return f"{int(moment)} s"

        yield Table(keys, paper, Picker(keys, output, archive, look or PromptLook(), age), size)


def picked(archive: Archive, *typed: str, size: Size = SIZE) -> str | None:
    """What comes of it when all is typed at once."""
    with table(archive, size=size) as each:
        each.type("".join(typed))
        return path_of(run(each.picker.run()))


def path_of(found: Picked | None) -> str | None:
    """The path of what was opened."""
    assert found is None or found.act is PickAct.OPEN
    return found.path if found else None


@pytest.mark.parametrize(
    ("key", "act"),
    [
        ("\x12", PickAct.RENAME),
        ("\x18", PickAct.DELETE),
        ("\x06", PickAct.FORK),
        ("\x05", PickAct.EXPORT),
    ],
    ids=lambda each: repr(each) if isinstance(each, str) else each.value,
)
def test_a_key_says_what_to_do_with_what_is_chosen(key: str, act: PickAct) -> None:
    async def session(each: Table) -> Picked | None:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("1/30")
        each.type("Number 17")
        await each.sees("1/1")
        each.type(key)
        return await running

    with table(MemoryArchive(hits=list(HITS))) as each:
        assert run(session(each)) == Picked("/kept/Number 17", act, "Number 17")


def test_enter_opens_what_was_written_last() -> None:
    assert picked(MemoryArchive(hits=HITS), "\r") == "/kept/Number 0"


@pytest.mark.parametrize("key", [LEAVE, "\x03", "\x04"], ids=["esc", "ctrl-c", "ctrl-d"])
def test_it_can_be_left(key: str) -> None:
    assert picked(MemoryArchive(hits=HITS), "Numb", key) is None


def test_enter_opens_what_is_found_for_the_words_as_they_stand() -> None:
    assert picked(MemoryArchive(hits=HITS), "Number 17", "\r") == "/kept/Number 17"
    assert picked(MemoryArchive(hits=HITS), "text of 2", DOWN, "\x7f3\r") == "/kept/Number 3"


def test_the_arrows_move_within_the_list() -> None:
    async def session(each: Table, *steps: tuple[str, str]) -> str | None:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("1/30")
        for keys, state in steps:
            each.type(keys)
            await each.sees(state)
        each.type("\r")
        return path_of(await running)

    with table(MemoryArchive(hits=list(HITS))) as each:
        steps = [(UP, " 1/30"), (DOWN * 3, " 4/30"), (UP, " 3/30"), (PAGE_DOWN, " 9/30")]
        steps += [(PAGE_UP, " 3/30"), (PAGE_DOWN * 9, "30/30"), (DOWN, "30/30"), ("\x10", "29")]
        assert run(session(each, *steps)) == "/kept/Number 28"


def test_the_screen_while_one_types() -> None:
    text = "the parser asks and the lexer answers, token by token, until the text has ended"
    archive = MemoryArchive(
        hits=[hit("On lexers", text, found="lexer"), hit("Other", "no", role="user")]
    )

    async def session(each: Table) -> list[list[str]]:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("1/2")
        before = each.rows
        each.type("lexer")
        await each.sees("1/1")
        after = each.rows
        each.type(LEAVE)
        assert await running is None
        return [before, after, each.rows]

    with table(archive, size=Size(rows=10, columns=50)) as each:
        before, after, left = run(session(each))
    assert before == [
        "❯                                              1/2",
        "❯   60 s  On lexers",
        "    60 s  Other",
        "",
        "",
        "── answer, 120 s · 4 turns · claude-test ────────",
        "the parser asks and the lexer answers, token by",
        "token, until the text has ended",
        "Enter open, ^R rename, ^X delete, ^F copy, ^E ex…",
        "",
    ]
    assert after[:3] == ["❯ lexer                                        1/1", before[1], ""]
    assert left == [""] * 10


def test_the_chosen_row_and_the_hit_stand_out() -> None:
    archive = MemoryArchive(hits=[hit("One", "a lexer", found="lexer"), hit("Two")])

    async def session(each: Table) -> pyte.Screen:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("a lexer")
        screen = each.screen()
        each.type(LEAVE)
        await running
        return screen

    with table(archive) as each:
        screen = run(session(each))
    assert [screen.buffer[y][10].reverse for y in (1, 2)] == [True, False]
    [row] = [y for y, text in enumerate(screen.display) if text.startswith("a lexer")]
    assert [screen.buffer[row][x].bold for x in (0, 2, 6)] == [False, True, True]


def test_hostile_titles_and_texts_are_shown_and_not_obeyed() -> None:
    title = "a\x1b[2J\x1b]0;pwn\x07b\u202ec\x9b1m\nd\te"
    archive = MemoryArchive(hits=[hit(title, f"{title} hit", found="hit")])

    async def session(each: Table) -> str:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("hit")
        each.type(LEAVE)
        await running
        return each.paper.getvalue()

    with table(archive) as each:
        written = run(session(each))
    assert "␛[2J␛]0;pwn␇b\ufffdc\ufffd1m␤d e" in written
    for harm in ("\x1b[2J", "\x1b]0;", "\x07", "\u202e", "\x9b"):
        assert harm not in written


@pytest.mark.parametrize("size", [Size(rows=10, columns=60), Size(rows=5, columns=20)])
def test_wide_characters_fit_the_window(size: Size) -> None:
    archive = MemoryArchive(
        hits=[hit("日本語の題名" * 20, "東京タワー" * 40, found="東京"), hit("x" * 99)]
    )

    async def session(each: Table) -> list[str]:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("xx…")
        rows = each.screen().display
        each.type(LEAVE)
        await running
        return rows

    with table(archive, size=size) as each:
        rows = run(session(each))
    assert "日本語" in rows[1]
    assert rows[1].rstrip().endswith("…")
    assert "xx…" in rows[2]


def test_the_heights_fit_below_one_free_row() -> None:
    for rows in range(1, 60):
        heights = Heights.within(Size(rows=rows, columns=80))
        parts = [1, heights.hits, 1 if heights.preview else 0, heights.preview, heights.keys]
        assert sum(parts) <= max(2, rows - 1), rows
        assert heights.hits >= 1, rows
        if rows >= 10:
            assert (heights.hits >= 4, heights.preview >= 2) == (True, True), rows


@pytest.mark.parametrize(("typed", "kept"), [("zzz", "zzz"), ("of 2", "")])
def test_words_that_find_nothing_go_to_the_next_prompt(typed: str, kept: str) -> None:
    async def left() -> str:
        picking = asyncio.ensure_future(at.picker.run())
        at.type(typed)
        await at.sees("No conversation matches" if kept else "text of 2")
        at.type(LEAVE)
        assert await picking is None
        return "".join(key.data for key in get_typeahead(at.keys))

    with table(MemoryArchive(hits=HITS)) as at:
        assert run(left()) == kept


def test_nothing_found_is_said() -> None:
    async def session(each: Table) -> None:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("No saved conversations yet.")
        each.type("lexer\r")
        await each.sees("No conversation matches.")
        each.type(LEAVE)
        await running

    with table(MemoryArchive()) as each:
        run(session(each))


@dataclass
class SlowArchive(MemoryArchive):
    """Waits in each step until it is let go on."""

    go_on: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    found: list[Hit] = field(default_factory=list)

    def catch_up(self) -> Iterator[IndexProgress]:
        for done in (1, 2):
            self.go_on.acquire()
            self.found.append(hit(f"Found {done}"))
            yield IndexProgress(done, 2)

    def search(self, text: str, *, most: int) -> list[Hit]:
        return self.browse(text, most=most)

    def browse(self, text: str, *, most: int) -> list[Hit]:
        self.asked.append(text)
        return self.found[::-1]


def test_indexing_is_told_and_what_it_finds_comes_onto_the_list() -> None:
    archive = SlowArchive(found=[hit("Old one"), hit("Older")])

    async def session(each: Table) -> str | None:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("Old one")
        each.type(DOWN)
        await each.sees("2/2")
        archive.go_on.release()
        await each.sees("indexing 50 %")
        await each.sees("3/3")  # the choice stayed with its conversation
        each.type("w")  # typed while the second step takes its time
        archive.go_on.release()
        await each.sees("1/4")
        each.type("\r")
        return path_of(await running)

    with table(archive) as each:
        assert run(session(each)) == "/kept/Found 2"
    assert archive.asked[0] == ""
    assert archive.asked[-1] == "w"


@pytest.mark.parametrize("key", [LEAVE, "\x03"], ids=["esc", "ctrl-c"])
def test_it_can_be_left_while_a_search_takes_long(key: str) -> None:
    archive = SlowArchive(found=[hit("Old one")])

    async def session(each: Table) -> None:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("Old one")
        each.type(key)
        assert await running is None
        archive.go_on.release(2)

    with table(archive) as each:
        run(session(each))


def test_a_failing_disk_ends_it() -> None:
    class Broken(MemoryArchive):
        def catch_up(self) -> Iterator[IndexProgress]:
            raise DiskError("Cannot read.")
            yield

    with table(Broken()) as each, pytest.raises(DiskError, match="Cannot read"):
        run(each.picker.run())
    assert each.rows == [""] * SIZE.rows


def test_a_paste_is_words_on_one_line() -> None:
    archive = MemoryArchive(hits=HITS)
    assert picked(archive, "\x1b[200~ text\nof  9\r\n\x1b[201~", "\r") == "/kept/Number 9"
    assert archive.asked[-1] == "text of 9"


def test_without_unicode_and_colour() -> None:
    async def session(each: Table) -> str:
        running = asyncio.ensure_future(each.picker.run())
        await each.sees("1/1")
        each.type(LEAVE)
        await running
        return each.paper.getvalue()

    archive = MemoryArchive(hits=[hit("x" * 99, "text")])
    with table(archive, look=PromptLook(unicode=False, colour=False)) as each:
        written = run(session(each))
    assert written.isascii()
    assert "[36" not in written
