"""The leaves of small documents, whole: paths, markers, and each policy of the package."""

from __future__ import annotations

import pytest

from blocks_judge import parse
from streamchat.core.markdown import Blocks
from streamchat.core.markdown.leaves import (
    CodeEnd,
    CodeLine,
    CodeStart,
    Definition,
    Empty,
    Footnote,
    Heading,
    HtmlLine,
    Item,
    Leaf,
    LeafBlock,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Table,
)
from streamchat.core.markdown.parser import DEEPEST
from streamchat.core.markdown.pieces import PIECE_LINES


def blocks(source: str) -> list[LeafBlock]:
    return [leaf.block for leaf in parse(source)]


def numbers(source: str) -> list[int | None]:
    items = [leaf.path[0] for leaf in parse(source) if leaf.opens]
    return [item.number for item in items if isinstance(item, Item)]


# Paths and markers.


def test_a_leaf_carries_its_containers_and_counts_those_it_opens() -> None:
    quote = Quote(1)
    first = Item(3, list_id=2, number=1, delimiter=".")
    bullet = Item(5, list_id=4, number=None, delimiter="-")
    second = Item(6, list_id=2, number=2, delimiter=".")
    assert parse("> 1. a\n>    - b\n>\n>    c\n> 2. d\n\ne\n") == [
        Leaf(Paragraph("a"), (quote, first), opens=2),
        Leaf(Paragraph("b"), (quote, first, bullet), opens=1),
        Leaf(Paragraph("c"), (quote, first)),
        Leaf(Paragraph("d"), (quote, second), opens=1),
        Leaf(Paragraph("e")),
    ]


def test_code_is_emitted_line_by_line() -> None:
    item = Item(2, list_id=1, number=None, delimiter="-")
    assert parse("- ```py title\n    x\n\n  ```\n") == [
        Leaf(CodeStart("py title"), (item,), opens=1),
        Leaf(CodeLine("  x"), (item,)),
        Leaf(CodeLine(""), (item,)),
        Leaf(CodeEnd(), (item,)),
    ]


def test_the_last_blank_lines_of_indented_code_are_not_code() -> None:
    assert blocks("    a\n\n\n    b\n\n\nc\n") == [
        CodeStart(None),
        CodeLine("a"),
        CodeLine(""),
        CodeLine(""),
        CodeLine("b"),
        CodeEnd(),
        Paragraph("c"),
    ]


@pytest.mark.parametrize("source", ["-", "- ", ">", "> \n", "1.\n\n", "[^a]:\n"])
def test_a_container_with_nothing_inside_is_emitted_as_empty(source: str) -> None:
    (leaf,) = parse(source)
    assert (leaf.block, len(leaf.path), leaf.opens) == (Empty(), 1, 1)


def test_nested_empty_containers_are_one_leaf() -> None:
    (leaf,) = parse("> - 1.\n")
    assert (leaf.block, len(leaf.path), leaf.opens) == (Empty(), 3, 3)


def test_a_paragraph_keeps_the_blanks_of_hard_breaks() -> None:
    assert blocks("a  \nb\\\nc\t\n") == [Paragraph("a  \nb\\\nc")]


# Policies.


def test_the_lines_of_a_paragraph_keep_their_indentation() -> None:
    assert blocks("{\n  a\n\tb\n}\n") == [Paragraph("{\n  a\n    b\n}")]
    assert blocks("  /\\\n /  \\\n") == [Paragraph("  /\\\n /  \\")]
    assert blocks("  alone\n") == [Paragraph("alone")]
    assert blocks("> a\n>   b\n") == [Paragraph("a\n  b")]
    assert blocks(" [l]: /u\n a\n  b\n")[1:] == [Paragraph(" a\n  b")]


def test_in_an_item_only_what_lines_are_indented_beyond_the_least_is_kept() -> None:
    assert blocks("- a\n    b\n") == [Paragraph("a\nb")]
    assert blocks("- a\n    b\n      c\n    d\n") == [Paragraph("a\nb\n  c\nd")]
    assert blocks("- a\n    b\nlazy\n") == [Paragraph("a\nb\nlazy")]
    assert blocks("- {\n    a\n  }\n") == [Paragraph("{\n  a\n}")]


def test_only_a_paragraph_of_one_line_becomes_a_heading() -> None:
    assert blocks("a\n===\nb\n--\n") == [Heading(1, "a"), Heading(2, "b")]
    assert blocks("a\nb\n---\n") == [Paragraph("a\nb"), Rule()]
    assert blocks("a\nb\n===\nc\n") == [Paragraph("a\nb\n===\nc")]
    assert blocks("$$\n=\nb\n$$\n") == [MathBlock("$$\n=\nb\n$$")]


def test_a_half_written_underline_is_not_shown() -> None:
    parser = Blocks()
    parser.feed("a\n-")
    assert [leaf.block for leaf in parser.tail(max_chars=99)] == [Paragraph("a")]
    parser.feed(" b")
    assert [leaf.block for leaf in parser.tail(max_chars=99)] == [
        Paragraph("a"),
        Paragraph("b"),
    ]


def test_html_blocks_are_lines_of_text() -> None:
    assert blocks("<details>\n  <b>x\n\n<!-- a\n\nb --> c\n") == [
        HtmlLine("<details>", first=True),
        HtmlLine("  <b>x", first=False),
        HtmlLine("<!-- a", first=True),
        HtmlLine("", first=False),
        HtmlLine("b --> c", first=False),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1. a\n1. b\n1. c\n", [1, 2, 3]),
        ("7. a\n\n\n7. b\n3. c\n", [7, 8, 3]),
        ("3. a\n7. b\n12. c\n", [3, 7, 12]),
        ("2. a\n2. b\n2. c\n3. d\n", [2, 3, 4, 3]),
        ("1. a\n2) b\n3) c\n", [1, 2, 3]),
        ("1. a\n\ntext\n\n5. b\n", [1, 5]),
        ("1. a\n***\n1. b\n", [1, 1]),
        ("0. a\n1. b\n", [0, 1]),
    ],
)
def test_numbers_are_the_writers(source: str, expected: list[int]) -> None:
    assert numbers(source) == expected


def test_loose_and_tight_lists_are_alike() -> None:
    assert parse("- a\n- b\n") == parse("- a\n\n- b\n")


def test_a_definition_is_a_leaf_where_it_stands() -> None:
    assert blocks('[b]\n\n[b c]: </u v>\n "a\nb"\ntext\n') == [
        Paragraph("[b]"),
        Definition("B C", "/u%20v", "a\nb", source='[b c]: </u v>\n"a\nb"'),
        Paragraph("text"),
    ]


def test_a_title_that_is_none_is_text() -> None:
    assert blocks("[a]: /b\n'c\nd\n") == [
        Definition("A", "/b", "", source="[a]: /b"),
        Paragraph("'c\nd"),
    ]


def test_a_footnote_is_a_container_indented_by_four() -> None:
    note, other = Footnote(1, "note"), Footnote(2, "ß-2")
    assert parse("[^note]: a\nlazy\n\n    b\n\n        code\n[^ß-2]: c\n\nd\n") == [
        Leaf(Paragraph("a\nlazy"), (note,), opens=1),
        Leaf(Paragraph("b"), (note,)),
        Leaf(CodeStart(None), (note,)),
        Leaf(CodeLine("code"), (note,)),
        Leaf(CodeEnd(), (note,)),
        Leaf(Paragraph("c"), (other,), opens=1),
        Leaf(Paragraph("d")),
    ]


def test_a_footnote_reference_is_text() -> None:
    assert blocks("[^1] [^2]\n[^ 3]: x\n") == [Paragraph("[^1] [^2]\n[^ 3]: x")]


@pytest.mark.parametrize(
    "source",
    [
        "$$x$$",
        "$$\nx\n$$",
        "$$ a\n+ b\n- c\n> 0 $$  ",
        "\\[ x \\]",
        "\\[\n\\begin{matrix} 1 \\\\[2pt] 2 \\end{matrix}\n= 3\n---\n\\]",
        "$$\n5 \\$$ 6\n$$",
        "$$\n| a |\n|---|\n$$",
    ],
)
def test_display_math_is_one_block(source: str) -> None:
    math = MathBlock(source.rstrip())
    assert blocks(source) == [math]
    assert blocks(f"a\n{source}\nb") == [Paragraph("a"), math, Paragraph("b")]
    quoted = "".join(f"> {line}\n" for line in source.split("\n"))
    assert parse(quoted) == [Leaf(math, (Quote(1),), opens=1)]


@pytest.mark.parametrize(
    "source",
    [
        "$$ is money",
        "$$\nx\n+ y",
        "$$x$$ and more",
        "$$\nx\n$$ and more",
        "$$$$",
        "\\[x",
        "\\[x\\](y)",
        "\\\\[2pt] \\]",
        "inside $$\nx\n$$",
    ],
)
def test_display_math_without_its_closer_is_a_paragraph(source: str) -> None:
    assert blocks(source + "\n\nb") == [Paragraph(source), Paragraph("b")]


def test_blank_lines_fences_headings_and_containers_end_what_might_be_math() -> None:
    assert blocks("$$\na\n\n$$\n") == [Paragraph("$$\na"), Paragraph("$$")]
    assert blocks("$$\n# b\n$$\n") == [Paragraph("$$"), Heading(1, "b"), Paragraph("$$")]
    assert blocks("$$\n```\n$$\n")[:2] == [Paragraph("$$"), CodeStart("")]
    assert blocks("> $$\n> a\n$$\n") == [Paragraph("$$\na\n$$")]
    assert blocks("> $$\n\n$$\n") == [Paragraph("$$"), Paragraph("$$")]


def test_math_where_a_definition_might_be() -> None:
    assert blocks("[a]:\n$$x$$\n") == [Paragraph("[a]:"), MathBlock("$$x$$")]
    assert blocks("[a]: /b\n'c\n$$\nx'y\n$$\n") == [
        Definition("A", "/b", "", source="[a]: /b"),
        Paragraph("'c"),
        MathBlock("$$\nx'y\n$$"),
    ]


def test_a_table_loses_no_cell() -> None:
    source = "|a|b|\n|:-|:-:|\n|1|\n|1|2|3|`4 \\| 5`|\n6\n"
    assert blocks(source) == [
        Table(
            alignments=("left", "center"),
            header=("a", "b"),
            rows=(("1", ""), ("1", "2 | 3 | `4 | 5`"), ("6", "")),
        )
    ]


def test_a_table_does_not_grow_beyond_what_was_written() -> None:
    wide = "|a" * 1000 + "|\n" + "|-" * 1000 + "|\n" + "|x|\n" * 1000
    found = blocks(wide)
    rows = [row for table in found if isinstance(table, Table) for row in table.rows]
    rest = [block.text for block in found if isinstance(block, Paragraph)]
    assert sum(map(len, rows)) < 70_000
    assert len(rows) + "".join(rest).count("x") == 1000


def test_a_leaf_has_no_more_lines_than_can_be_shown_in_one_step() -> None:
    """Each line costs more to show than some characters do."""
    text, rows = "a\n" * 1_300, "|a|\n" * 1_300
    for source in (text, f"> {text}", f"- {text}", text.replace("a", "> a"), f"$$\n{text}"):
        found = [block for block in blocks(source) if isinstance(block, Paragraph)]
        sizes = [block.text.count("\n") + 1 for block in found]
        assert (len(sizes), max(sizes)) == (3, PIECE_LINES)
        assert sum(sizes) == source.count("\n")
    tables = [block for block in blocks(f"|a|\n|-|\n{rows}") if isinstance(block, Table)]
    sizes = [len(table.rows) for table in tables]
    assert (sum(sizes), max(sizes)) == (1_300, PIECE_LINES)


@pytest.mark.parametrize("depth", [60, DEEPEST - 1])
def test_nesting_goes_deep(depth: int) -> None:
    nested = {"> " * depth: depth, "- " * depth: depth, "> 1. - " * (depth // 3): depth}
    for prefix, length in nested.items():
        (leaf,) = parse(prefix + "deep\n")
        assert (leaf.block, len(leaf.path), leaf.opens) == (Paragraph("deep"), length, length)


def test_sixty_lists_deep_line_by_line() -> None:
    lines = [f"{'  ' * depth}- {depth}" for depth in range(60)]
    leaves = parse("\n".join(lines))
    assert [leaf.block for leaf in leaves] == [Paragraph(str(depth)) for depth in range(60)]
    assert [len(leaf.path) for leaf in leaves] == list(range(1, 61))
