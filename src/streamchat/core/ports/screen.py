"""What the user sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from streamchat.core.events import Event
from streamchat.core.messages import Message
from streamchat.core.records import Turn


class Ending(Enum):
    """How a reply ended."""

    COMPLETE = "complete"
    REFUSED = "refused"
    CUT_OFF = "cut off"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class View(Protocol):
    """Shows one reply. `feed` never blocks and never raises."""

    def feed(self, event: Event) -> None: ...

    async def catch_up(self) -> None:
        """Show everything that was fed; other tasks run meanwhile. Called after the last
        `feed`. If it is cancelled, `close` leaves out the rest."""

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        """Show the rest, the ending and the usage, and release the terminal. Must be called
        exactly once, whatever happened. `seconds` is NaN if they are not known."""


class ComparisonView(Protocol):
    """Shows several replies to one question, each in a View of its own."""

    @property
    def views(self) -> Sequence[View]:
        """In the order of the labels. Their `catch_up` does not wait for each other."""

    async def catch_up(self) -> None:
        """Show everything that was fed to all of them."""

    def close(self) -> None:
        """Show the rest and release the terminal, after every view is closed."""


class CopiedTo(Enum):
    """Where a copied text went."""

    SYSTEM = "a program that keeps the clipboard"
    TMUX = "tmux's buffer"
    TERMINAL = "the terminal, perhaps"


@dataclass(frozen=True, slots=True)
class Copied:
    """The result of a copy; `program` is the program that took the text, if one did."""

    to: CopiedTo
    program: str = ""


@dataclass(frozen=True, slots=True)
class TypeAhead:
    """What the user types while a reply is shown. `text` is the unsent line, with the cursor
    before `text[cursor]`; `queued` are the messages to be sent next, newest last; `is_normal`
    says that vi is in normal mode."""

    text: str = ""
    cursor: int = 0
    queued: tuple[str, ...] = ()
    is_normal: bool = False


class Screen(Protocol):
    """The terminal between prompts. All texts are hostile and are sanitised here."""

    def reply(self, *, model: str, trace: bool = False) -> View:
        """Start to show a reply; until its first event, the status says what the program waits
        for. With `trace`, each RawEvent is shown as a dim line."""

    def compare(self, labels: Sequence[str]) -> ComparisonView:
        """Start to show several replies, each under its label: side by side where there is
        room, else one after the other."""

    def banner(self, lines: list[str]) -> None: ...

    def notice(self, text: str) -> None:
        """Show dim text about the program itself."""

    def error(self, text: str) -> None: ...

    def markdown(self, source: str) -> None:
        """Show a report (help, a list), rendered like an answer."""

    async def history(
        self, turns: tuple[Turn, ...], *, model: str = "", whole: bool = False
    ) -> None:
        """Show old turns as they looked when they arrived: the last screenfuls, or all of
        them if `whole`. Answers by another model than `model` are labelled."""

    async def redraw(self, message: Message) -> None:
        """Print a reply again, at the window's current width."""

    async def copy(self, text: str) -> Copied | None:
        """Put a text on the clipboard; None if that is impossible."""
