"""`status_line`: which parts are chosen, and which of them fit."""

from __future__ import annotations

import pytest

from streamchat.core.status_line import STATUS_PARTS, StatusPart, choose_parts, fit_parts

PARTS = (
    StatusPart("model", "opus"),
    StatusPart("cost", "$0.02"),
    StatusPart("attachments", "a.png 12 KB", "1 attached"),
    StatusPart("title", "tea"),
)


def test_no_word_chooses_all_parts_and_off_none() -> None:
    assert choose_parts(()) == STATUS_PARTS
    assert choose_parts(("off",)) == choose_parts(("model", "off")) == ()
    assert choose_parts(("cost", "model", "cost")) == ("cost", "model")


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (35, "opus · $0.02 · a.png 12 KB · tea"),
        (32, "opus · $0.02 · a.png 12 KB · tea"),
        (31, "opus · $0.02 · a.png 12 KB"),
        (25, "opus · a.png 12 KB · tea"),
        (18, "opus · a.png 12 KB"),
        (17, "a.png 12 KB · tea"),
        (10, "1 attached"),
        (5, "opus"),
        (3, "tea"),
        (2, ""),
        (0, ""),
    ],
)
def test_the_parts_that_matter_least_are_left_out_first(width: int, line: str) -> None:
    assert fit_parts(PARTS, width, " · ", len) == line
