"""What a smaller window pushed into the scrollback is not printed again."""

from __future__ import annotations

import pytest
from row_streams import build_row

from streamchat.render.rows import BLANK, Row
from streamchat.render.screen.scrolled_off import ScrolledOff


def rows(*texts: str) -> list[Row]:
    return [build_row(text, "\x1b[1m") for text in texts]


def pushed(*texts: str) -> ScrolledOff:
    scrolled = ScrolledOff()
    scrolled.add([build_row(text) for text in texts])
    return scrolled


def test_where_nothing_was_pushed_all_is_printed() -> None:
    settled = rows("", "one", "")
    assert ScrolledOff().without_settled(settled) == settled
    assert ScrolledOff().without_live(settled) == settled


def test_what_stands_above_is_left_out_once() -> None:
    scrolled = pushed("", "one", "two", "")
    assert scrolled.without_settled(rows("", "one")) == []
    assert scrolled.without_settled(rows("two", "", "", "one")) == rows("", "one")
    assert scrolled.without_settled(rows("one")) == rows("one")


def test_it_may_be_wrapped_elsewhere_at_another_width() -> None:
    scrolled = pushed("a long row of words", "and another", "也没有空格的一行")
    narrow = rows("a long row", "of words and", "another 也没有", "空格的一行", "more")
    assert scrolled.without_settled(narrow) == rows("more")


def test_from_where_it_came_out_differently_it_is_printed() -> None:
    scrolled = pushed("| a |", "| 1 |")
    assert scrolled.without_settled(rows("| a |", "|  b |", "| 1 |")) == rows("|  b |", "| 1 |")
    assert scrolled.without_settled(rows("| 1 |")) == rows("| 1 |")


@pytest.mark.parametrize(("stroke", "crossing"), [("─", "─┼─"), ("-", "-+-")])
def test_the_columns_of_a_table_may_have_got_wider(stroke: str, crossing: str) -> None:
    scrolled = pushed("n │ name", stroke + crossing + stroke * 4, "1 │ a")
    wider = rows("n   │ name", stroke * 3 + crossing + stroke * 9, "1   │ a", "100 │ a longer")
    assert scrolled.without_live(wider) == wider[3:]
    assert scrolled.without_settled(wider) == wider[3:]


def test_a_row_that_stands_there_in_part_is_printed_whole() -> None:
    scrolled = pushed("one two three")
    assert scrolled.without_settled(rows("one two", "three four")) == rows("three four")


def test_what_is_live_is_left_out_too_and_asked_for_again() -> None:
    scrolled = pushed("one", "two")
    for _ in range(2):
        assert scrolled.without_live(rows("one", "two", "three")) == rows("three")
        assert scrolled.without_live(rows("two", "three")) == rows("two", "three")
        assert scrolled.without_live(rows("one")) == rows("one")
    assert scrolled.without_settled([]) == []
    assert scrolled.without_live([*rows("one", "two"), BLANK]) == [BLANK]
