"""Replies on an emulated terminal, from events to what is left in the scrollback."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Sequence
from itertools import product

import pytest
from pyte_terminal import PyteTerminal
from stage import Stage, stage

from shares import share
from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    RawEvent,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
)
from streamchat.core.messages import Message, Usage, text_block
from streamchat.core.ports import Ending, View
from streamchat.render.cells import fold as fold_cells
from streamchat.render.markdown.markdown_rows import render
from streamchat.render.screen.painter import Painter
from streamchat.render.screen.row_diff import plain_text
from streamchat.render.screen.scheduler import INTERVAL_S

STARTED = Started("m", "opus", Usage(12))
MARKDOWN = """# Title

Some *prose* that is long enough to be wrapped at sixty columns, and so to grow.

```python
def f(x: int) -> int:
    return x + 1
```

| one | two |
|-----|-----|
| 好的 | b |

1. first
2. second
"""

TYPICAL = """## Why the rows settle

A row settles when nothing that follows can change it: a paragraph when a **blank line** or
another block ends it, a line of code some lines later, since a `/*` far above may colour it.
What has settled is printed once and scrolls away like any other output of a program.

- The *tail* is all that is painted again, and it is never taller than the screen.
- What is on the screen already is not sent again, whether it settles or stays as it is.
- [The specification](https://spec.commonmark.org/) says what a block is.

```python
def settle(rows: list[Row], tail: list[Row]) -> str:
    # one string to write
    shown = [*rows, *tail[-height:]]
    for index, row in enumerate(shown):
        if row != before[index]:
            yield patch(before[index], row)
```

| what | when |
|------|------|
| a paragraph | at its end |
| a table | at its end |

"""


def message(text: str, stop_reason: str = "end_turn") -> Message:
    usage = Usage(1234, 567)
    return Message("assistant", (text_block(text),), "opus", stop_reason, usage, 0.0123)


def pieces_of(text: str, random_: random.Random) -> list[str]:
    pieces = []
    while text:
        size = random_.randint(1, 24)
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def feed_all(view: View, *events: Event) -> None:
    for event in events:
        view.feed(event)


def answer_rows(text: str, made: Stage, width: int) -> list[str]:
    """What one print leaves on the screen; the terminal wraps long lines of code."""
    rows = map(plain_text, render(text, width=width, look=made.screen.look))
    return [part.rstrip() for row in rows for part in textwrapped(row, width)]


def textwrapped(row: str, width: int) -> list[str]:
    return [row[piece.start : piece.end] for piece in fold_cells(row, width)]


USAGE = "1,234 in · 567 out · 12.3 s · 46 tok/s · $0.0123"


def is_given_back(made: Stage) -> bool:
    """The cursor is visible and rows wrap."""
    return {"7": "h", **made.terminal.modes()} == {"25": "h", "7": "h"}


def trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines.pop()
    return lines


@pytest.mark.parametrize("height", share([2, 3, 5, 10, 24, 50], every=2))
@pytest.mark.parametrize("width", [20, 60, 132])
def test_what_streams_is_what_one_print_would_leave(width: int, height: int) -> None:
    random_ = random.Random(width * height)
    made = stage(width, height)
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, BlockStarted(0, "text"))
    for piece in pieces_of(MARKDOWN * 3, random_):
        view.feed(TextDelta(piece))
        made.loop.advance(random_.choice([0, 0.01, 0.05]))
    view.close(Ending.COMPLETE, message(MARKDOWN), 12.3)
    usage = [line.rstrip() for line in wrapped_usage(width)]
    expected = ["", *trimmed(answer_rows(MARKDOWN * 3, made, width)), "", *usage]
    assert made.lines == expected
    assert is_given_back(made)


def wrapped_usage(width: int) -> list[str]:
    if width > len(USAGE):
        return [USAGE]
    return ["1,234 in · 567 out ·", "12.3 s · 46 tok/s ·", "$0.0123"]


def test_the_first_letters_are_on_the_screen_when_feed_returns() -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, BlockStarted(0, "text"), TextDelta("Hel"))
    assert made.lines[:2] == ["", "Hel"]
    view.close(Ending.COMPLETE, None, 1.0)


def test_a_stalled_stream_shows_all_that_came_within_a_frame() -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, TextDelta("Hel"), TextDelta("lo, wor"))
    made.loop.advance(INTERVAL_S)
    assert made.lines[1] == "Hello, wor"
    view.close(Ending.COMPLETE, None, 1.0)


def test_the_status_is_the_bottom_row_and_goes_with_the_end() -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    assert made.lines == ["", "⠋ connecting · opus · 0 s · esc to stop"]
    feed_all(view, STARTED, TextDelta("Hello"))
    made.loop.advance(2.1)
    assert made.lines[:2] == ["", "Hello"]
    assert made.lines[-1].endswith("writing · opus · 2 s · ~1 token · 0 tok/s · esc to stop")
    view.close(Ending.COMPLETE, message("Hello"), 12.3)
    assert made.lines == ["", "Hello", "", USAGE]


def test_waiting_costs_little() -> None:
    made = stage(80, 24)
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, BlockStarted(0, "thinking"))
    made.loop.advance(3)
    before = len(made.tty.text.encode())
    made.loop.advance(10)
    spent = len(made.tty.text.encode()) - before
    assert len(made.tty.writes) > 70
    assert spent / 10 <= 300
    view.close(Ending.INTERRUPTED, None, 1.0)


def test_a_retry_is_counted_down() -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    view.feed(Retrying(1, 3.0, "overloaded"))
    made.loop.advance(1.1)
    assert "retry 1 in 2 s · esc to stop · overloaded" in made.lines[-1]
    made.loop.advance(1)
    assert "retry 1 in 1 s · esc to stop · overloaded" in made.lines[-1]
    view.close(Ending.FAILED, None, 2.0)
    assert made.lines == []


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (Ending.COMPLETE, []),
        (Ending.INTERRUPTED, ["⏹ interrupted"]),
        (Ending.REFUSED, ["⏹ refused"]),
        (Ending.CUT_OFF, []),
        (Ending.FAILED, []),
    ],
)
def test_how_it_ended(ending: Ending, said: list[str]) -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, TextDelta("Half an ans"))
    view.close(ending, message("Half an ans"), 12.3)
    assert made.lines == ["", "Half an ans", "", *said, USAGE]
    assert made.terminal.screen.cursor.x == 0


def test_thoughts_are_seen_and_leave_one_line() -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, BlockStarted(0, "thinking"), ThinkingDelta("Let me see"))
    assert made.lines[1] == "  Let me see"
    made.loop.advance(3.2)
    feed_all(view, BlockStopped(0, {"type": "thinking"}), BlockStarted(1, "text"))
    feed_all(view, TextDelta("Yes."))
    view.close(Ending.COMPLETE, message("Yes."), 12.3)
    assert made.lines == ["", "✻ thought for 3.2 s", "", "Yes.", "", USAGE]


def test_the_trace_shows_each_event_in_order() -> None:
    made = stage()
    view = made.screen.reply(model="opus", trace=True)
    feed_all(view, RawEvent({"type": "message_start"}), STARTED)
    feed_all(view, RawEvent({"type": "content_block_delta", "index": 0}), TextDelta("Yes."))
    feed_all(view, RawEvent({"type": "message_stop"}), Finished(message("Yes.")))
    view.close(Ending.COMPLETE, message("Yes."), 12.3)
    assert made.lines == [
        "",
        "message_start",
        'content_block_delta {"index": 0}',
        "message_stop",
        "",
        "Yes.",
        "",
        USAGE,
    ]


def test_what_is_said_while_it_arrives_stands_above_it() -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, TextDelta("An answer"))
    made.screen.notice("The checkpoint could not be written.")
    assert made.lines[:3] == ["", "The checkpoint could not be written.", "An answer"]
    view.close(Ending.COMPLETE, None, 12.3)
    made.screen.notice("after")
    assert made.lines == ["", "The checkpoint could not be written.", "An answer", "", "after"]


def test_closing_twice_is_closing_once() -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    view.close(Ending.COMPLETE, message(""), 12.3)
    before = made.tty.text
    view.close(Ending.COMPLETE, message(""), 12.3)
    view.feed(TextDelta("late"))
    made.loop.advance(5)
    assert made.tty.text == before


class Fault(Exception):
    """Something that painting must not hide."""


def test_a_fault_while_painting_gives_the_terminal_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, TextDelta("An answer\n\nand "))

    def fail(*_: object) -> str:
        raise Fault

    made.loop.advance(1)
    monkeypatch.setattr(Painter, "frame", fail)
    view.feed(TextDelta("more"))
    with pytest.raises(Fault):
        made.loop.advance(1)
    monkeypatch.undo()
    assert is_given_back(made)
    assert made.terminal.screen.cursor.x == 0
    view.feed(TextDelta("more"))
    made.loop.advance(1)
    view.close(Ending.FAILED, None, 1.0)
    made.screen.error("after")
    assert made.lines[-1] == "✗ after"


@pytest.mark.parametrize("size", [(132, 12), (60, 40), (40, 12), (60, 5), (30, 4), (21, 3)])
def test_another_window_size_in_mid_answer(size: tuple[int, int]) -> None:
    made = stage(60, 12)
    view = made.screen.reply(model="opus")
    feed_all(
        view, STARTED, TextDelta(MARKDOWN[: MARKDOWN.index("```")]), TextDelta("A new par")
    )
    made.loop.advance(1)
    settled = made.lines[:5]
    width, height = size
    resize(made, width, height)
    view.feed(TextDelta("agraph that goes on in a window of another size. The end."))
    view.close(Ending.COMPLETE, None, 12.3)
    # pyte, as xterm, cuts what no longer fits on the screen, whoever wrote it
    assert [line[:width] for line in made.lines[:5]] == [line[:width] for line in settled]
    rest = " ".join(made.lines[5:])
    assert rest.endswith("A new paragraph that goes on in a window of another size. The end.")


def test_a_window_that_grew_shows_more_of_the_tail() -> None:
    made = stage(60, 12)
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, TextDelta("| n |\n|---|\n"))
    feed_all(view, *(TextDelta(f"| row{number} |\n") for number in range(30)))
    made.loop.advance(1)
    assert "row6" not in made.lines
    resize(made, 60, 24)
    assert "row6" in made.lines
    resize(made, 60, 12)
    made.loop.advance(1)
    view.close(Ending.COMPLETE, None, 12.3)
    assert [line for line in made.lines if "row" in line] == [
        f"row{number}" for number in range(30)
    ]


GROWING = {
    "table": ("| n | text |\n|---|---|\n", "| row{n:03} | {x} |\n"),
    "folded": ("| n | text |\n|---|---|\n", "| row{n:03} | word {x} and {y} |\n"),
    "code": ("```python\n", "row{n:03} = 1\n"),
    "list": ("", "- row{n:03}\n"),
}


def feed_growing(made: Stage, kind: str, *heights: int, before: int) -> list[str]:
    """The window gets lower after that many of 50 rows; the numbers of the rows, as shown."""
    start, line = GROWING[kind]
    lines = [line.format(n=n, x="x" * (n // 8), y="y " * (n % 23 * 3)) for n in range(50)]
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, TextDelta(start + "".join(lines[:before])))
    made.loop.advance(1)
    for height in heights:
        resize(made, 60, height)
        made.loop.advance(0.1)
    for text in lines[before:]:
        view.feed(TextDelta(text))
        made.loop.advance(0.1)
    view.close(Ending.COMPLETE, None, 12.3)
    return re.findall(r"row(\d+)", "\n".join(made.lines))


@pytest.mark.parametrize(
    ("kind", "height", "term"),
    share(
        product(
            ("table", "code", "list"),
            [30, 20, 8, 3],
            ["xterm-256color", "rxvt-unicode-256color", "xterm-kitty"],
        ),
        every=5,
    ),
)
def test_a_block_that_grows_in_a_lower_window_is_there_once(
    kind: str, height: int, term: str
) -> None:
    made = stage(60, 40, TERM=term)
    made.screen.banner(["above"] * 50)
    assert feed_growing(made, kind, height, before=30) == [f"{n:03}" for n in range(50)]


@pytest.mark.parametrize(
    "heights", share([[30], [20], [30, 20, 12], range(39, 10, -1)], every=2)
)
@pytest.mark.parametrize("kind", ["table", "folded"])
def test_a_table_that_is_taller_than_the_window_is_there_once(
    kind: str, heights: Sequence[int]
) -> None:
    """Its first and its last rows are shown, so a lower window pushes out the first ones."""
    found = feed_growing(stage(60, 40), kind, *heights, before=45)
    assert found == [f"{n:03}" for n in range(50)]


def test_only_what_a_very_low_window_pushed_out_below_the_gap_is_there_again() -> None:
    found = feed_growing(stage(60, 40), "table", 8, before=45)
    assert [int(n) for n in found] == [*range(19), *range(30, 40), *range(19, 50)]


@pytest.mark.parametrize("height", [30, 20, 8])
def test_rows_that_a_terminal_cut_off_at_the_bottom_are_printed(
    monkeypatch: pytest.MonkeyPatch, height: int
) -> None:
    """As urxvt does while nothing has scrolled."""
    made = stage(60, 40, TERM="rxvt-unicode-256color")
    made.terminal.feed("above 1\r\nabove 2\r\n")

    def cut(made: Stage, width: int, height: int) -> None:
        screen = made.terminal.screen
        for y in range(height, screen.lines):
            screen.buffer.pop(y, None)
        y = min(screen.cursor.y, height - 1)
        screen.lines = height
        screen.resize(columns=width)
        screen.cursor.y = y
        made.environ.update(COLUMNS=str(width), LINES=str(height))
        made.screen.resized()

    monkeypatch.setitem(globals(), "resize", cut)
    found = feed_growing(made, "table", height, before=30)
    assert found[-50:] == [f"{n:03}" for n in range(50)]
    assert made.lines[:2] == ["above 1", "above 2"]


@pytest.mark.parametrize(("height", "budget"), [(24, 2.0), (10, 3.0)])
def test_bytes_over_printing_once(height: int, budget: float) -> None:
    """At 100 tokens a second, painted 30 times a second, the status included."""
    made = stage(80, height)
    made.tty.terminal = None
    view = made.screen.reply(model="claude-opus-5")
    feed_all(view, STARTED, BlockStarted(0, "text"))
    text = TYPICAL * 6
    for start in range(0, len(text), 4):
        view.feed(TextDelta(text[start : start + 4]))
        made.loop.advance(0.01)
    view.close(Ending.COMPLETE, None, 12.3)
    rows = render(text, width=80, look=made.screen.look)
    once = sum(len(row.text.encode()) + 2 for row in rows)
    assert len(made.tty.text.encode()) <= budget * once


def resize(made: Stage, width: int, height: int) -> None:
    """The window changes, then the program hears of it."""
    screen = made.terminal.screen
    while screen.cursor.y >= height:
        screen.history.top.append(screen.buffer[0])
        for y in range(screen.lines - 1):
            screen.buffer[y] = screen.buffer[y + 1]
        screen.buffer.pop(screen.lines - 1)
        screen.cursor.y -= 1
    y = screen.cursor.y
    screen.lines = height
    screen.resize(columns=width)
    screen.cursor.y = y
    made.environ.update(COLUMNS=str(width), LINES=str(height))
    made.screen.resized()


def test_restoring_at_any_moment_and_going_on() -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, TextDelta("Half an ans"))
    made.screen.restore()
    assert is_given_back(made)
    assert made.terminal.screen.cursor.x == 0
    made.screen.resized()  # continued: what is live is drawn again below
    assert made.terminal.modes()["25"] == "l"
    feed_all(view, TextDelta("wer."))
    view.close(Ending.COMPLETE, None, 12.3)
    assert made.lines[-1] == "Half an answer."
    assert is_given_back(made)


def test_what_is_live_is_gone_while_the_terminal_belongs_to_the_shell() -> None:
    made = stage()
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, TextDelta("Settled.\n\nHalf an ans"))
    made.loop.advance(1)
    with made.screen.resting():
        assert made.lines == ["", "Settled."]
        assert is_given_back(made)
        made.terminal.feed("shell> fg\r\n")
    assert made.lines[:4] == ["", "Settled.", "shell> fg", ""]
    assert made.terminal.modes()["25"] == "l"
    feed_all(view, TextDelta("wer."))
    view.close(Ending.COMPLETE, None, 12.3)
    assert made.lines == ["", "Settled.", "shell> fg", "", "Half an answer."]
    assert is_given_back(made)


def test_live_rows_that_another_program_wrote_over_are_drawn_again() -> None:
    made = stage()
    made.screen.repaint()
    view = made.screen.reply(model="opus")
    feed_all(view, STARTED, TextDelta("Settled.\n\nHalf an answer"))
    made.loop.advance(1)
    shown = made.lines
    made.terminal.feed("\x1b[2A\rxxxx\x1b[2B\ryyyy\r")
    assert made.lines != shown
    made.screen.repaint()
    assert made.lines == shown
    view.close(Ending.COMPLETE, None, 12.3)
    made.screen.repaint()
    assert made.lines == ["", "Settled.", "", "Half an answer"]


def test_a_window_of_one_cell_is_survived() -> None:
    for width, height in [(1, 1), (2, 1), (1, 5), (3, 2)]:
        made = stage(width, height)
        made.screen.banner(["streamchat"])
        view = made.screen.reply(model="opus")
        for piece in pieces_of(MARKDOWN, random.Random(1)):
            view.feed(TextDelta(piece))
            made.loop.advance(0.05)
        view.close(Ending.COMPLETE, message(MARKDOWN), 12.3)
        assert isinstance(made.terminal, PyteTerminal)
        assert made.terminal.modes().get("7", "h") == "h"


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_others_run_while_a_burst_is_shown(term: str) -> None:
    """And the whole of it is on the screen when it is done."""
    made = stage(40, 10, TERM=term)
    ticks: list[int] = []

    def ticking() -> float:
        made.loop.now_s += 0.03
        return made.loop.now_s

    made.screen._clock = ticking
    source = "".join(f"paragraph {number}\n\n" for number in range(900))

    async def tick() -> None:
        while True:
            ticks.append(len(made.tty.text))
            await asyncio.sleep(0)

    async def burst() -> None:
        other = asyncio.create_task(tick())
        view = made.screen.reply(model="opus")
        view.feed(TextDelta(source))
        await view.catch_up()
        other.cancel()
        view.close(Ending.COMPLETE, None, 1.0)

    asyncio.run(burst())
    assert len(set(ticks)) > 3  # something was written between one tick and the next
    assert [line for line in made.lines if line.startswith("para")] == source.split("\n\n")[:-1]
