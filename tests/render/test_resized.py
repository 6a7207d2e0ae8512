"""What a window of another size made of the live rows."""

from __future__ import annotations

import pytest
from row_streams import build_row

from streamchat.render.rows import Row
from streamchat.render.screen.resized import Resized, cut_below, resized
from streamchat.render.screen.window import Size

ROWS = [
    build_row(letter * width) for letter, width in zip("abcd", (5, 40, 41, 12), strict=True)
]


def found(
    width: int, height: int, *, reflows: bool = True, column: int = 0
) -> tuple[int, bool, str, str]:
    made = resized(ROWS, column, old=Size(60, 20), new=Size(width, height), reflows=reflows)
    return made.rows_up, made.is_whole, _initials(made.gone), _initials(made.saved)


def _initials(rows: object) -> str:
    assert isinstance(rows, list | tuple)
    return "".join(row.text[0] for row in rows if isinstance(row, Row))


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (60, 30, (3, True, "", "")),
        (80, 10, (3, True, "", "")),
        (60, 5, (3, True, "", "")),
        (60, 4, (3, False, "", "a")),
        (60, 3, (3, False, "a", "b")),
        (60, 2, (3, False, "ab", "c")),
        (60, 1, (3, False, "abc", "")),
        (40, 20, (4, True, "", "")),
        (20, 20, (6, True, "", "")),
        (20, 6, (6, False, "a", "b")),
        (10, 5, (10, False, "ab", "c")),
    ],
)
def test_a_terminal_that_wraps_its_rows_again(
    width: int, height: int, expected: tuple[int, bool, str, str]
) -> None:
    assert found(width, height) == expected


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (20, 20, (3, True, "", "")),
        (20, 3, (3, False, "", "")),
        (60, 3, (3, False, "a", "b")),
    ],
)
def test_a_terminal_that_cuts_its_rows(
    width: int, height: int, expected: tuple[int, bool, str, str]
) -> None:
    assert found(width, height, reflows=False) == expected


def test_a_cursor_in_a_row_that_was_wrapped_is_further_down() -> None:
    assert found(10, 20, column=11)[0] == found(10, 20, column=9)[0] + 1
    assert found(10, 20, column=11, reflows=False)[0] == 3


@pytest.mark.parametrize(
    ("count", "height", "rows_up"), [(35, 20, 14), (35, 3, 0), (20, 20, 0), (39, 35, 33)]
)
def test_where_rows_may_be_cut_off_below_only_surely_live_ones_are_erased(
    count: int, height: int, rows_up: int
) -> None:
    old, new = Size(60, 40), Size(60, height)
    found = resized(ROWS[:1] * count, 0, old=old, new=new, reflows=True)
    assert cut_below(found, count, old=old, new=new) == Resized(rows_up, is_whole=False)
    whole = resized(ROWS, 0, old=old, new=Size(60, 20), reflows=True)
    assert cut_below(whole, 4, old=old, new=Size(60, 20)) == whole


def test_all_that_is_found_is_of_what_was_shown() -> None:
    assert resized(ROWS[:1], 0, old=Size(60, 20), new=Size(60, 1), reflows=True) == Resized(
        0, is_whole=False, gone=[], saved=[]
    )
