"""The live view closes what is half written; what settles is never touched."""

from __future__ import annotations

import pytest
from sheets import LOOK, bare, marked

from streamchat.render.markdown.markdown_rows import MarkdownRows
from streamchat.render.markdown.repair import repaired


@pytest.mark.parametrize(
    ("half", "whole"),
    [
        ("plain", "plain"),
        ("a **b", "a **b**"),
        ("a **b ", "a **b**"),
        ("a **", "a "),
        ("a `co", "a `co`"),
        ("a ``x` y", "a ``x` y``"),
        ("`", ""),
        ("a *b **c", "a *b **c***"),
        ("a ~~b", "a ~~b~~"),
        ("**b*", "**b**"),
        ("**b** c", "**b** c"),
        ("x `a` **b `c", "x `a` **b `c`**"),
        (r"a \**b", r"a \**b*"),
        ("a * b", "a * b"),
        ("snake_ca", "snake_ca"),
        ("_it", "_it_"),
        ("see [label](htt", "see label"),
        ("![im](ht", "im"),
        ("a [a [b]](http://x", "a a [b]"),
        ("[a](b) [c](d", "[a](b) c"),
        ("[x](y(z)", "x"),
        ("[a](x) [b", "[a](x) [b"),
        ("](", "]("),
        ("`` a`", "`` a``"),
        ("`` a`b `", "`` a`b``"),
        ("**a *", "**a**"),
    ],
)
def test_open_marks_are_closed(half: str, whole: str) -> None:
    assert repaired(half) == whole


@pytest.mark.parametrize(
    ("half", "shown"),
    [
        ("| a | b", ["| a | b"]),
        ("| a | b |", ["a │ b", "──┼──"]),
        ("| a | b |\n", ["a │ b", "──┼──"]),
        ("| a | b |\n|", ["a │ b", "──┼──"]),
        ("| a | b |\n|:--", ["a │ b", "──┼──"]),
        ("a | b\n--|", ["a │ b", "──┼──"]),
        ("text\n| a | b |\n|-", ["text", "", "a │ b", "──┼──"]),
        ("| a | b |\ntext", ["| a | b |", "text"]),
        ("a || b\nc", ["a || b", "c"]),
        ("a | b\nc\n--", ["a | b", "c", "--"]),
        ("- | a |\n  |-", ["• a", "  ─"]),
    ],
)
def test_half_a_table_is_shown_as_a_table(half: str, shown: list[str]) -> None:
    fold = MarkdownRows(width=40, look=LOOK)
    fold.feed(half)
    assert [bare(row) for row in fold.tail(9)] == shown


def test_only_the_live_view_is_repaired() -> None:
    fold = MarkdownRows(width=40, look=LOOK)
    assert fold.feed("a **b") == []
    assert [marked(row) for row in fold.tail(5)] == ["a {1 b}"]
    assert [marked(row) for row in fold.close()] == ["a **b"]
