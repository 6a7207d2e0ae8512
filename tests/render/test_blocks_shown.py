"""What every block looks like, and which stand apart."""

from __future__ import annotations

import pytest
from sheets import LINKED, LOOK, bare, rule, sheet, text_of

from streamchat.render.markdown.markdown_rows import MarkdownRows, render


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
        (
            "- p\n  ```py\n  x\n  ```\n- q\n",
            ["• p", "", f"  {rule('py', 38)}", "  x", f"  {rule('', 38)}", "", "• q"],
        ),
        ("- ```\n  x\n  ```\n", [f"• {rule('', 38)}", "  x", f"  {rule('', 38)}"]),
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
        (
            "> ```c\n> int x;\n",
            [f"{{2 ▌ {rule('c', 38)[3:]}", "{2 ▌ }{1 int} x;", f"{{2 ▌ {rule('', 38)[3:]}"],
        ),
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


def test_headings_stand_close_to_what_they_head() -> None:
    source = (
        "# One\ntext\n## Two *x*\n### Three\n#### Four\n- item\n##### Five\n###### Six\n---\n"
    )
    assert sheet(source, 10) == [
        "{1;4 One}",
        "text",
        "",
        "{1;4 Two }{1;4;3 x}",
        "{1 Three}",
        "{1;3 Four}",
        "• item",
        "",
        "{3 Five}",
        "{3;2 Six}",
        "{2 ──────────}",
    ]


def test_an_empty_heading_draws_nothing() -> None:
    assert sheet("a\n#\nb\n\n#\n\n- #\n") == ["a", "", "b", "", "•"]


def test_a_blank_row_follows_an_item_of_more_than_one_block() -> None:
    assert sheet("- a\n\n- b\n\n  c\n- d\n- e\n") == ["• a", "• b", "", "  c", "", "• d", "• e"]
    nested = "- a\n  - b\n\n    c\n  - d\n- e\n\n  f\n  - g\n- h\n"
    assert sheet(nested) == [
        *("• a", "  ◦ b", "", "    c", "", "  ◦ d", "• e", "", "  f", "  ◦ g", "", "• h"),
    ]


def test_footnotes_stand_where_they_are_defined() -> None:
    assert text_of("[^1]: two:\n    - a\n    - b\n[^b]: other\n") == [
        *("  [^1]: two:", "  • a", "  • b", "  [^b]: other"),
    ]
    assert sheet("t[^1]\n\n[^1]: note\n\n    second\n[^b]: other\n") == [
        "t{2 [^1]}",
        "",
        "  {2 [^1]: }note",
        "",
        "  second",
        "",
        "  {2 [^b]: }other",
    ]


def test_alerts_have_a_title() -> None:
    assert sheet("> [!NOTE]\n> Useful *text*.\n>\n> More\n") == [
        "{2 ▌ }{1 Note}",
        "{2 ▌ }Useful {3 text}.",
        "{2 ▌}",
        "{2 ▌ }More",
    ]
    assert sheet("> [!warning] Mind **this**\n") == ["{2 ▌ }{1 Mind this}"]
    assert sheet("> [!CAUTION]\n") == ["{2 ▌ }{1 Caution}"]
    assert text_of("> [!unknown]\n> x\n") == ["▌ [!unknown]", "▌ x"]
    assert text_of("[!NOTE]\nno quote\n") == ["[!NOTE]", "no quote"]


def test_details_show_their_summary_and_what_they_hold() -> None:
    source = "a\n\n<details>\n<summary>Click *me*</summary>\n\nHidden\n\n</details>\n\nb\n"
    assert sheet(source) == ["a", "", "▸ {1 Click }{1;3 me}", "", "Hidden", "", "b"]
    assert text_of("<details><summary>A</summary>\nb\n</details>\n") == ["▸ A", "b"]


def test_a_break_breaks_in_html_too() -> None:
    assert text_of("<p>one<br>two</p>\n\n<br>\n\nthree\n") == ["<p>one", "two</p>", "", "three"]


def test_html_is_dim_and_literal_but_for_the_text_between_its_tags() -> None:
    assert sheet("<div>\n  <b>x</b> <q>y\n</div>\n\n<!-- <b>z</b>\n-->\n\ny\n") == [
        "{2 <div>}",
        "  {1 x} {2 <q>}y",
        "{2 </div>}",
        "",
        *("{2 <!-- <b>z</b>}", "{2 -->}"),
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
        rule("zzz extra"),
        "    a   b",
        "",
        "  c",
        rule(),
    ]
    assert sheet("    code\n\n    more\n") == [rule(), "code", "", "more", rule()]
    assert sheet("p\n\n```\n```\n\nq\n") == ["p", "", rule(), rule(), "", "q"]


def test_a_long_line_of_code_is_left_to_the_terminal_to_wrap() -> None:
    source = "```\nabcdefgh\n中文字符\n```\n"
    assert text_of(source, 5) == ["─────", "abcdefgh", "中文字符", "─────"]
    assert text_of(f"> {source}".replace("\n", "\n> "), 7)[1:-1] == [
        *("▌ abcde", "▌ fgh", "▌ 中文", "▌ 字符"),
    ]


def test_the_live_view_folds_a_long_line_of_code() -> None:
    fold = MarkdownRows(width=5, look=LOOK)
    fold.feed("```\nabcdefgh")
    assert [bare(row) for row in fold.tail(5)] == ["abcde", "fgh"]


def test_a_long_address_is_left_to_the_terminal_to_wrap() -> None:
    url = "https://example.org/" + "x" * 30
    source = f"See {url}, and (then) go on.\n"
    assert text_of(source, 20) == ["See", f"{url},", "and (then) go on."]
    assert text_of(f"[a]: {url} 'T'", 20) == ["[a]:", url, "'T'"]
    assert text_of(f"[a]: {url}", 20) == ["[a]:", url]
    assert text_of(f"> {source}", 20)[:3] == [
        "▌ See",
        "▌ https://example.or",
        "▌ g/xxxxxxxxxxxxxxxx",
    ]
    linked = render(source, width=20, look=LINKED)  # where it is a link, it may be cut
    assert max(row.width for row in linked) <= 20
    fold = MarkdownRows(width=20, look=LOOK)
    fold.feed(source.removesuffix("\n"))
    assert max(row.width for row in fold.tail(9)) <= 20


def test_in_markdown_a_fence_with_a_language_opens_an_inner_one() -> None:
    source = "```markdown\n# T\n```bash\nls\n```\nend\n```\nafter\n"
    assert text_of(source, 40)[1:] == [
        *("# T", "```bash", "ls", "```", "end", "─" * 40, "", "after"),
    ]
