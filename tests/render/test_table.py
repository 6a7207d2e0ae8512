"""Tables: aligned, wrapped and never short of a letter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sheets import LINKED, LOOK, bare, sheet, text_of

from streamchat.core.graphemes import drawn_cells
from streamchat.core.terminal import Joins
from streamchat.render.markdown.markdown_rows import MarkdownRows, render
from streamchat.render.screen.row_diff import plain_text

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


def test_wide_cells_wrap_with_a_rule_between_rows() -> None:
    assert text_of(SOURCE, 30) == [
        "a           │ right │   mid",
        "────────────┼───────┼─────────",
        "1           │ two x │  l (/u)",
        "────────────┼───────┼─────────",
        "a long cell │     3 │ 中文字符",
        "that wraps  │       │",
    ]


def test_the_tail_of_a_tall_table_has_whole_rows_around_one_gap() -> None:
    """Its addresses are long and not shown: few of its rows are rendered."""
    fold = MarkdownRows(width=40, look=LINKED)
    rows = "".join(f"| row{n:03} | [l](http://e.com/{'x' * 300}) | |\n" for n in range(20))
    fold.feed("| Transportation | Infrastructure | Sustainability |\n|---|---|---|\n" + rows)
    shown = "\n".join(map(plain_text, fold.tail(30)))
    rule = "─" * 40
    first, last = (
        f"\n{rule}\n".join(f"Transportation: row{n:03}\nInfrastructure: l" for n in part)
        for part in (range(4), range(14, 20))
    )
    assert shown == f"{first}\n⋮\n{rule}\n{last}"


def test_columns_share_what_is_left_beyond_their_longest_words() -> None:
    words = (
        "| id | pros | cons |\n|---|---|---|\n"
        "| 2026-11-25 | rich and quick and small | needs infrastructure |\n"
    )
    assert text_of(words, 42) == [
        "id         │ pros        │ cons",
        "───────────┼─────────────┼────────────────",
        "2026-11-25 │ rich and    │ needs",
        "           │ quick and   │ infrastructure",
        "           │ small       │",
    ]


def test_short_cells_stay_in_one_row_where_there_is_room() -> None:
    source = "| 项目 | 说明 |\n|---|---|\n| 苹果 | 新鲜的红苹果来自山东烟台口感脆甜 |\n"
    assert text_of(source, 24)[2:] == ["苹果 │ 新鲜的红苹果来自", "     │ 山东烟台口感脆甜"]


def test_a_column_of_single_ideographs_is_no_column() -> None:
    source = (
        "| 编号 | 产品名称 | 说明 |\n|---|---|---|\n| 1 | 高性能笔记本电脑 | 适合开发者使用 |\n"
    )
    assert text_of(source, 26)[2] == "1    │ 高性能笔 │ 适合开发"
    assert text_of(source, 25) == [
        "编号: 1",
        "产品名称: 高性能笔记本电",
        "  脑",
        "说明: 适合开发者使用",
    ]


def test_a_pipe_in_code_or_a_formula_separates_no_cells_that_the_header_lacks() -> None:
    source = (
        "| `a|b` | $|x|$ |\n|---|---|\n| `ls | wc` | count |\n| `x` | `y` |\n| `1 | 2` |\n"
        "| $P(A|B)$ | \\(|v|\\) | more |\n| $5 | $6 | more |\n| `a | b | c |\n"
    )
    assert text_of(source) == [
        *("a|b     │ |x|", "────────┼───────────", "ls | wc │ count", "x       │ y"),
        *("`1      │ 2`", "P(A|B)  │ |v| | more", "$5      │ $6 | more", "`a      │ b | c"),
    ]


def test_only_words_over_thirty_cells_are_folded() -> None:
    long, name = "x" * 40, "y" * 30
    assert text_of(f"| a | b |\n|---|---|\n| {long} | {name} |\n", 63)[2:] == [
        f"{'x' * 30} │ {name}",
        f"{'x' * 10:30} │",
    ]
    assert text_of(f"| {name}y |\n|---|\n", 20)[0] == "y" * 20  # one column never is a record


def test_where_words_do_not_fit_each_row_is_a_record() -> None:
    assert sheet(SOURCE, 16) == [
        "{1 a: }1",
        "{1 right: }two {1 x}",
        "{1 mid: }{4 l}{2  (/u)}",
        f"{{2 {'─' * 16}}}",
        "{1 a: }a long cell",
        "  that wraps",
        "{1 right: }3",
        "{1 mid: }中文字符",
    ]
    assert text_of("| first | second | third |\n|---|---|---|\n", 12) == [
        "first │",
        "second │",
        "third",
    ]
    assert text_of("| first | second | |\n|---|---|---|\n| a<br>b | | c |\n", 9) == [
        "first: a",
        "  b",
        "c",
    ]


@pytest.mark.parametrize("columns", [2, 5, 20])
@pytest.mark.parametrize("width", [80, 40, 24])
def test_every_table_fits_and_splits_no_word(columns: int, width: int) -> None:
    cells = ["word", "2026-11-25", "✅ done", "`code`", "价格", "some more words"]
    row = "|".join(cells[at % len(cells)] for at in range(columns))
    header = "|".join(f"h{at}" for at in range(columns))
    rows = text_of(f"|{header}|\n|{'-|' * columns}\n|{row}|\n", width)
    shown = "\n".join(rows)
    for word in ("word", "2026-11-25", "✅", "done", "code", "价格", "some", "more"):
        assert word in shown or word not in row.replace("`", "")


def test_a_cell_may_break_lines_and_a_row_be_short() -> None:
    assert sheet("| a | b |\n|---|---|\n| x<br>y `<br>` | \\| & |\n| only |\n", 30) == [
        "{1 a}     {2  │ }{1 b}",
        "{2 ───────┼────}",
        "x     {2  │ }| &",
        "y {1 <br>}{2  │}",
        "{2 ───────┼────}",
        "only  {2  │}",
    ]


def test_a_long_table_keeps_the_widths_of_its_beginning() -> None:
    body = "| some words | more |\n" * 1_200
    rows = text_of(f"| a | b |\n|---|---|\n{body}| a cell that is wider | x |\n", 60)
    assert rows[:3] == ["a          │ b", "───────────┼─────", "some words │ more"]
    assert rows.count("some words │ more") == 1_200
    assert rows[-3:] == ["a cell     │ x", "that is    │", "wider      │"]


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


def test_rows_that_are_known_are_those_that_would_be_made_anew() -> None:
    source = "| a | b |\n|---|--:|\n" + "".join(
        f"| row {n} of **text** | {n} |\n" for n in range(9)
    )
    growing = MarkdownRows(width=17, look=LOOK)
    for end in range(0, len(source), 7):
        assert growing.feed(source[end : end + 7]) == []
        anew = MarkdownRows(width=17, look=LOOK)
        anew.feed(source[: end + 7])
        assert growing.tail(40) == anew.tail(40)


def test_a_row_that_the_terminal_draws_narrower_is_not_folded() -> None:
    look = replace(LOOK, joins=Joins.NOTHING)  # the sign takes one cell, not two
    source = "| word | sign |\n|---|---|\n| some words | \u26a0\ufe0f nine |\n"
    rows = sheet(source, 19, look)
    assert len(rows) == 3
    assert rows[2].endswith("\u26a0\ufe0f nine")


@pytest.mark.parametrize("joins", Joins)
def test_columns_meet_whatever_the_terminal_draws_as_one(joins: Joins) -> None:
    source = (
        "| who | state |\n|:-:|--:|\n| 👩\u200d💻 | ⚠\ufe0f slow |\n"
        "| 👨\u200d👩\u200d👧\u200d👦 ok | 🇩🇪 |\n| 👍🏽 | ❤\ufe0f\u200d🔥 |\n"
        "| हिन्दी | सेवाएँ |\n| plain | x |\n"
    )
    rows = text_of(source, 60, replace(LOOK, joins=joins))
    assert len({drawn_cells(row.partition("│")[0], joins) for row in rows if "│" in row}) == 1
    assert len({drawn_cells(row, joins) for row in rows}) == 1


def test_an_address_leaves_room_for_the_other_columns() -> None:
    source = "| Home | What it does |\n|---|---|\n| https://example.com/a/b/c | one thing |\n"
    assert text_of(source, 30) == [
        *("Home               │ What it", "                   │ does"),
        "───────────────────┼──────────",
        *("https://example.co │ one thing", "m/a/b/c            │"),
    ]
