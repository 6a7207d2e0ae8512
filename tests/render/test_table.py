"""Tables: aligned, wrapped and never short of a letter."""

from __future__ import annotations

import pytest
from sheets import LOOK, bare, sheet, text_of

from streamchat.render.markdown.fold import render

SOURCE = (
    "| a | right | mid |\n|---|--:|:-:|\n| 1 | two `x` | [l](/u) |\n"
    "| a long cell that wraps | 3 | 中文字符 |\n"
)


def test_columns_are_as_wide_as_they_need() -> None:
    assert sheet(SOURCE, 60) == [
        "{1 a}                     {2  │ }{1 right}{2  │ }  {1 mid}",
        "{2 ───────────────────────┼───────┼─────────}",
        "1                     {2  │ }two {1 x}{2  │ } {4 l}{2  (/u)}",
        "a long cell that wraps{2  │ }    3{2  │ }中文字符",
    ]


def test_wide_cells_wrap_and_columns_share_the_width() -> None:
    assert text_of(SOURCE, 30) == [
        "a           │ right │   mid",
        "────────────┼───────┼─────────",
        "1           │ two x │  l (/u)",
        "a long cell │     3 │ 中文字符",
        "that wraps  │       │",
    ]
    assert text_of("| aaaaaaaaaaaaaa | b |\n|---|---|\n| x | yyyyyyyyyyyyyyyyyyyy |\n", 20) == [
        "aaaaaaaa │ b",
        "aaaaaa   │",
        "─────────┼──────────",
        "x        │ yyyyyyyyy",
        "         │ yyyyyyyyy",
        "         │ yy",
    ]


def test_where_columns_cannot_stand_cells_follow_each_other() -> None:
    assert text_of(SOURCE, 10) == [
        *("a", "right", "mid"),
        "──────────",
        *("1", "two x", "l (/u)"),
        "──────────",
        *("a long", "cell that", "wraps", "3", "中文字符"),
    ]


def test_a_cell_may_break_lines_and_a_row_be_short() -> None:
    assert sheet("| a | b |\n|---|---|\n| x<br>y `<br>` | \\| & |\n| only |\n", 30) == [
        "{1 a}     {2  │ }{1 b}",
        "{2 ───────┼────}",
        "x     {2  │ }| &",
        "y {1 <br>}{2  │}",
        "only  {2  │}",
    ]


def test_tables_stand_in_containers() -> None:
    assert text_of("- | a |\n  |---|\n  | b |\n\n> | c |\n> |---|\n", 30) == [
        "• a",
        "  ─",
        "  b",
        "",
        "▌ c",
        "▌ ─",
    ]


@pytest.mark.parametrize("width", [1, 2, 5, 9, 12, 13, 17, 20, 24, 40, 132])
def test_no_letter_is_lost_at_any_width(width: int) -> None:
    rows = render(SOURCE, width=width, look=LOOK)
    shown = sorted("".join(map(bare, rows)))
    for letter in set("arightmidtwolonglceltharps中文字符"):
        assert shown.count(letter) >= SOURCE.count(letter)
    assert all(row.width <= max(2, width) for row in rows)
    assert "…" not in shown
