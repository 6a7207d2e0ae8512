"""How the source was cut never matters, nothing is lost, and the work is linear."""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from itertools import product
from pathlib import Path

import pytest
from documents import TOUR, random_cuts, random_document
from shapes import SHAPES, mixed
from sheets import LINKED, LOOK, SIXTEEN, bare, marked, sheet, streamed

from shares import share
from streamchat.core.sanitize import clean
from streamchat.core.theme import theme_named
from streamchat.render.cells import cell_len
from streamchat.render.markdown.markdown_rows import MarkdownRows, preload_markdown, render
from streamchat.render.rows import Row
from streamchat.render.screen.painter import Painter
from streamchat.render.style import PLAIN, Depth, Style

CORPUS = Path(__file__).parent.parent / "data" / "escape_corpus.json"
COLOURS = Style(SIXTEEN, Depth.COLOURS_16, hyperlinks=True)
RICH = Style(theme_named("dark"), Depth.TRUE_COLOUR, hyperlinks=True)
WIDTHS = (1, 2, 3, 7, 10, 20, 40, 80, 132)
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]")


def is_unbroken(text: str, source: str) -> bool:
    """Whether it is a line of code or an address as it was written."""
    lines = (clean(line).expandtabs(4) for line in source.split("\n"))
    return text.lstrip().startswith("https://") or any(text.strip() in line for line in lines)


def check_rows(rows: list[Row], width: int, source: str) -> None:
    """No control but our own, of the width it says, no wider than the window."""
    for row in rows:
        text = bare(row)
        assert not _FORBIDDEN.search(text), row
        assert cell_len(text) == row.width
        # An ideograph in a window of one cell; a line that the terminal has to wrap.
        assert row.width <= max(width, 2) or is_unbroken(text, source)
        assert not row.text.endswith(" ")
        assert row.text.count("\x1b[0m") * 2 == row.text.count("\x1b[")
        assert row.text.count("\x1b]8;;\x1b\\") * 2 == row.text.count("\x1b]8;")


@pytest.mark.parametrize(
    ("width", "look"), share(product([2, 20, 40, 80], [LOOK, COLOURS, RICH, PLAIN]), every=5)
)
def test_streaming_by_character_is_one_shot(width: int, look: Style) -> None:
    at_once = render(TOUR, width=width, look=look)
    check_rows(at_once, width, TOUR)
    assert streamed(TOUR, width, look, tail_height=10) == at_once


@pytest.mark.parametrize("seed", share(range(5), every=5))
def test_streaming_random_documents_in_random_pieces_is_one_shot(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(50):
        source, width = random_document(rng), rng.choice(WIDTHS)
        look = rng.choice([LOOK, COLOURS, RICH, PLAIN])
        at_once = render(source, width=width, look=look)
        check_rows(at_once, width, source)
        assert streamed(source, width, look, tail_height=rng.choice([1, 3, 23])) == at_once
        assert streamed(random_cuts(rng, source), width, look) == at_once


def test_no_letter_is_lost() -> None:
    rng = random.Random(7)
    for _ in range(150):
        source, width = random_document(rng), rng.choice([20, 40, 132])
        shown = Counter("".join(map(bare, render(source, width=width, look=LOOK))))
        # Entities are what they stand for, and tags of style are styles.
        letters = re.sub(r"&\w+;|&#\w+;|<br>|</?kbd>", "", source)
        assert not Counter(filter(str.isalpha, letters)) - shown, source


@pytest.mark.parametrize("kind", ["{}", "`{}`", "# {}", "- {}", "> {}", "|{}|\n|---|\n|{}|"])
def test_no_payload_reaches_the_terminal(kind: str) -> None:
    payloads: list[dict[str, str]] = json.loads(CORPUS.read_text())
    assert len(payloads) > 90
    for payload in payloads:
        text = payload["payload"][:2000]
        for source in (kind.replace("{}", text), f"[a](<{text}>)", f"```{text}\n{text}\n```"):
            check_rows(render(source, width=40, look=COLOURS), 40, source)


def test_the_tail_is_what_closing_now_would_add() -> None:
    fold = MarkdownRows(width=40, look=LOOK)
    assert [marked(row) for row in fold.feed("one\n\ntwo [a]\n\nthr")] == ["one"]
    assert [marked(row) for row in fold.tail(9)] == ["", "two [a]", "", "thr"]
    assert [marked(row) for row in fold.tail(2)] == ["", "thr"]
    assert [marked(row) for row in fold.close()] == ["", "two [a]", "", "thr"]


def test_a_definition_being_written_does_not_leak() -> None:
    fold = MarkdownRows(width=40, look=LOOK)
    assert fold.feed("see [a]\n\n[a]: /x") == []
    assert marked(fold.tail(9)[0]) == "see {4 a}{2  (/x)}"
    rows = fold.feed("y\n\nend [a]\n\n") + fold.close()
    assert [marked(row) for row in rows] == [
        "see {4 a}{2  (/xy)}",
        "",
        "{2 [a]: /xy}",
        "",
        "end {4 a}{2  (/xy)}",
    ]


def test_a_leaf_waits_for_definitions_only_while_it_lacks_one() -> None:
    rows = MarkdownRows(width=40, look=LOOK)
    source = "see [x] and [y]\n\n[x]: /u\n[y]: /v\n[z]: /w\n"
    shown = [bare(row) for row in rows.feed(source)]
    assert shown == ["see x (/u) and y (/v)", "", "[x]: /u", "[y]: /v"]
    assert [bare(row) for row in rows.close()] == ["[z]: /w"]


def test_no_row_of_the_tail_is_wider_than_the_window() -> None:
    rows = MarkdownRows(width=24, look=LOOK)
    address = "https://example.org/wider-than-the-window"
    for piece in (
        f"[a] {address} ",
        "b\n\n",
        f"[1]: {address}/1\n",
        f"[2]: {address}/2\n\n",
        "c",
    ):
        assert rows.feed(piece) == []
        assert max(row.width for row in rows.tail(20)) <= 24
    rows.resize(20)
    assert max(row.width for row in rows.tail(20)) <= 20
    assert max(row.width for row in rows.close()) == len(f"{address}/2")


def test_the_tail_never_takes_more_than_its_height() -> None:
    fold = MarkdownRows(width=20, look=LOOK)
    fold.feed("a *word " + "word " * 1500)
    fold.tail(5)
    for height in (1, 2, 5, 23):
        tail = fold.tail(height)
        assert len(tail) == height
        assert marked(tail[-1]).endswith("word")


def test_a_huge_open_table_shows_its_header_and_its_last_rows() -> None:
    fold = MarkdownRows(width=40, look=LOOK)
    fold.feed("| name | n |\n|---|--:|\n" + "".join(f"| row | {n} |\n" for n in range(500)))
    tail = [bare(row) for row in fold.tail(10)]
    assert tail[-1].split() == ["row", "│", "499"]
    assert len(tail) == 10


def test_rows_after_a_resize_have_the_new_width() -> None:
    fold = MarkdownRows(width=40, look=LOOK)
    fold.feed("some words [a] that wrap somewhere [c]\n\n")
    for more in ("", "[a]: /x\n", "[b]: /y\n"):
        fold.feed(more)
        fold.resize(14)
        assert max(row.width for row in fold.tail(20)) <= 14
        fold.resize(40)
        assert max(row.width for row in fold.tail(20)) > 14
    fold.resize(14)
    rows = fold.feed("\nnext\n\n")
    assert [bare(row) for row in rows][:3] == [
        "some words a",
        "(/x) that wrap",
        "somewhere [c]",
    ]
    fold.feed("```python\n" + "x = 1 + 2 + 3 + 4\n" * 3)
    fold.resize(10)
    assert [bare(row) for row in fold.tail(2)] == ["x = 1 + 2", "+ 3 + 4"]


@pytest.mark.parametrize("width", [-1, 0, 1])
def test_a_window_of_no_width_is_one_cell_wide(width: int) -> None:
    assert sheet("ab", width) == ["a", "b"]


def test_addresses_are_written_alike_in_every_frame() -> None:
    source = "[l](http://x.org) and [m](http://y.org)"
    assert render(source, width=40, look=LINKED) == render(source, width=40, look=LINKED)


# Below these sizes, a shape is shorter than what is cropped, or than a piece of a paragraph.
LEAST = {"definitions": 2, "a lazy quote": 16}


@pytest.mark.parametrize("shape", share(["everything mixed", *SHAPES], every=5))
def test_the_work_grows_with_the_input(shape: str) -> None:
    """Counted, a live view on the screen for every 60 characters: 4 times the input, 4.6
    the work, of every kind."""
    sizes = SHAPES.get(shape, several_mixed)
    first = LEAST.get(shape, 1)
    for small, large in zip(work_of(sizes(first)), work_of(sizes(4 * first)), strict=True):
        assert large <= 4.6 * small + 20


def several_mixed(count: int) -> str:
    return mixed(8_000) * count


def work_of(source: str) -> tuple[int, ...]:
    fold = MarkdownRows(width=80, look=COLOURS)
    painter = Painter(width=80, height=24)
    written = 0
    for start in range(0, len(source), 60):
        rows = fold.feed(source[start : start + 60])
        written += len(painter.frame(rows, fold.tail(22)))
    written += len(painter.finish(fold.close()))
    return fold.leaves_rendered, fold.characters_lexed, fold.lines_parsed, written


def test_preloading_leaves_nothing_to_import() -> None:
    preload_markdown()
    loaded = set(sys.modules)
    render(TOUR, width=40, look=COLOURS)
    assert set(sys.modules) == loaded
