"""Keys and signals are served between steps: none is long, whatever arrives.

`tests/benchmarks/hostile.py` measures many more shapes, at up to a megabyte.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from sheets import SIXTEEN

from shares import share
from streamchat.core.events import BlockStopped
from streamchat.core.messages import Message, text_block
from streamchat.render.markdown import leaf_rows
from streamchat.render.markdown.markdown_rows import MarkdownRows
from streamchat.render.reply.answer import AnswerRows
from streamchat.render.reply.replay import HistoryRows
from streamchat.render.reply.thoughts import SHOWN_ROWS, Thoughts
from streamchat.render.style import Depth, Style
from work import calls_during

LOOK = Style(SIXTEEN, Depth.COLOURS_16, hyperlinks=True)
# The shape that costs most takes four fifths of this.
MOST_CALLS = 250_000
UNITS = (
    *("a\n", "> a\n", "\n", "a\n\n", "- a\n", "1. a\n", "# a\n", "---\n", "    a\n", "<br>\n"),
    *("[a]: b\n", "[^a]: b\n\n", "*", "*a ", "**a", "[", "[]", "[a](", "![", "`", "`a", "$a$"),
    *(
        "$x^{",
        "\\(a",
        "<a ",
        "<b>",
        "&amp;",
        "http://a.b/)",
        "【4†a】",
        "中",
        "e\u0301",
        "👩\u200d",
    ),
)
BEGINNINGS = {
    "": UNITS,
    "> ": ("a\n", "`a`\n", "*a "),
    "- ": ("a\n", "  a\n"),
    "> " * 1_000: ("a\n",),
    "- " * 1_000: ("a\n",),
    "> " * 1_000 + "```\n": ("> " * 1_000 + "a\n",),
    "- " * 1_000 + "```\n": ("\n",),
    "| a |\n|---|\n": ("|a|\n", "| *a* |\n"),
    "```\n": ("a\n", "\n"),
    "```python\n": ("a\n", "(" * 290 + "\n", " " * 290 + "\n"),
    "```java\n": ("if a " * 58 + "\n",),
    "$$\n": ("a\n", "\\frac{"),
    "<div>\n": ("a\n", "<b>a</b>\n"),
}
SHAPES = [(first, unit) for first, units in BEGINNINGS.items() for unit in units]


@pytest.mark.parametrize(("first", "unit"), share(SHAPES, every=26))
def test_no_step_is_long(first: str, unit: str) -> None:
    fold = MarkdownRows(width=80, look=LOOK)
    source = first + unit * (24_000 // len(unit))
    for steps in (fold.feeding(source), fold.closing()):
        while (calls := calls_of_step(steps)) is not None:
            assert calls < MOST_CALLS


def test_definitions_do_not_render_the_paragraph_before_them_each_time() -> None:
    fold, names = MarkdownRows(width=80, look=LOOK), [f"a{number}" for number in range(20)]
    labels, definitions = (f"[{name}]" for name in names), (f"[{name}]: b" for name in names)
    source = f"{' '.join(labels)}\n\n" + "\n".join(definitions)
    assert len(fold.feed(source) + fold.close()) == 2 + 1 + len(names)
    assert fold.leaves_rendered == 1 + len(names) + 1


def test_a_paragraph_waits_for_so_many_definitions_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leaf_rows, "MOST_HELD", 3)
    fold = MarkdownRows(width=80, look=LOOK)
    assert fold.feed("[a]\n\n[b]: c\n[d]: e\n\n") == []
    assert len(fold.feed("[f]: g\n\n")) == 1 + 1 + 3
    assert len(fold.feed("[a]: h\n\n")) == 1


def test_a_stored_answer_is_taken_in_by_steps() -> None:
    answer = Message("assistant", (text_block("a\n" * 120_000),))
    seconds = count()  # one passes with each look at the clock
    history = HistoryRows(LOOK, 80, _new_rows, lambda: float(next(seconds)))
    steps = history.rows([answer])
    for _ in range(16):
        calls = calls_of_step(steps)
        assert calls is not None
        assert calls < MOST_CALLS


@pytest.mark.parametrize("unit", ["word ", "中", "👩\u200d", "\x1b"])
def test_a_question_of_one_line_is_shown_in_steps(unit: str) -> None:
    question = Message("user", (text_block(unit * (50_000 // len(unit))),))
    steps = HistoryRows(LOOK, 80, _new_rows, float).rows([question])
    while (calls := calls_of_step(steps)) is not None:
        assert calls < MOST_CALLS


def test_emoji_that_are_joined_for_ever_are_not_measured_again_for_ever() -> None:
    thoughts = Thoughts(width=80, style="")
    for _ in range(8):
        thoughts.feed("👩\u200d" * 300)
    assert len(thoughts.rows(8)) == SHOWN_ROWS


def test_of_what_a_tool_was_asked_the_beginning_is_shown() -> None:
    call = {"type": "server_tool_use", "name": "web_search", "input": {"query": "中" * 50_000}}
    answer = AnswerRows(look=LOOK, width=80, new_rows=_new_rows, clock=float)
    answer.feed(BlockStopped(0, call))
    assert calls_during(answer.close) < MOST_CALLS


def _new_rows(width: int, look: Style) -> MarkdownRows:
    return MarkdownRows(width=width, look=look)


def calls_of_step(steps: Iterator[object]) -> int | None:
    is_over = False

    def step() -> None:
        nonlocal is_over
        is_over = next(steps, None) is None

    calls = calls_during(step)
    return None if is_over else calls
