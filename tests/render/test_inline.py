"""Inline Markdown: what each construct looks like, and that nothing vanishes."""

from __future__ import annotations

import pytest
from sheets import LINKED, LOOK, sheet, text_of

from streamchat.core.theme import theme_named
from streamchat.render.cells import cell_len
from streamchat.render.style import Depth, Style


@pytest.mark.parametrize(
    ("source", "row"),
    [
        (
            "a *em* **strong *both*** ~~gone~~ `x < y`",
            "a {3 em} {1 strong }{1;3 both} {9 gone} {1 x < y}",
        ),
        ("</kbd> is shown", "{2 </kbd>} is shown"),
        ("List<int> <thinking>hm</thinking>", "List{2 <int>} {2 <thinking>}hm{2 </thinking>}"),
        ("A &amp; B &lt;b&gt; &copy;", "A & B <b> ©"),
        (r"\*not em\* \[1\] \(see\) \`x", "*not em* [1] (see) `x"),
        ("t[^1] and [^long name]", "t{2 [^1]} and [^long name]"),
        ("[/nope] [link=http://x.org]y[/link]", "[/nope] [link={4 http://x.org}]y[/link]"),
    ],
)
def test_inline_constructs(source: str, row: str) -> None:
    assert sheet(source, 60) == [row]


def test_every_line_break_begins_a_row() -> None:
    assert sheet("one  \ntwo\\\nthree\nfour<br> five") == "one two three four five".split()


def test_what_entities_decode_to_passes_the_allow_list() -> None:
    assert sheet("a&#x202e;b &#x200b; &#27;[2J &#10; &#xE0041; `&#27;`") == [
        "a\ufffdb  \ufffd[2J ␤ \ufffd {1 &#27;}"
    ]


@pytest.mark.parametrize(
    ("source", "linked", "unlinked"),
    [
        (
            "[l **b**](http://x.org)",
            "<http://x.org|{4 l }><http://x.org|{4;1 b}>",
            "{4 l }{4;1 b}{2  (http://x.org)}",
        ),
        ("<http://a.b>", "<http://a.b|{4 http://a.b}>", "{4 http://a.b}"),
        ("<me@x.org>", "<mailto:me@x.org|{4 me@x.org}>", "{4 me@x.org}"),
        (
            "see https://x.org/a_(b), ok.",
            "see <https://x.org/a_(b)|{4 https://x.org/a_(b)}>, ok.",
            "see {4 https://x.org/a_(b)}, ok.",
        ),
        (
            '[y](http://x.org "T")',
            '<http://x.org|{4 y}>{2  ("T")}',
            '{4 y}{2  (http://x.org "T")}',
        ),
        ("[](http://x.org)", "<http://x.org|{4 http://x.org}>", "{4 http://x.org}"),
        ("[é](http://x.org/é)", "<http://x.org/%C3%A9|{4 é}>", "{4 é}{2  (http://x.org/é)}"),
        # A label that names another host does not hide where it leads.
        (
            "[https://bank.com](https://evil.org)",
            "<https://evil.org|{4 https://bank.com}>{2  (https://evil.org)}",
            "{4 https://bank.com}{2  (https://evil.org)}",
        ),
        (
            "[bank.com](https://www.bank.com/x)",
            "<https://www.bank.com/x|{4 bank.com}>",
            "{4 bank.com}{2  (https://www.bank.com/x)}",
        ),
    ],
)
def test_links_are_clickable_or_say_where_they_lead(
    source: str, linked: str, unlinked: str
) -> None:
    assert sheet(source, 60, LINKED) == [linked]
    assert sheet(source, 60, LOOK) == [unlinked]


@pytest.mark.parametrize("scheme", ["javascript:x", "file:///x", "ssh://x", "vscode://x", "a"])
def test_only_web_and_mail_addresses_are_clickable(scheme: str) -> None:
    assert sheet(f"[x]({scheme})", 40, LINKED) == [f"{{4 x}}{{2  ({scheme})}}"]


def test_an_address_cannot_break_out_of_its_sequence() -> None:
    (row,) = sheet("[x](<http://x.org/&#x202e;&#10;\x1b\\\\ y>)", 60, LINKED)
    assert row == "<http://x.org/%E2%80%AE%0A%E2%90%9B\\%20y|{4 x}>"


def test_images_are_their_words_and_address() -> None:
    assert sheet('![alt *t*](i.png "T")') == ['{2 image: }{3 alt t}{2  (i.png "T")}']
    assert sheet("- ![a](i.png)") == ["• {2 image: }{3 a}{2  (i.png)}"]
    assert sheet("[![a](i.png)](http://x.org)", 60, LINKED) == [
        "<http://x.org|{4;2 image: }><http://x.org|{4;3 a}><http://x.org|{4;2  (i.png)}>"
    ]


def test_a_link_broken_over_rows_keeps_one_id() -> None:
    first, second = (
        text_of("[a long label](http://x.org)", 8),
        sheet("[a long label](http://x.org)", 8, LINKED),
    )
    assert second == ["<http://x.org|{4 a long}>", "<http://x.org|{4 label}>"]
    assert first[:2] == ["a long", "label"]


def test_nothing_leaks_into_the_next_block() -> None:
    assert sheet("**open <b> `x\n\nplain") == ["**open {2 <b>} `x", "", "plain"]


def test_dumb_terminals_see_code_as_it_was_written() -> None:
    assert sheet("a `b`", 20, Style(theme_named("auto"), Depth.NOTHING)) == ["a `b`"]


def test_deeply_nested_markup_is_shown() -> None:
    source = "[" * 300 + "x" + "]" * 300
    assert "".join(text_of(source, 60)) == source
    stars = "*" * 500 + "y"
    assert "".join(text_of(stars, 60)) == stars


def test_percent_signs_of_an_address_are_not_decoded() -> None:
    """`%1b` and `%07` would be a command to the terminal."""
    assert sheet("<http://x.org/%1b%5d52;c;eA==%07>", 80) == [
        "{4 http://x.org/%1b%5d52;c;eA==%07}"
    ]


def test_invisible_hints_are_dropped_and_marked_in_code() -> None:
    source = "zero\u200bwidth, soft\xadhyphen, \u200fעברית\u200f `a\u200bb` &shy;x"
    assert sheet(source, 60) == ["zerowidth, softhyphen, עברית {1 a}{1;2 <200b>}{1 b} x"]
    assert sheet("```\na\u200bb\n```\n")[1] == "a{2 <200b>}b"
    assert text_of("\ufeff# Title\n\u200b\n\u200b- item\n") == ["Title", "• item"]
    assert text_of("| a\u200bb |\n|---|\n\n**c**\u200bd\n") == ["ab", "──", "", "cd"]


def test_words_break_at_zero_width_spaces_and_soft_hyphens() -> None:
    assert text_of("Donau\xaddampf\xadschiff\xadfahrt ahoi", 12) == [
        *("Donaudampf-", "schifffahrt", "ahoi"),
    ]
    assert text_of("ខ្ញុំ\u200bស្រឡាញ់\u200bភាសា\u200bខ្មែរ", 8) == ["ខ្ញុំស្រឡាញ់", "ភាសាខ្មែរ"]
    assert text_of("**ab\u200bcd**\u200bef", 4) == ["abcd", "ef"]
    assert text_of("a\xad b\xad\n\n\xadc", 20) == ["a b", "", "c"]
    assert text_of("| a | b |\n|---|---|\n| com\xadplete | x |\n", 10) == [
        *("a      │ b", "───────┼──", "com-   │ x", "plete  │"),
    ]


def test_a_bracket_stays_with_the_address_behind_it() -> None:
    address = "https://example.com/a/long/one"
    assert text_of(f"See PEP 8 ({address}), or “{address}” .", 20) == [
        *("See PEP 8", f"({address}),", "or", f"“{address}”", "."),
    ]


@pytest.mark.parametrize(
    "marker", ["•", "a)", "(2)", "iv.", "–", "→", "☑", "🔹", "✔\ufe0f", "🇫🇷", "1\ufe0f\u20e3"]
)
def test_rows_hang_behind_the_marker_of_their_line(marker: str) -> None:
    first, second = text_of(f"{marker} words that are wrapped", 15)
    assert first.startswith(f"{marker} words that")
    assert second.lstrip(" ") == "are wrapped"
    assert len(second) - len("are wrapped") == cell_len(f"{marker} ")
