"""A line that grows is cut as it would be at once; what stands above its end is kept."""

from __future__ import annotations

import random

import pytest

from streamchat.render.cells import wrap_keeping_indent
from streamchat.render.markdown.growing import GrowingLine
from streamchat.render.markdown.hanging import hanging_cells, wrap_hanging
from streamchat.render.rows import Row
from streamchat.render.spans import Breaker, Line, Span, broken, build_row, merged, text_of
from work import calls_during

TEXTS = (
    "The quick brown fox jumps over the lazy dog, and so on. " * 4,
    "• a line that hangs behind its marker, whenever it has to be wrapped " * 3,
    "   an indented line, and averyveryverylongwordthatfillsrowsbyitselfandgoeson and on " * 2,
    "混合 English 和中文，标点符号（例如逗号）不应该在行首。" * 4,
    "👩‍💻 zero\u200bwidth spaces and soft\xadhyphens, ខ្ញុំ\u200bស្រឡាញ់\u200bភាសា " * 4,
)


def at_once(line: Line, rest: list[Span], breaker: Breaker, width: int, hang: int) -> list[Row]:
    after = [*rest, Span(" " * hang)]
    rows = broken(line, width, breaker)
    return [build_row([*(after if n else rest), *row]) for n, row in enumerate(rows)]


def spans_of(text: str, rng: random.Random) -> Line:
    """The text in stretches of several looks."""
    line = []
    while text:
        size = rng.randint(1, 30)
        line.append(Span(text[:size], rng.choice(["", "1", "3"])))
        text = text[size:]
    return merged(line)


@pytest.mark.parametrize("breaker", [wrap_keeping_indent, wrap_hanging])
@pytest.mark.parametrize("width", [7, 20, 41])
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_it_is_cut_as_at_once(text: str, width: int, breaker: Breaker) -> None:
    rng = random.Random(width)
    whole = spans_of(text, rng)
    growing = GrowingLine()
    end = 0
    while end < len(text):
        end += rng.randint(1, 9)
        line = up_to(whole, end)
        hang = hanging_cells(text_of(line), width) if breaker is wrap_hanging else 0
        rest = [Span("▌ ", "2")]
        after = [*rest, Span(" " * hang)]
        rows = growing.rows(line, rest, after, breaker, width=width, later_width=width - hang)
        assert rows == at_once(line, rest, breaker, width, hang)


def up_to(line: Line, end: int) -> Line:
    kept = []
    for span in line:
        kept.append(span._replace(text=span.text[: max(0, end)]))
        end -= len(span.text)
    return merged(kept)


def test_another_line_begins_anew() -> None:
    growing = GrowingLine()
    for text in ("one two three four", "one two three four five", "one too three", ""):
        line = [Span(text)] if text else []
        rows = growing.rows(line, [], [], wrap_keeping_indent, width=8, later_width=8)
        assert rows == at_once(line, [], wrap_keeping_indent, 8, 0)


def test_the_work_on_an_addition_does_not_grow_with_the_line() -> None:
    def calls(words: int) -> int:
        growing = GrowingLine()
        text = "word " * words

        def show(text: str) -> None:
            growing.rows([Span(text)], [], [], wrap_keeping_indent, width=20, later_width=20)

        show(text)
        return calls_during(lambda: show(f"{text}more"))

    assert calls(4_000) == calls(400)
