"""A theme's words become SGR for what the terminal can show."""

from __future__ import annotations

import re

from sheets import SIXTEEN, rule, sheet

from streamchat.core.theme import theme_named
from streamchat.render.markdown.markdown_rows import render
from streamchat.render.style import (
    PLAIN,
    Depth,
    Palette,
    Style,
    joined,
    rgb_parameters,
    sgr_parameters,
)

SOURCE = "# Title\n\n- **b** `c`\n\n> q\n\n---\n\n```python\nif x: pass\n```\n"


def test_words_become_parameters_by_depth() -> None:
    def shown(words: str, name: str = "dark") -> list[str]:
        theme = theme_named(name)
        return [sgr_parameters(words, depth, theme=theme) for depth in Depth]

    assert shown("bold cyan") == ["", "1", "1;96", "1;38;5;80", "1;38;5;80"]
    assert shown("magenta") == ["", "", "", "38;5;183", "38;5;183"]
    assert shown("cyan shaded") == ["", "", "96", *["38;5;80;48;5;236"] * 2]
    assert shown("cyan shaded", "auto") == ["", "", "", "38;5;29", "38;5;29"]
    assert shown("") == [""] * len(Depth)


def test_a_style_within_another_repeats_nothing_and_its_colour_wins() -> None:
    assert joined("", "1") == "1"
    assert joined("1", "") == "1"
    assert joined("1;35", "36") == "1;36"
    assert joined("1;3", "1") == "3;1"
    assert joined("1;38;5;4;48;5;236", "38;5;80;4") == "1;48;5;236;38;5;80;4"
    assert joined("1;38;2;1;4;9", "4") == "1;38;2;1;4;9;4"


def test_pygments_colours_become_true_or_one_of_256() -> None:
    assert rgb_parameters("ff8700", Depth.TRUE_COLOUR) == "38;2;255;135;0"
    assert rgb_parameters("ff8700", Depth.COLOURS_256) == "38;5;208"
    assert rgb_parameters("808080", Depth.COLOURS_256) == "38;5;244"
    assert rgb_parameters("000000", Depth.COLOURS_256) == "38;5;16"
    assert rgb_parameters("ffffff", Depth.COLOURS_256) == "38;5;231"


def test_a_token_takes_the_style_of_its_nearest_ancestor() -> None:
    palette = Palette(Style(SIXTEEN, Depth.COLOURS_16))
    assert palette.token("Literal.String.Double") == "32"
    assert palette.token("Keyword.Type") == "36"
    assert palette.token("Name.Label") == ""


def test_without_colour_only_attributes_are_written() -> None:
    look = Style(theme_named("auto"), Depth.ATTRIBUTES)
    assert sheet(SOURCE, 20, look) == [
        "{1;4 Title}",
        "• {1 b} `c`",
        "",
        "{2 ▌ }q",
        "",
        "{2 ────────────────────}",
        "",
        rule("python", 20),
        "if x: pass",
        rule("", 20),
    ]


def test_without_italics_only_what_has_no_other_sign_is_underlined() -> None:
    look = Style(theme_named("no-such-style"), Depth.COLOURS_16, italics=False)
    assert [look.sgr(words) for words in ("italic", "dim italic", "italic bold")] == [
        "4",
        "2",
        "1",
    ]
    source = "*a*\n\n```python\n# b\n```\n"
    for name in ("auto", "dark", "manni"):
        for depth in Depth:
            rows = sheet(source, 20, Style(theme_named(name), depth, italics=False))
            assert not any(re.search(r"[{;]3[; ]", row) for row in rows)


def test_a_dumb_terminal_gets_no_escape_and_ascii_glyphs() -> None:
    assert sheet(SOURCE, 20, PLAIN) == [
        "# Title",
        "* b `c`",
        "",
        "| q",
        "",
        "--------------------",
        "",
        "-- python ----------",
        "if x: pass",
        "--------------------",
    ]


def test_a_pygments_style_colours_code_where_there_are_colours_enough() -> None:
    theme = theme_named("monokai")
    source = "```python\nif 1: pass\n```\n"
    assert sheet(source, 20, Style(theme, Depth.TRUE_COLOUR))[1] == (
        "{38;2;102;217;239 if} {38;2;174;129;255 1}: {38;2;102;217;239 pass}"
    )
    assert sheet(source, 20, Style(theme, Depth.COLOURS_16))[1] == "if 1: pass"


def test_a_style_that_pygments_lacks_falls_back_to_the_theme() -> None:
    look = Style(theme_named("no-such-style"), Depth.TRUE_COLOUR)
    assert sheet("```python\npass\n```\n", 20, look)[1] == "{38;5;163 pass}"


def test_prose_is_not_as_wide_as_a_wide_window() -> None:
    look = Style(theme_named("mono"), Depth.ATTRIBUTES, prose_width=20)
    source = f"- {'word ' * 8}\n\n---\n\n| {'a' * 30} |\n|-|\n\n```\n{'x ' * 20}\n```\n"
    rows = [row.width for row in render(source, width=50, look=look)]
    assert max(rows[:3]) <= 20
    assert 20 in rows
    assert max(rows) == 40
    assert Style(theme_named("mono")).prose_width == 100
