"""The cells of an open table are parsed once, however many frames show them."""

from __future__ import annotations

from sheets import LINKED

from streamchat.core.markdown.inline import Reference
from streamchat.render.markdown.live_inline import LiveInline
from streamchat.render.style import Palette

REFERENCES: dict[str, Reference] = {"REF": Reference("http://r.org", "")}


def test_the_cells_of_an_open_table_are_parsed_once() -> None:
    live = LiveInline(Palette(LINKED))
    cell = live.lines("`a`", REFERENCES, in_cell=True)
    assert live.lines("`a`", REFERENCES, in_cell=True) is cell
    assert live.lines("`a`", REFERENCES, "3", in_cell=True) != cell
