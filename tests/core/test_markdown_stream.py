"""How the stream is cut does not matter; the tail shows what is open; work is linear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from blocks_constructs import SECTIONS
from blocks_judge import parse
from shares import share
from streamchat.core.markdown import Blocks
from streamchat.core.markdown.cropping import CUT, crop_start, ends
from streamchat.core.markdown.cursor import LineCursor
from streamchat.core.markdown.leaves import (
    CodeEnd,
    CodeLine,
    CodeStart,
    Definition,
    Heading,
    HtmlLine,
    Leaf,
    MathBlock,
    Paragraph,
    Table,
)
from streamchat.core.markdown.starts import Interrupts, ItemStart, find_start
from work import calls_during

OURS = [
    "a\n$$\nx\n- y\n$$\nb\n\\[ z \\]\n",
    "$$\nnever\n\n[^1]: note\n\n    more\nlazy\n",
    "| a |\n|-|\n| 1 | 2 |\n[^1]: x\n",
]
SOURCES = {**SECTIONS, "ours": OURS}
AMPLE = 1_000_000


def stream(source: str, *, tail_chars: int | None = None) -> list[Leaf]:
    """Feed by character, drawing a tail after each."""
    blocks = Blocks()
    leaves = []
    for character in source:
        leaves += blocks.feed(character)
        if tail_chars is not None:
            blocks.tail(max_chars=tail_chars)
    return leaves + blocks.close()


# Cutting.


@pytest.mark.parametrize("section", SOURCES)
def test_how_the_text_was_cut_does_not_matter(section: str) -> None:
    for source in SOURCES[section]:
        expected = parse(source)
        assert stream(source) == expected, source
        for cut in range(len(source) + 1):
            blocks = Blocks()
            leaves = blocks.feed(source[:cut]) + blocks.feed(source[cut:]) + blocks.close()
            assert leaves == expected, (source, cut)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_tail_changes_nothing_that_follows(section: str) -> None:
    source = "\n".join(SECTIONS[section])
    expected = parse(source)
    for tail_chars in (1, 5, AMPLE):
        assert stream(source, tail_chars=tail_chars) == expected, tail_chars


def test_lines_end_at_newlines_only() -> None:
    assert parse("a\x0bb\x0cc\u2028d\n") == [Leaf(Paragraph("a\x0bb\x0cc\u2028d"))]


def test_leaves_come_as_soon_as_they_are_closed() -> None:
    blocks = Blocks()
    assert blocks.feed("# a") == []
    assert [leaf.block for leaf in blocks.feed("\n```\nx")] == [
        *parse_blocks("# a"),
        CodeStart(""),
    ]
    assert [leaf.block for leaf in blocks.feed("\n")] == [CodeLine("x")]
    assert [leaf.block for leaf in blocks.feed("```\n")] == [CodeEnd()]
    assert blocks.feed("text\n") == []
    assert [leaf.block for leaf in blocks.feed("\n")] == [Paragraph("text")]
    assert blocks.feed("[a]: /b\n") == []
    assert [leaf.block for leaf in blocks.feed("text\n")] == [
        Definition("A", "/b", "", source="[a]: /b")
    ]
    assert blocks.lines_parsed == 8


def parse_blocks(source: str) -> list[Any]:
    return [leaf.block for leaf in parse(source)]


# Tails.


@pytest.mark.parametrize("section", SOURCES)
def test_the_tail_is_what_close_would_return(section: str) -> None:
    for source in SOURCES[section]:
        for end in range(len(source) + 1):
            blocks = Blocks()
            blocks.feed(source[:end])
            tail = blocks.tail(max_chars=AMPLE)
            assert tail in _allowed_tails(blocks.close()), source[:end]


def _allowed_tails(rest: list[Leaf]) -> Iterator[list[Leaf]]:
    """`rest`, or without a line that may still become more: of fenced code the closing
    fence, below a paragraph the line that makes it a heading."""
    yield rest
    if rest and isinstance(rest[0].block, Heading):
        yield [replace(rest[0], block=Paragraph(rest[0].block.text)), *rest[1:]]
    if len(rest) == 2 and isinstance(rest[0].block, CodeLine):
        line = rest[0].block.text.strip(" ")
        if not line.strip("`") or not line.strip("~"):
            yield rest[1:]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("```\na\n`", []),
        ("```\na\n``", []),
        ("```\na\n  ", []),
        ("````\na\n```", []),
        ("~~~\na\n  ~~", []),
        ("> ```\n> ``", []),
        ("```\na\n```", []),
        ("```\na\n``x", [CodeLine("``x")]),
        ("```\na\n~~", [CodeLine("~~")]),
        ("```\na\n    `", [CodeLine("    `")]),
        ("```\na\n  x", [CodeLine("  x")]),
    ],
)
def test_a_line_that_may_become_the_closing_fence_is_not_shown(
    source: str, shown: list[CodeLine]
) -> None:
    blocks = Blocks()
    blocks.feed(source)
    assert [leaf.block for leaf in blocks.tail(max_chars=AMPLE)] == [*shown, CodeEnd()]


def test_a_huge_paragraph_is_cropped_from_its_beginning() -> None:
    blocks = Blocks()
    source = "start\n" + "line of text\n" * 10_000 + "the end"
    blocks.feed("> " + source)
    (leaf,) = blocks.tail(max_chars=30)
    assert leaf.cropped
    assert isinstance(leaf.block, Paragraph)
    assert source.endswith(leaf.block.text)
    assert 30 <= len(leaf.block.text) <= 3 * 30 + len("the end")


@pytest.mark.parametrize("pieces", [1, 1000])
@pytest.mark.parametrize("prefix", ["", "> - ", "# ", "```\n", "    ", "<div>\n", "- [a]: "])
def test_a_huge_line_is_cropped_from_its_beginning(prefix: str, pieces: int) -> None:
    blocks = Blocks()
    blocks.feed(prefix)
    for _ in range(pieces):
        blocks.feed("x" * (1_000_000 // pieces))
    blocks.feed("END")
    tail = blocks.tail(max_chars=100)
    (leaf,) = [leaf for leaf in tail if not isinstance(leaf.block, CodeStart | CodeEnd)]
    assert leaf.cropped
    shown = open_source(leaf)
    assert shown.strip("x") == "END"
    assert 100 <= len(shown) <= 300


def open_source(leaf: Leaf) -> str:
    match leaf.block:
        case Definition(source=text) | MathBlock(source=text):
            return text
        case Paragraph(text) | Heading(_, text) | CodeLine(text) | HtmlLine(text):
            return text
        case other:
            pytest.fail(f"an unexpected {other}")


@pytest.mark.parametrize("max_chars", [7, 40])
@pytest.mark.parametrize("source", ["word " * 60, "a line\n" * 60, "- [x](", "```" + "y" * 300])
def test_a_crop_begins_at_the_same_place_for_many_frames(source: str, max_chars: int) -> None:
    """Else the text would be wrapped from another place in every frame."""
    blocks = Blocks()
    starts = set()
    for length, character in enumerate(source, start=1):
        blocks.feed(character)
        for leaf in blocks.tail(max_chars=max_chars):
            if leaf.cropped and isinstance(leaf.block, Paragraph):
                starts.add(length - len(leaf.block.text))
    assert len(starts) <= 3 * len(source) / (2 * max_chars) + 3


def test_how_much_is_cropped() -> None:
    """Between one and three times `max_chars` are kept, the place moves by two."""
    assert [crop_start(length, 10) for length in (0, 29, 30, 49, 50, 1000)] == [
        *(0, 0, 20, 20, 40, 980)
    ]


def test_a_huge_table_keeps_its_header_and_its_first_and_last_rows() -> None:
    blocks = Blocks()
    blocks.feed("| a | b |\n|---|--:|\n" + "".join(f"| {n} | x |\n" for n in range(500)))
    blocks.feed("| last")
    (leaf,) = blocks.tail(max_chars=24)
    assert leaf.cropped
    assert isinstance(leaf.block, Table)
    assert (leaf.block.alignments, leaf.block.header) == ((None, "right"), ("a", "b"))
    gap = leaf.block.gap or 0
    first, (*whole, last) = leaf.block.rows[:gap], leaf.block.rows[gap:]
    assert first == (("0", "x"), ("1", "x"), ("2", "x"), ("3", "x"), ("4", "x"), ("5", "x"))
    assert last == ("last", "")
    assert 24 // 7 <= len(whole) <= 3 * 24 // 7
    assert whole == [(str(n), "x") for n in range(500 - len(whole), 500)]


def test_a_row_larger_than_all_that_is_kept_is_kept() -> None:
    blocks = Blocks()
    blocks.feed("| a |\n|---|\n| x |\n| " + "y" * 5_000 + " |\n")
    (leaf,) = blocks.tail(max_chars=24)
    assert isinstance(leaf.block, Table)
    assert leaf.block.rows == (("x",), ("y" * 24,))


def test_a_huge_header_is_cropped_too() -> None:
    blocks = Blocks()
    blocks.feed("|a" * 3_000 + "|\n" + "|-" * 3_000 + "|\n" + "|x|\n")
    (leaf,) = blocks.tail(max_chars=50)
    assert leaf.cropped
    assert isinstance(leaf.block, Table)
    assert len(leaf.block.header) == len(leaf.block.rows[0]) == len(leaf.block.alignments) == 50


def test_open_math_is_shown_as_its_source() -> None:
    blocks = Blocks()
    blocks.feed("$$\n" + "x + y\n" * 100 + "z")
    assert blocks.tail(max_chars=8) == [Leaf(Paragraph(" + y\nx + y\nz"), cropped=True)]
    assert [leaf.block for leaf in blocks.feed("\n$$\n")] == [
        MathBlock("$$\n" + "x + y\n" * 100 + "z\n$$")
    ]


# Work.


SHAPES: dict[str, Callable[[int], str]] = {
    "paragraph": lambda n: "a line of text\n" * n,
    "lazy quote": lambda n: "> a\n" + "lazy\n" * n,
    "table": lambda n: "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * n,
    "wide table": lambda n: "|a" * n + "|\n" + "|-" * n + "|\n" + "|x|\n" * n,
    "quotes in quotes": lambda n: ">" * n + "a\n",
    "items in items": lambda n: "- " * n + "a\n",
    "blank lines deep inside": lambda n: "- " * n + "a\n" + "\n" * n,
    "a fence deep inside": lambda n: "- " * n + "```\n" + "\n" * n,
    "fence": lambda n: "```py\n" + "    x = 1\n" * n,
    "unclosed label": lambda n: "[a\n" + "b\n" * n,
    "unclosed labels": lambda n: "[a\n\n" * n,
    "brackets": lambda n: "[" * n + "\n",
    "definitions": lambda n: "[a]: /b\n" * n,
    "unclosed title": lambda n: "[a]: /b\n'c\n" + "d\n" * n,
    "unclosed math": lambda n: "$$\n" + "x\n" * n,
    "items": lambda n: "1. a\n" * n,
    "blank lines in code": lambda n: "    a\n" + "\n" * n + "    b\n",
    "comment": lambda n: "<!--\n" + "a\n" * n,
}


@pytest.mark.parametrize("shape", share(SHAPES, every=3))
def test_work_grows_with_the_input(shape: str) -> None:
    small, large = SHAPES[shape](200), SHAPES[shape](800)
    assert calls_during(lambda: parse(large)) <= 4.6 * calls_during(lambda: parse(small))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_each_line_is_parsed_once(shape: Callable[[int], str]) -> None:
    source = shape(100)
    blocks = Blocks()
    for character in source:
        blocks.feed(character)
        blocks.tail(max_chars=10)
    assert blocks.lines_parsed == source.count("\n")


FLAT = [
    "paragraph",
    "lazy quote",
    "table",
    "fence",
    "unclosed label",
    "unclosed title",
    "items",
]


@pytest.mark.parametrize("name", share(FLAT, every=3))
def test_the_work_of_a_tail_does_not_grow_with_the_document(name: str) -> None:
    def tail_of(length: int) -> int:
        """The most of several frames: how much a crop keeps varies."""
        blocks = Blocks()
        source = SHAPES[name](length)
        blocks.feed(source)
        most = 0
        for _ in range(600):
            blocks.feed(source[source.rindex("\n", 0, -1) + 1 :])
            most = max(most, calls_during(lambda: blocks.tail(max_chars=50)))
        return most

    assert tail_of(4000) <= 1.1 * tail_of(1000)


def test_a_line_that_grows_costs_only_what_comes() -> None:
    blocks = Blocks()
    blocks.feed("x")
    first = calls_during(lambda: blocks.feed("y"))
    blocks.feed("x" * 1_000_000)
    assert calls_during(lambda: blocks.feed("y")) == first


# The calls counted above do not see how far a regular expression or a join reaches.


def test_a_rule_that_is_none_is_scanned_once_for_all_the_items_before_it() -> None:
    line = LineCursor("- - - - x")
    assert isinstance(find_start(line, Interrupts()), ItemStart)
    assert line.no_rule_before == line.text.index("x")


def test_of_a_huge_partial_line_only_the_ends_are_read() -> None:
    pieces = ["> ", *(["word "] * 10_000), "end"]
    assert ends(pieces, 50_005, 10) == f"> word wor{CUT}d word word word word end"
