"""A question that was sent stands out: its own cells, and nothing beside them."""

from __future__ import annotations

import pytest
from desk import Desk, desk
from prompt_toolkit.data_structures import Size

from streamchat.prompt import PromptLook

STYLE = "fg:#eeeeee bg:#444444"
LOOK = PromptLook(marks=False, has_256_colours=True)


def shaded(at: Desk) -> list[str]:
    """The cells of each row that have a background, in the scrollback too."""
    terminal = at.terminal()
    rows = [*terminal.history.top, *(terminal.buffer[y] for y in range(at.size.rows))]
    columns = range(at.size.columns)
    found = [
        "".join(row[x].data if row[x].bg != "default" else " " for x in columns).strip()
        for row in rows
    ]
    return [row for row in found if row]


def test_the_text_and_nothing_beside_it_has_a_background() -> None:
    with desk(look=LOOK, question_style=lambda: STYLE) as at:
        at.read("two words\nand more\r")
        assert at.screen() == ["❯ two words", "  and more"]
        assert shaded(at) == ["two words", "and more"]
        assert "48;5;238" in at.paper.getvalue()


def test_a_text_taller_than_the_window_has_it_too() -> None:
    with desk(look=LOOK, question_style=lambda: STYLE, size=Size(rows=4, columns=40)) as at:
        at.read("a\nb\nc\nd\ne\r")
        assert shaded(at) == ["a", "b", "c", "d", "e"]


def test_a_command_looks_as_it_was_typed() -> None:
    with desk(look=LOOK, question_style=lambda: STYLE) as at:
        at.read("/help\r")
        assert shaded(at) == []


@pytest.mark.parametrize("keys", ["\x03", "\x04"])
def test_what_was_not_sent_has_none(keys: str) -> None:
    with desk(look=LOOK, question_style=lambda: STYLE) as at:
        at.read(keys)
        assert shaded(at) == []


def test_without_a_style_nothing_changes() -> None:
    with desk(look=LOOK) as at:
        at.read("words\r")
        assert shaded(at) == []
