"""Answers that are compared, on an emulated terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from stage import Stage, stage

from streamchat.core.events import BlockStarted, Event, Finished, Started, TextDelta
from streamchat.core.messages import Message, Usage, text_block
from streamchat.core.ports import ComparisonView, Ending
from streamchat.render.cells import cell_len
from streamchat.render.compare import pane
from streamchat.render.compare.again import Printed, rest_of
from streamchat.render.compare.columns import divide, fits_columns
from streamchat.render.compare.folding import fold_row
from streamchat.render.markdown.markdown_rows import render
from streamchat.render.screen.row_diff import plain_text
from streamchat.render.spans import Span, build_row
from streamchat.render.style import PLAIN

MARKDOWN = """# Title

Some *prose* that is long enough to be wrapped in a column of a window, and so to grow.

```python
def a_function_with_a_name(that_has: int, several: int, parameters: int) -> int:
    return that_has + several + parameters
```

| one | two |
|-----|-----|
| 好的 | b |

1. first
2. second
"""
LABELS = ["1 · opus", "2 · haiku"]


def begin(made: Stage, labels: list[str] = LABELS) -> ComparisonView:
    shown = made.screen.compare(labels)
    for view in shown.views:
        view.feed(Started("m", "opus", Usage(12)))
    return shown


def say(shown: ComparisonView, number: int, text: str) -> None:
    shown.views[number].feed(TextDelta(text))


def finish(shown: ComparisonView, number: int, *, ending: Ending = Ending.COMPLETE) -> None:
    usage = Usage(12, output_tokens=3)
    message = Message("assistant", (text_block("x"),), "opus", "end_turn", usage, 0.5)
    shown.views[number].close(ending, message if ending is Ending.COMPLETE else None, 2.0)


def halves(lines: list[str], width: int) -> tuple[list[str], list[str]]:
    """What stands in the two columns, below their headings."""
    left = divide(width, 2)[0]
    rows = lines[lines.index("─" * left + "─┼─" + "─" * divide(width, 2)[1]) + 1 :]
    rows = [row for row in rows if "│" in row]
    cut = [split(row, left) for row in rows]
    return [before.rstrip() for before, _ in cut], [after[3:].rstrip() for _, after in cut]


def split(line: str, cells: int) -> tuple[str, str]:
    """The line before and after that cell."""
    at = next(at for at in range(len(line) + 1) if cell_len(line[:at]) >= cells)
    return line[:at], line[at:]


def stripped(rows: list[str]) -> list[str]:
    while rows and not rows[-1]:
        rows = rows[:-1]
    return rows


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_each_column_is_what_the_renderer_gives_for_its_width(piece: int) -> None:
    made = stage(120, 16)
    shown = begin(made)
    for number in range(2):
        shown.views[number].feed(BlockStarted(0, "text"))
    texts = MARKDOWN, MARKDOWN * 2
    for start in range(0, len(texts[1]), piece):
        for number, text in enumerate(texts):
            if text[start : start + piece]:
                say(shown, number, text[start : start + piece])
        made.loop.advance(0.01)
    for number in range(2):
        finish(shown, number)
    shown.close()
    look = replace(made.screen.look, wraps_all=True)
    for column, text, width in zip(halves(made.lines, 120), texts, divide(120, 2), strict=True):
        rows = [plain_text(row).rstrip() for row in render(text, width=width, look=look)]
        assert column[: len(rows)] == rows
        assert stripped(column[len(rows) :]) == [
            "",
            "12 in · 3 out · 2.0 s · 2 tok/s · $0.5000",
        ]


def test_a_row_settles_when_every_answer_has_passed_it() -> None:
    made = stage(120, 10)
    shown = begin(made)
    say(shown, 0, "".join(f"- a{number}\n" for number in range(30)))
    made.loop.advance(1)
    assert len(made.lines) <= 12  # a blank row and the headings have settled, nothing else
    assert "rows above" in "\n".join(made.lines)
    assert "a29" in "\n".join(made.lines)
    say(shown, 1, "".join(f"- b{number}\n" for number in range(10)))
    made.loop.advance(1)
    left, right = halves(made.lines, 120)
    assert left[:9] == [f"• a{number}" for number in range(9)]
    assert right[:9] == [f"• b{number}" for number in range(9)]
    finish(shown, 1)
    made.loop.advance(1)
    assert [row for row in halves(made.lines, 120)[0] if "a28" in row]
    finish(shown, 0)
    shown.close()
    left, _ = halves(made.lines, 120)
    assert left[:30] == [f"• a{number}" for number in range(30)]


def test_long_code_is_wrapped_in_its_column() -> None:
    made = stage(120, 20)
    shown = begin(made)
    say(shown, 0, "```\n" + "x" * 100 + "\n```\n")
    say(shown, 1, "https://example.org/" + "y" * 100 + "\n")
    for number in range(2):
        finish(shown, number)
    shown.close()
    left, right = halves(made.lines, 120)
    first, second = divide(120, 2)
    assert left[1:3] == ["x" * first, "x" * (100 - first)]
    address = "https://example.org/" + "y" * 100
    assert right[:3] == [address[:second], address[second : 2 * second], address[2 * second :]]


@pytest.mark.parametrize("others", [(80,), (200,), (130, 90, 160), (60, 121)])
def test_another_width_redraws_what_is_live_and_leaves_the_rest(
    others: tuple[int, ...],
) -> None:
    """Nothing is lost, nothing is printed twice, and no word of the rest is broken."""
    made = stage(160, 14)
    shown = begin(made)
    words = [f"w{number:03}" for number in range(300)]
    say(shown, 0, "".join(f"left{number}\n\n" for number in range(8)))
    say(shown, 1, f"{' '.join(words)}\n\n{MARKDOWN}\nand the end\n\n")
    made.loop.advance(1)
    settled = [line for line in made.lines if "left0" in line or "1 · opus" in line]
    for other in others:
        made.terminal.screen.resize(columns=other)
        made.environ.update(COLUMNS=str(other))
        made.screen.resized()
        made.loop.advance(1)
        say(shown, 0, f"more at {other}\n\n")
        made.loop.advance(1)
    for number in range(2):
        finish(shown, number)
    shown.close()
    text = "\n".join(made.lines)
    assert settled[0][: min(others)] in text
    found = [word for word in re.findall(r"\w+", text) if word in words]
    assert found == sorted(found)
    assert found[-50:] == words[-50:]
    # pyte, as xterm, cuts what no longer fits on the screen, whoever wrote it
    assert found == words or min(others) < 160
    assert [text.count(f"more at {other}") for other in others] == [1] * len(others)
    assert text.count("and the end") == 1
    assert text.count("1 · opus") == 1 + len(others)  # above the rows of each width


@pytest.mark.parametrize("width", [20, 57, 90])
def test_the_rest_of_the_rows_is_found_at_another_width(width: int) -> None:
    look = replace(PLAIN, wraps_all=True)
    source = MARKDOWN * 3
    before = render(source, width=44, look=look)
    after = render(source, width=width, look=look)
    for printed in range(0, 40, 3):
        done = Printed()
        for row in before[:printed]:
            done.add(row)
        rest = rest_of(after, done)
        assert rest is not None, printed
        letters = [
            "".join(filter(str.isalnum, "".join(map(plain_text, rows))))
            for rows in (before[printed:], rest)
        ]
        assert letters[0] == letters[1], printed
        assert all(row.width <= width for row in rest), printed


def test_a_place_that_is_not_found_is_no_place() -> None:
    done = Printed()
    done.add(build_row([Span("elsewhere")]))
    assert rest_of([build_row([Span("here")])], done) is None


def test_an_answer_too_long_to_be_made_anew_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pane, "MOST_CHARACTERS", 100)
    made = stage(160, 12)
    shown = begin(made)
    word = "x" * 70
    say(shown, 0, f"{word}\n\n" * 50)
    made.loop.advance(1)
    made.terminal.screen.resize(columns=120)
    made.environ.update(COLUMNS="120")
    made.screen.resized()
    for number in range(2):
        finish(shown, number)
    shown.close()
    assert "\n".join(made.lines).count("x") == 3500
    assert any(line.startswith("x" * 59 + " │") for line in made.lines)


def test_a_narrow_window_shows_one_after_the_other_in_order_of_arrival() -> None:
    made = stage(80, 12)
    shown = begin(made)
    say(shown, 1, "The second is fast")
    say(shown, 0, "The first follows.")
    made.loop.advance(1)
    assert "2 · haiku" in made.lines
    assert "1 · opus" not in made.lines
    finish(shown, 0)
    say(shown, 1, " and goes on.")
    made.loop.advance(1)
    assert "1 · opus" not in made.lines
    finish(shown, 1)
    shown.close()
    figures = "12 in · 3 out · 2.0 s · 2 tok/s · $0.5000"
    assert made.lines == [
        "",
        *["2 · haiku", "", "The second is fast and goes on.", "", figures, ""],
        *["1 · opus", "", "The first follows.", "", figures],
    ]


@pytest.mark.parametrize(
    ("width", "count", "fits"),
    [(119, 2, False), (120, 2, True), (120, 4, True), (120, 5, False)],
)
def test_columns_need_room(width: int, count: int, *, fits: bool) -> None:
    assert fits_columns(width, count) is fits


def test_one_that_fails_says_so_in_its_column() -> None:
    made = stage(120, 12)
    shown = begin(made)
    say(shown, 0, "fine")
    finish(shown, 0)
    finish(shown, 1, ending=Ending.FAILED)
    shown.close()
    left, right = halves(made.lines, 120)
    assert left[0] == "fine"
    assert "✗ failed" in right


def test_a_blank_row_follows_one_that_fails() -> None:
    made = stage(80, 12)
    shown = begin(made)
    finish(shown, 0, ending=Ending.FAILED)
    say(shown, 1, "fine")
    finish(shown, 1)
    shown.close()
    lines = made.lines
    at = next(number for number, line in enumerate(lines) if "✗ failed" in line)
    assert [line.strip() for line in lines[at + 1 : at + 3]] == ["", "2 · haiku"]


@pytest.mark.parametrize(
    ("environ", "heading"),
    [({"TERM": "dumb"}, "{} · {}"), ({"ACCESSIBLE": "1"}, "Answer {}, {}:")],
)
def test_where_nothing_may_move_one_follows_the_other(
    environ: dict[str, str], heading: str
) -> None:
    made = stage(160, 12, **environ)
    shown = begin(made)
    say(shown, 0, "one\n\n")
    say(shown, 1, "two\n\n")
    for number in range(2):
        finish(shown, number)
    shown.close()
    assert "\x1b" not in made.tty.text
    assert made.tty.text.index(heading.format(1, "opus")) < made.tty.text.index("one")
    assert made.tty.text.index(heading.format(2, "haiku")) < made.tty.text.index("two")


def test_a_row_is_cut_with_its_styling() -> None:
    row = build_row([Span("abc", "1"), Span("好d", "3")])
    assert fold_row(row, 20) == [row]
    assert fold_row(row, 4) == [
        build_row([Span("abc", "1")]),
        build_row([Span("好d", "3")]),
    ]


def test_nothing_is_painted_after_the_end() -> None:
    made = stage(120, 12)
    shown = begin(made)
    for number in range(2):
        finish(shown, number)
    shown.close()
    written = len(made.tty.text)
    events: list[Event] = [Finished(Message("assistant", ()))]
    for event in events:
        shown.views[0].feed(event)
    made.loop.advance(5)
    assert len(made.tty.text) == written


@pytest.mark.parametrize("width", [120, 80], ids=["columns", "in-turn"])
def test_the_time_of_day_stands_behind_the_figures(width: int) -> None:
    made = stage(width, 24)
    made.screen.stamp = lambda: "18:09"
    shown = begin(made)
    for number in (0, 1):
        say(shown, number, "Yes.")
        finish(shown, number)
    made.screen.stamp = lambda: "19:00"
    shown.close()
    text = "\n".join(made.lines)
    assert (text.count("$0.5000 · 18:09"), text.count("19:00")) == (2, 0)


def test_a_window_too_narrow_for_columns_goes_on_with_one_after_the_other() -> None:
    """What waited for a slower answer is there once, and nothing of one that is over."""
    made = stage(160, 30)
    shown = begin(made, ["1 · opus", "2 · haiku", "3 · sonnet", "4 · fable"])
    say(shown, 0, "".join(f"left{number}\n\n" for number in range(9)))
    say(shown, 1, "right0\n\nright1\n\nright2\n\nThe second is still ")
    say(shown, 2, "third\n\n")
    say(shown, 3, "fourth\n\n1\n\n2\n\nand its end\n\n")
    finish(shown, 2)
    made.loop.advance(1)
    made.terminal.screen.resize(columns=80)
    made.environ.update(COLUMNS="80")
    made.screen.resized()
    made.loop.advance(1)
    say(shown, 1, "open here.")
    for number in (1, 0, 3):
        finish(shown, number)
    shown.close()
    figures = "12 in · 3 out · 2.0 s · 2 tok/s · $0.5000"
    below = made.lines[made.lines.index("1 · opus") - 1 :]
    assert [line for line in below if line] == [
        *["1 · opus", *(f"left{number}" for number in range(3, 9)), figures],
        *["2 · haiku", "The second is still open here.", figures],
        *["4 · fable", "and its end", figures],
    ]
    assert below[:3] == ["", "1 · opus", ""]
