"""A window that gets narrower while a draft is edited: nothing of the draft stays twice."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyte
import pytest
from desk import NAMES, ROWS, KnownArguments, Paper, run
from prompt_toolkit.data_structures import Point, Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.layout import Window
from prompt_toolkit.layout.screen import Char, Screen, WritePosition

from loop_time import time_standing_still
from streamchat.core.ports import Typed
from streamchat.core.status_line import StatusPart
from streamchat.prompt import Hooks, Prompt, PromptLook
from streamchat.prompt.drawn import Drawn
from streamchat.prompt.tty import PromptOutput

DRAFT = "first d1\nsecond d2 " + "x" * 50 + " d3\nthird d4"


@dataclass
class Reflowing:
    """A terminal that wraps its rows anew when it gets narrower."""

    columns: int = 60
    rows: int = 20
    screen: pyte.HistoryScreen = field(init=False)

    def __post_init__(self) -> None:
        self.screen = pyte.HistoryScreen(self.columns, self.rows, history=1000)

    @property
    def size(self) -> Size:
        return Size(rows=self.rows, columns=self.columns)

    def feed(self, text: str) -> None:
        pyte.Stream(self.screen).feed(text)

    def narrow(self, columns: int) -> None:
        old, at = self.screen, self.screen.cursor
        used = max(at.y, *(y for y, row in enumerate(old.display) if row.strip())) + 1
        pieces = [list(_pieces(row.rstrip(), columns)) for row in old.display[:used]]
        self.columns = columns
        self.screen = pyte.HistoryScreen(columns, self.rows, history=1000)
        self.feed("\r\n".join(piece for row in pieces for piece in row))
        below = sum(map(len, pieces)) - sum(map(len, pieces[: at.y])) - at.x // columns - 1
        self.screen.cursor.y -= below
        self.screen.cursor.x = at.x % columns

    @property
    def lines(self) -> list[str]:
        above = [
            "".join(row[x].data for x in range(self.columns)) for row in self.screen.history.top
        ]
        return [*above, *self.screen.display]


def _pieces(row: str, columns: int) -> Iterator[str]:
    for at in range(0, len(row) or 1, columns):
        yield row[at : at + columns]


def narrowed(
    columns: Sequence[int],
    *,
    draft: str = DRAFT,
    last: str = "d4",
    keys: str = "",
    key_first: bool = False,
) -> list[str]:
    """What is on the terminal after a draft, which ends with `last`, was edited while the
    window got narrower. With `key_first`, it is first drawn for a key, before the signal
    comes."""
    terminal, paper = Reflowing(), Paper()
    terminal.feed("above a1\r\n")

    async def edit() -> None:
        seen = 0

        def unseen() -> str:
            return paper.getvalue()[seen:]

        def catch_up() -> None:
            nonlocal seen
            written = unseen()
            terminal.feed(written)
            seen += len(written)

        reading = asyncio.create_task(prompt.read(prefill=draft))
        pipe.send_text(keys + "!")
        await paper.until(lambda: "!" in paper.getvalue())
        await paper.rests()  # no frame of the old width is on its way
        for width in columns:
            catch_up()
            terminal.narrow(width)
            output.flush()  # of what was drawn for the old width, or of anything else
            if key_first and width == columns[0]:
                pipe.send_text("?")
            else:
                os.kill(os.getpid(), signal.SIGWINCH)
            await paper.until(lambda: last in unseen())
            await paper.rests()
        catch_up()
        pipe.send_text("\r")
        assert isinstance(await reading, Typed)

    with create_pipe_input() as pipe:
        output = PromptOutput(paper, lambda: terminal.size, "xterm", reflows=True)
        prompt = Prompt(
            pipe,
            output,
            history=None,
            commands=ROWS,
            names=NAMES,
            arguments=KnownArguments(lambda _: []),
            environ={},
            look=PromptLook(marks=False),
            hooks=Hooks(status=lambda _: [StatusPart("model", "status t1")]),
        )
        # A frame is otherwise put off by up to 10 ms while the loop is busy.
        prompt._editor._session.app.max_render_postpone_time = None
        with time_standing_still():  # a timer would redraw between the resize and its signal
            run(edit())
    return terminal.lines


@pytest.mark.parametrize("columns", [[40], [30, 20], [59, 58, 57]])
@pytest.mark.parametrize("keys", ["", "\x1b[A\x01", "\x1b[A\x1b[A\x01"])
def test_each_row_of_a_draft_is_there_once(columns: list[int], keys: str) -> None:
    text = "".join(line.strip() for line in narrowed(columns, keys=keys))
    assert sorted(re.findall(r"[ad]\d", text)) == ["a1", "d1", "d2", "d3", "d4"]


def test_a_key_that_comes_before_the_signal_erases_nothing_else() -> None:
    text = "".join(
        line.strip() for line in narrowed([30, 20], keys="\x1b[A\x01", key_first=True)
    )
    assert sorted(re.findall(r"[ad]\d", text)) == ["a1", "d1", "d2", "d3", "d4"]


@pytest.mark.parametrize("key_first", [False, True])
def test_a_draft_of_one_row_is_there_once(key_first: bool) -> None:
    draft = "first d1 " + "x" * 40 + " d2"
    lines = narrowed([40], draft=draft, last="d1", key_first=key_first)
    assert sorted(re.findall(r"[ad]\d", "".join(map(str.strip, lines)))) == ["a1", "d1", "d2"]


def drawn_at_60(*rows: str, cursor: tuple[int, int]) -> tuple[Screen, Window]:
    """What prompt_toolkit would have drawn in 60 columns; the cursor as row and column."""
    screen, window = Screen(), Window()
    for y, text in enumerate(rows):
        x = 0
        for char in map(Char, text):
            screen.data_buffer[y][x] = char
            x += char.width
    screen.height = len(rows)
    screen.set_cursor_position(window, Point(x=cursor[1], y=cursor[0]))
    place = WritePosition(xpos=0, ypos=0, width=60, height=len(rows))
    screen.visible_windows_to_write_positions[window] = place
    return screen, window


@pytest.mark.parametrize(
    ("rows", "cursor", "columns", "gained"),
    [
        (["x" * 58, "y"], (1, 1), 30, 1),
        (["x" * 58, "y"], (1, 1), 60, 0),  # as wide as before
        (["x" * 58, "y"], (1, 1), 80, 0),
        (["漢" * 29, "y"], (1, 1), 29, 2),  # fourteen in a row, and one column stays free
        (["x", "y" * 50], (1, 45), 40, 1),  # the cursor is on the second row of its line
        (["x", "y" * 40], (1, 40), 40, 1),
    ],
)
def test_rows_are_counted_as_the_terminal_wraps_them(
    rows: list[str], cursor: tuple[int, int], columns: int, gained: int
) -> None:
    screen, window = drawn_at_60(*rows, cursor=cursor)
    drawn = Drawn(keeps_erased=False)
    drawn.note(screen)
    assert drawn.rows_gained(cursor[0], columns, window) == gained
    drawn.note(screen)
    assert drawn.rows_gained(cursor[0], columns, window) == 0  # it has moved already


def test_tmux_wraps_a_row_by_the_longest_text_that_it_held() -> None:
    before, _ = drawn_at_60("x" * 58, cursor=(0, 58))
    after, window = drawn_at_60("x", "y" * 30, cursor=(1, 30))
    drawn = Drawn(keeps_erased=True)
    drawn.note(before)
    drawn.note(after)
    assert drawn.rows_gained(1, 30, window) == 1  # the cursor stays behind the end of its row


def test_a_terminal_that_cuts_its_rows_is_erased_from_where_they_were() -> None:
    paper = Paper()
    output = PromptOutput(paper, lambda: Size(rows=20, columns=30), "xterm", reflows=False)
    output.cursor_up(3)
    output.flush()
    assert paper.getvalue() == "\x1b[3A"
