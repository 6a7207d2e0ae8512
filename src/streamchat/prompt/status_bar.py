"""The dim line below what is typed.

Rule: it is shown only while the prompt is; sending or leaving the line removes both. A low
window keeps its rows for the text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition, is_done
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import Layout
from prompt_toolkit.layout.containers import ConditionalContainer, HSplit, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.utils import get_cwidth

from streamchat.core.status_line import StatusPart, fit_parts

LEAST_ROWS = 4  # of the window


def add_status_bar(
    layout: Layout, list_parts: Callable[[], Sequence[StatusPart]], *, separator: str
) -> None:
    """Put the line below the layout of a prompt. prompt_toolkit's own toolbar waits until
    the terminal has said where the cursor is, and it is never asked here."""

    def line() -> StyleAndTextTuples:
        columns = get_app().output.get_size().columns
        text = fit_parts(list_parts(), columns - 1, separator, get_cwidth)
        return [("class:status", text)]

    has_room = Condition(lambda: get_app().output.get_size().rows >= LEAST_ROWS)
    has_parts = Condition(lambda: bool(list_parts()))
    bar = Window(FormattedTextControl(line), height=1, dont_extend_height=True)
    # The text takes no more rows than it needs, so that the line is right below it.
    layout.current_window.dont_extend_height = Condition(lambda: True)
    below = ConditionalContainer(bar, ~is_done & has_room & has_parts)
    layout.container = HSplit([layout.container, below])
