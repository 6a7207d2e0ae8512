"""What is typed while a reply arrives: the rows below it, and where the cursor stands."""

from __future__ import annotations

import pytest
from stage import Stage, Tty, stage

from streamchat.core.events import Started, TextDelta
from streamchat.core.messages import Usage
from streamchat.core.ports import Ending, TypeAhead, View
from streamchat.core.terminal import read_terminal
from streamchat.core.theme import Appearance
from streamchat.render.reply.type_ahead import type_ahead_rows
from streamchat.render.screen.row_diff import plain_text
from streamchat.render.style import PLAIN, Style, build_style

LOOK = build_style(Appearance("mono"), read_terminal(Tty(), {"TERM": "xterm"}))


def shown(typed: TypeAhead, width: int = 20, look: Style = LOOK) -> tuple[str, str]:
    """The row, and the part of it before the cursor."""
    rows = type_ahead_rows(typed, width=width, look=look)
    assert rows.typed.width <= width
    assert rows.caret.width < width
    return plain_text(rows.typed), plain_text(rows.caret)


def test_a_short_text_is_shown_whole_with_the_cursor_in_it() -> None:
    assert shown(TypeAhead("a text", 2)) == ("❯ a text", "❯ a ")
    assert shown(TypeAhead("a text ", 7)) == ("❯ a text", "❯ a text ")
    assert shown(TypeAhead()) == ("❯", "❯ ")
    assert shown(TypeAhead("a", 1), look=PLAIN) == ("> a", "> a")


def test_of_a_long_text_the_part_around_the_cursor_is_shown() -> None:
    text = "abcdefghijklmnopqrstuvwxyz"
    assert shown(TypeAhead(text, 26)) == ("❯ …klmnopqrstuvwxyz", "❯ …klmnopqrstuvwxyz")
    assert shown(TypeAhead(text, 0)) == ("❯ abcdefghijklmnopqr", "❯ ")
    assert shown(TypeAhead(text, 20)) == ("❯ …efghijklmnopqrstu", "❯ …efghijklmnopqrst")


def test_wide_characters_are_never_cut() -> None:
    assert shown(TypeAhead("好" * 20, 20)) == ("❯ …" + "好" * 8, "❯ …" + "好" * 8)
    family = "👩‍👩‍👧‍👦"
    assert shown(TypeAhead(family * 9, len(family) * 9))[1] == "❯ …" + family * 8


def test_what_could_drive_the_terminal_is_shown_and_so_is_a_line_break() -> None:
    assert shown(TypeAhead("a\x1b[2Jb\nc\td", 10)) == ("❯ a␛[2Jb␤c d", "❯ a␛[2Jb␤c d")


@pytest.mark.parametrize("width", range(1, 8))
def test_a_very_narrow_window_shows_what_it_can(width: int) -> None:
    rows = type_ahead_rows(TypeAhead("text", 4, ("one",)), width=width, look=LOOK)
    assert rows.queued is not None
    assert max(rows.typed.width, rows.queued.width) <= width
    assert rows.caret.width < width


def test_of_the_queue_the_newest_and_the_number_are_shown() -> None:
    rows = type_ahead_rows(TypeAhead(queued=("first", "the\nnewest")), width=40, look=LOOK)
    assert rows.queued is not None
    assert plain_text(rows.queued) == "queued (2): the␤newest"
    long = type_ahead_rows(TypeAhead(queued=("x" * 10**6,)), width=20, look=LOOK)
    assert long.queued is not None
    assert plain_text(long.queued) == "queued (1): xxxxxxx…"


def test_a_huge_text_costs_no_more_than_a_row() -> None:
    hostile = "e" + "\u0301" * 10**6
    assert (
        len(type_ahead_rows(TypeAhead(hostile, 10**6), width=80, look=LOOK).caret.text) < 2000
    )


def arriving(width: int = 60, height: int = 12) -> tuple[Stage, View]:
    made = stage(width, height)
    view = made.screen.reply(model="opus")
    view.feed(Started("m", "opus", Usage(12)))
    view.feed(TextDelta("An answer"))
    return made, view


def test_below_the_tail_stand_the_status_the_queue_and_what_is_typed() -> None:
    made, _ = arriving()
    made.screen.show_type_ahead(TypeAhead("and th", 3, ("first", "second")))
    assert made.lines == [
        "",
        "An answer",
        "",
        "● writing · opus · 0 s · esc to stop",
        "queued (2): second",
        "❯ and th",
    ]
    cursor = made.terminal.screen.cursor
    assert (cursor.x, cursor.y, made.terminal.modes()["25"]) == (5, 5, "h")


def test_the_cursor_stays_there_while_the_answer_grows() -> None:
    made, view = arriving()
    made.screen.show_type_ahead(TypeAhead("and", 3))
    for word in (" that", " grows\n\nand", " goes on"):
        view.feed(TextDelta(word))
        made.loop.advance(1)
        cursor = made.terminal.screen.cursor
        assert (cursor.x, made.lines[cursor.y]) == (5, "❯ and")
    view.close(Ending.COMPLETE, None, 1.0)
    assert "❯ and" not in made.lines
    assert made.terminal.modes()["25"] == "h"


def test_it_stays_for_the_next_reply_until_it_is_taken_away() -> None:
    made = stage()
    made.screen.show_type_ahead(TypeAhead("next", 4))
    view = made.screen.reply(model="opus")
    assert made.lines[-1] == "❯ next"
    made.screen.show_type_ahead(None)
    assert made.lines == ["", "⠋ connecting · opus · 0 s · esc to stop"]
    assert made.terminal.modes()["25"] == "l"
    view.close(Ending.COMPLETE, None, 1.0)


@pytest.mark.parametrize(
    ("height", "rows"),
    [
        (2, ["❯ typed"]),
        (3, ["● writing · opus · 0 s · esc to stop", "❯ typed"]),
        (4, ["An answer", "● writing · opus · 0 s · esc to stop", "❯ typed"]),
        (5, ["An answer", "● writing · opus · 0 s · esc to stop", "queued (1): q", "❯ typed"]),
    ],
)
def test_in_a_low_window_the_typed_row_stays_longest(height: int, rows: list[str]) -> None:
    made, _ = arriving(60, height)
    made.screen.show_type_ahead(TypeAhead("typed", 5, ("q",)))
    assert made.lines[-len(rows) :] == rows
    assert len(made.lines) == len(rows) + 1  # the blank row above the answer


def test_where_nothing_is_live_the_terminal_shows_it_itself() -> None:
    made = stage(60, 12, TERM="dumb")
    view = made.screen.reply(model="opus")
    made.screen.show_type_ahead(TypeAhead("typed", 5))
    view.close(Ending.COMPLETE, None, 1.0)
    assert "typed" not in made.tty.text
