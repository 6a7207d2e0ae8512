"""A long paragraph settles while it arrives, and looks as if it were rendered whole."""

from __future__ import annotations

import random

import pytest
from documents import random_cuts
from judge import stream
from sheets import LINKED, LOOK, bare, marked

from shares import share
from streamchat.core.markdown import Blocks
from streamchat.core.markdown.inline.split_points import last_split_point
from streamchat.render.markdown.leaf_rows import LeafRows
from streamchat.render.markdown.markdown_rows import MarkdownRows, render
from streamchat.render.style import Palette, Style

PIECES = (
    *["plain words of prose", "and so on,", "a-b c/d", "3 < 4", "x & y", "*", "a * b", "~ 5"]
    * 3,
    *[
        "**bold words here**",
        "*slanted*",
        "_under_",
        "__init__.py",
        "snake_case_name",
        "~~old~~",
    ],
    *[
        "**open",
        "closed**",
        "*open",
        "closed*",
        "`open",
        "closed`",
        "_a",
        "b_",
        "~~",
        "***both***",
    ],
    *["`a code span`", "``a ` b``", "[a page](http://x.org/a_b)", '[titled](http://x.org "t")'],
    *["[1]", "[^2]", "[ref][1]", "[open", "closed]", "![a picture](http://x.org/p.png)"],
    *[
        "https://example.org/a_b*c_(d)?e=f",
        "www.example.org",
        "a_b@example.org",
        "<br>",
        "<b>x</b>",
    ],
    *["https://example.org/" + "long/" * 30, "(https://example.org/" + "far/" * 30 + "),"],
    *[
        "$x_1 + y^2$",
        "$5 and",
        "$9.99 to $10",
        "$",
        r"\(a+b\)",
        r"\*",
        r"\\",
        r"C:\new\_x",
        "&amp;",
    ],
    *[
        "中文也要排好，这一段话会折行。",
        "**注意：**请保存；",
        "日本語の文、「引用」です。",
        "한국어 문장",
    ],
    *[
        "zero\u200bwidth and so\u00adft",
        "👩‍💻 emoji",
        "ខ្ញុំ\u200bស្រឡាញ់",
        "【4†source】",
        "wrong  blanks",
    ],
)
JOINS = (*[" "] * 12, "\n", "\n", "  \n", "\\\n", "", "\n   ")
OPENERS = ("", "", "> ", "- ", "12. ", "- [x] ", "> [!NOTE]\n> ", "> - ", "• ", "a) ", "[^1]: ")


def random_paragraph(rng: random.Random) -> str:
    opener = rng.choice(OPENERS)
    calm = rng.random() < 0.5
    text = ""
    for _ in range(rng.randint(10, 60)):
        piece = rng.choice(PIECES[:24] if calm and rng.random() < 0.9 else PIECES)
        text += piece + rng.choice(JOINS[:13] if calm else JOINS)
    below = {">": "> ", "-": "  ", "1": "    "}.get(opener[:1], "")
    lazy = rng.random() < 0.1
    return opener + text.strip().replace("\n", "\n" + ("" if lazy else below)) + "\n\nNext.\n"


def rows_of(source: str, width: int, look: Style, *, settles_early: bool) -> list[str]:
    blocks, rows = Blocks(settles_early=settles_early), LeafRows(Palette(look), width)
    leaves = blocks.feed(source) + blocks.close()
    return [marked(row) for leaf in leaves for row in rows.feed(leaf)] + list(
        map(marked, rows.close())
    )


@pytest.mark.parametrize("seed", share(range(40), every=4))
@pytest.mark.parametrize("width", [24, 80, 132])
def test_parts_look_like_the_whole(width: int, seed: int) -> None:
    rng = random.Random(seed)
    for look in (LINKED, LOOK):
        source = random_paragraph(rng)
        parts = rows_of(source, width, look, settles_early=True)
        assert parts == rows_of(source, width, look, settles_early=False), source


@pytest.mark.parametrize("seed", share(range(20), every=5))
def test_the_screen_shows_it_at_every_cut(seed: int) -> None:
    rng = random.Random(seed)
    source = random_paragraph(rng).replace("\\\n", "\n")  # pyte loses a backslash behind a link
    pieces = list(source) if seed % 2 else random_cuts(rng, source)
    stream(pieces, width=rng.choice([24, 80]), height=rng.choice([5, 12]), look=LINKED)


@pytest.mark.parametrize("opener", ["$x", "$$x", r"\(x", r"\[x", r"\begin{align}x"])
def test_what_is_longer_than_any_formula_settles(opener: str) -> None:
    text = f"so {opener}" + " is a **word** of prose" * 100
    assert last_split_point(text[:1500]) < 10
    assert last_split_point(text) > 2000
    source = f"{text} and $y$ {opener}$\n"
    parts = rows_of(source, 80, LINKED, settles_early=True)
    assert parts == rows_of(source, 80, LINKED, settles_early=False)


WORDS = "some varied words of prose that nobody has marked up, number {} of them, "
VARIED = "".join(WORDS.format(number) for number in range(60))


@pytest.mark.parametrize("opener", ["", "> ", "- ", "1. ", "> [!TIP]\n> "])
def test_only_the_end_of_a_long_line_waits(opener: str) -> None:
    fold = MarkdownRows(width=80, look=LOOK)
    settled = fold.feed(opener + VARIED)
    assert len(fold.tail(24)) <= 5
    tail = [*map(bare, fold.tail(24))]
    assert [*map(bare, settled), *tail] == [
        bare(row) for row in render(opener + VARIED, width=80, look=LOOK)
    ]


@pytest.mark.parametrize("height", [10, 24])
def test_a_long_line_is_written_once(height: int) -> None:
    pieces = [VARIED[start : start + 20] for start in range(0, len(VARIED), 20)]
    written = stream(pieces, width=80, height=height, look=LOOK)
    assert written <= 2.5 * len(VARIED)  # with a status that changes in every frame


def test_a_line_that_may_yet_be_something_else_waits() -> None:
    for source in ("[label " + VARIED, "$$ x " + VARIED, "a | b " + VARIED, "*a " + VARIED):
        assert MarkdownRows(width=80, look=LOOK).feed(source) == []


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("one two three", "one two"),
        ("one **two three", ""),
        ("one so **two three", "one"),
        ("one **two** three", "one **two**"),
        ("one **two *three** four", ""),
        ("one `a b` c", "one `a b`"),
        ("so one `a b", "so"),
        ("one [a b](u) c", "one [a b](u)"),
        ("so one [a b](u v", "so"),
        ("as [1] says", "as [1]"),
        ("as said [label] says", "as"),
        ("a note[^1] says", "a note[^1]"),
        ("so one <kbd x", "so"),
        ("one $x$ y", "one $x$"),
        ("so one $x y", "so"),
        ("all for $5 and more", "all for $5 and"),
        (r"one \*two three", r"one \*two"),
        ("one  \ntwo", "one  \n"),
        ("one\\\ntwo", ""),
        ("https://a.org/_b c", "https://a.org/_b"),
        ("一句话，两句", "一句话，"),
        ("这**重点**是 two", "这**重点**是"),
        ("one", ""),
    ],
)
def test_a_text_is_split_where_no_markup_can_be_open(text: str, before: str) -> None:
    assert text[: last_split_point(text)] == before
