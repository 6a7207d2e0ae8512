"""The open leaf is parsed in stretches, and looks as if it were parsed whole."""

from __future__ import annotations

import pytest
from sheets import LINKED, marked

from streamchat.core.markdown.inline import Reference
from streamchat.render.markdown.inline import Inline
from streamchat.render.markdown.live_inline import LiveInline, quiet_cut
from streamchat.render.spans import build_row
from streamchat.render.style import Palette

GROWING = (
    "The **quick** brown *fox `jumps over` the* lazy [dog and](http://x.org 'T') friends, "
    "snake_case names, <kbd title='a b'> keys, a < b, $x_1 + 2$ and [ref] [other label] "
    "~~gone **with** the~~ wind.  \nNext &amp; last ``a`b c`` \\* done "
)
REFERENCES: dict[str, Reference] = {"REF": Reference("http://r.org", "")}


def test_every_step_looks_as_if_it_were_parsed_whole() -> None:
    palette = Palette(LINKED)
    live, inline = LiveInline(palette), Inline(palette)
    for size in range(len(GROWING) + 1):
        source = GROWING[:size]
        shown = [marked(build_row(line)) for line in live.lines(source, REFERENCES)]
        assert shown == [marked(build_row(line)) for line in inline.lines(source, REFERENCES)]
        assert live.missed == inline.missed


def test_another_text_or_more_references_begin_anew() -> None:
    live = LiveInline(Palette(LINKED))
    unresolved = live.lines("see [ref] now and then", {})
    assert marked(build_row(unresolved[0])) == "see [ref] now and then"
    resolved = live.lines("see [ref] now and then", REFERENCES)
    assert marked(build_row(resolved[0])) == "see <http://r.org|{4 ref}> now and then"
    assert marked(build_row(live.lines("other", REFERENCES)[0])) == "other"


def test_the_cells_of_an_open_table_are_parsed_once() -> None:
    live = LiveInline(Palette(LINKED))
    cell = live.lines("`a`", REFERENCES, in_cell=True)
    assert live.lines("`a`", REFERENCES, in_cell=True) is cell
    assert live.lines("`a`", REFERENCES, "3", in_cell=True) != cell


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("one two three", "one two"),
        ("one **two three", "one"),
        ("one **two** three", "one **two**"),
        ("one `a b` c", "one `a b`"),
        ("one `a b", "one"),
        ("one [a b](u v", "one"),
        ("one [a b](u v) c", "one [a b](u v)"),
        ("one [a b c", "one"),
        ("one <kbd x", "one"),
        ("one $x y", "one"),
        (r"one \*two three", r"one \*two"),
        ("one  \ntwo", ""),
        ("one", ""),
    ],
)
def test_a_cut_is_where_no_markup_is_open(text: str, quiet: str) -> None:
    assert text[: quiet_cut(text)] == quiet
