"""What is open is not parsed anew in every frame: only its last words change."""

from __future__ import annotations

import random

import pytest
from documents import TOUR, random_document
from sheets import LINKED, LOOK

from streamchat.core.markdown.inline import Reference
from streamchat.render.markdown.inline import Inline
from streamchat.render.markdown.live_inline import LiveInline
from streamchat.render.markdown.markdown_rows import MarkdownRows
from streamchat.render.spans import merged
from streamchat.render.style import Palette
from work import calls_during

REFERENCES: dict[str, Reference] = {"REF": Reference("http://r.org", "")}
WORDS = "*some* words with `code` in **them** and "


def test_the_cells_of_an_open_table_are_parsed_once() -> None:
    live = LiveInline(Palette(LINKED))
    cell = live.lines("`a`", REFERENCES, in_cell=True)
    assert live.lines("`a`", REFERENCES, in_cell=True) is cell
    assert live.lines("`a`", REFERENCES, "3", in_cell=True) != cell


@pytest.mark.parametrize("seed", range(4))
def test_a_text_that_grows_has_the_spans_of_the_whole(seed: int) -> None:
    rng = random.Random(seed)
    live, once = LiveInline(Palette(LINKED)), Inline(Palette(LINKED))
    for source in ("[ref] " + WORDS * 3, TOUR[:300], random_document(rng)):
        for end in range(0, len(source), rng.randint(1, 20)):
            shown = live.lines(source[:end], REFERENCES)
            whole = once.lines(source[:end], REFERENCES)
            assert list(map(merged, shown)) == list(map(merged, whole)), source[:end]
            assert live.missed == once.missed


def test_a_frame_costs_what_the_last_words_cost() -> None:
    def calls(known: int) -> int:
        live = LiveInline(Palette(LINKED))
        for count in range(1, known + 1):
            live.lines(WORDS * count, REFERENCES)
        return calls_during(lambda: live.lines(WORDS * known + "and", REFERENCES))

    assert calls(20) < 1.2 * calls(3)


def test_what_waits_for_the_end_of_the_line_is_rendered_once() -> None:
    def calls(source: str) -> int:
        fold = MarkdownRows(width=60, look=LOOK)
        fold.feed(source)
        fold.tail(20)
        fold.feed("m")
        return calls_during(lambda: fold.tail(20))

    assert calls(f"- {WORDS * 3}\n- the next ite") < 1.2 * calls("- words\n- the next ite")
