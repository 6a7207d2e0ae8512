"""What every block looks like, and which stand apart."""

from __future__ import annotations

import pytest
from sheets import LINKED, LOOK, sheet, text_of


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("- a\n- b\n  - c\n    - d\n- e\n", ["• a", "• b", "  ◦ c", "    ▪ d", "• e"]),
        ("- a\n\n- b\n\n  - c\n\n- d\n", ["• a", "• b", "  ◦ c", "• d"]),
        ("9. a\n10. b\n", [" 9. a", "10. b"]),
        ("99. a\n100. b\n     more\n", ["99. a", "100. b", "     more"]),
        ("3) x\n", [" 3) x"]),
        (
            "- [ ] todo\n- [x] done **b**\n- [X]\n",
            ["☐ todo", "☑ done {1 b}", "• [X]"],
        ),
        ("1. [x] n\n", [" 1. ☑ n"]),
        ("- a\n* b\n", ["• a", "", "• b"]),
        ("-\n- a\n", ["•", "• a"]),
        ("- p\n\n  q\n", ["• p", "", "  q"]),
        ("- p\n  ```py\n  x\n  ```\n- q\n", ["• p", "", "  {2 py}", "  x", "• q"]),
        ("- ```\n  x\n  ```\n", ["•", "  x"]),
    ],
)
def test_lists_look_alike_tight_or_loose(source: str, rows: list[str]) -> None:
    assert sheet(source) == rows


def test_rows_that_continue_are_padded() -> None:
    assert sheet("- a wrapping item\n10. and a number\n", 12) == [
        "• a wrapping",
        "  item",
        "",
        "10. and a",
        "    number",
    ]


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("> a\n>\n> b\n\nc\n", ["{2 ▌ }a", "{2 ▌}", "{2 ▌ }b", "", "c"]),
        ("> - a\n>   - b\n>\n>   p\n", ["{2 ▌ }• a", "{2 ▌ }  ◦ b", "{2 ▌}", "{2 ▌ }  p"]),
        ("> > deep\nlazy\n", ["{2 ▌ ▌ }deep", "{2 ▌ ▌ }lazy"]),
        ("> ```c\n> int x;\n", ["{2 ▌ c}", "{2 ▌ }{1 int} x;"]),
        (">\n", ["{2 ▌}"]),
    ],
)
def test_quotes_have_a_bar(source: str, rows: list[str]) -> None:
    assert sheet(source) == rows


def test_deep_nesting_stops_indenting_and_loses_nothing() -> None:
    lists = "".join("  " * depth + f"- level {depth}\n" for depth in range(60))
    rows = text_of(lists, 30)
    assert [row.strip("•◦▪ ") for row in rows] == [f"level {depth}" for depth in range(60)]
    assert rows[-1] == "                  ▪ level 59"
    quotes = "".join("> " * depth + f"q{depth}\n\n" for depth in range(1, 60))
    assert [row.strip("▌ ") for row in text_of(quotes, 20) if row] == [
        f"q{depth}" for depth in range(1, 60)
    ]


def test_headings_and_rules() -> None:
    source = "# One\n## Two *x*\n### Three\n#### Four\n##### Five\n###### Six\n---\nend\n"
    assert sheet(source, 10) == [
        "{1;4 One}",
        "",
        "{1;4 Two }{1;4;3 x}",
        "",
        "{1 Three}",
        "",
        "{1;3 Four}",
        "",
        "{3 Five}",
        "",
        "{3;2 Six}",
        "",
        "{2 ──────────}",
        "",
        "end",
    ]


def test_footnotes_stand_where_they_are_defined() -> None:
    assert sheet("t[^1]\n\n[^1]: note\n\n    second\n[^b]: other\n") == [
        "t{2 [^1]}",
        "",
        "  {2 [^1]: }note",
        "",
        "  second",
        "  {2 [^b]: }other",
    ]


def test_html_is_dim_literal_text() -> None:
    assert sheet("<div>\n  <b>x</b>\n</div>\n\ny\n") == [
        "{2 <div>}",
        "{2   <b>x</b>}",
        "{2 </div>}",
        "",
        "y",
    ]


def test_definitions_serve_what_follows_and_the_block_just_before() -> None:
    early = "[a] late\n\nsee [a] and [b]\n\n[a]: http://x.org\n[b]: /y 'T'\n\n[a]\n"
    assert sheet(early) == [
        "[a] late",
        "",
        "see {4 a}{2  (http://x.org)} and {4 b}{2  (/y 'T')}".replace("'", '"'),
        "",
        "{2 [a]: http://x.org}",
        "{2 [b]: /y 'T'}",
        "",
        "{4 a}{2  (http://x.org)}",
    ]


def test_the_first_definition_of_a_label_wins() -> None:
    assert sheet("[a]: http://x.org/1\n[A]: http://x.org/2\n\n[a]\n", 40, LINKED)[-1] == (
        "<http://x.org/1|{4 a}>"
    )


def test_headings_and_tables_wait_for_definitions_too() -> None:
    assert sheet("# [a]\n\n[a]: /x\n")[0] == "{1;4 a}{1;4;2  (/x)}"
    assert sheet("| [b] | z |\n|---|---|\n| x | y |\n\n[b]: /y\n", 40, LOOK)[0] == (
        "{1;4 b}{1;2  (/y)}{2  │ }{1 z}"
    )


def test_code_is_copied_as_it_is() -> None:
    assert sheet("```zzz extra\n\ta\tb  \n\n  c\n```\n") == [
        "{2 zzz extra}",
        "    a   b",
        "",
        "  c",
    ]
    assert sheet("    code\n\n    more\n") == ["code", "", "more"]
    assert sheet("```\na\n```\n```\nb\n\n```\n") == ["a", "", "b", ""]
    assert sheet("p\n\n```\n```\n\nq\n") == ["p", "", "q"]


def test_long_code_lines_fold_by_cells() -> None:
    assert text_of("```\nabcdefgh\n中文字符\n```\n", 5) == ["abcde", "fgh", "中文", "字符"]
