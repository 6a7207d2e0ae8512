"""What is below the line, and how it shares the rows: the menu and the status line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from prompt_toolkit.document import Document
from prompt_toolkit.output import Output
from prompt_toolkit.shortcuts.prompt import PromptSession

from streamchat.core.status_line import StatusPart
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.completion import opens_menu_in
from streamchat.prompt.hooks import Hooks
from streamchat.prompt.status_bar import LEAST_ROWS

MENU_ROWS = 8


@dataclass(frozen=True, slots=True)
class BelowLine:
    """`count_queued` tells how many messages wait to be sent."""

    hooks: Hooks
    look: PromptLook
    output: Output
    count_queued: Callable[[], int]

    def parts(self) -> Sequence[StatusPart]:
        """The parts of the status line; none where it is off."""
        return self.hooks.status(self.count_queued()) if self.look.status_line else ()

    def menu_opens(self, document: Document) -> bool:
        """Whether a menu opens while this is typed."""
        return self.hooks.shows_menu() and opens_menu_in(document)

    def fit_menu(self, session: PromptSession[Any]) -> None:
        """Reserve rows for the menu only where the window has room: in a lower window,
        prompt_toolkit would show nothing but the menu."""
        rows = self.output.get_size().rows
        below = int(rows >= LEAST_ROWS and bool(self.parts()))
        session.reserve_space_for_menu = min(MENU_ROWS, rows - below)
