"""What was typed and not yet sent, on disk a second after typing stops.

Owns which text is unsent and when it is written; the file is behind `DraftSlot`. Rules: a text
that the history would not keep is not written either; a failing disk loses a draft's place in
the file, but never ends the prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeAlias

from streamchat.prompt.history_file import HistoryEntry, is_kept

DELAY_SECONDS = 1.0


class Cancellable(Protocol):
    """A timer that runs."""

    def cancel(self) -> object: ...


Later: TypeAlias = Callable[[float, Callable[[], None]], Cancellable]
"""Calls a function after that many seconds."""


class DraftSlot(Protocol):
    """Where the drafts of this program are saved while it runs, in case it is killed."""

    def write(self, entries: Sequence[HistoryEntry]) -> None:
        """Replace the saved drafts. Raises OSError."""

    def close(self) -> None:
        """Leave the drafts to another program."""


class Drafts:
    """The unsent lines of one prompt; without a slot, nothing is written. `build_entry` makes
    the entry of a line, `on_problem` is told once why drafts are not saved."""

    def __init__(
        self,
        slot: DraftSlot | None,
        later: Later,
        build_entry: Callable[[str], HistoryEntry],
        on_problem: Callable[[str], None],
    ) -> None:
        self._slot, self._later, self._build_entry = slot, later, build_entry
        self._on_problem = on_problem
        self._lines: tuple[str, ...] = ()
        self._timer: Cancellable | None = None
        self._is_told = False

    def changed(self, lines: Sequence[str]) -> None:
        """These lines are unsent now, the oldest first. They are written once nothing has
        changed for a second; if none is left, the file is removed at once."""
        unsent = tuple(line for line in lines if line.strip())
        if unsent == self._lines:
            return
        self._lines = unsent
        self._stop_timer()
        if unsent:
            self._timer = self._later(DELAY_SECONDS, self.write)
        else:
            self.write()

    @contextmanager
    def written_on_failure(self) -> Iterator[None]:
        """While entered, whatever ends the prompt (a signal, a terminal that is gone) leaves
        what is unsent on the disk."""
        try:
            yield
        except BaseException:
            self.write()
            raise

    def write(self) -> None:
        """Write the unsent drafts now."""
        self._stop_timer()
        if self._slot is None:
            return
        entries = [entry for entry in map(self._build_entry, self._lines) if is_kept(entry)]
        try:
            self._slot.write(entries)
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                self._on_problem(f"the draft is not saved: {error.strerror}")

    def hurry(self) -> None:
        """Write now, if a write is due soon."""
        if self._timer is not None:
            self.write()

    def close(self) -> None:
        """Write the unsent drafts, because the program ends."""
        self.hurry()
        if self._slot is not None:
            self._slot.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def describe_adopted(count: int, key: str) -> str:
    """The line about drafts of earlier chats for the first prompt; `key` recalls them, if not
    ""."""
    if count > 1:
        brings = f" {key} brings them back." if key else ""
        return f"{count} unsent drafts are in the history.{brings}"
    one = f"An unsent draft is one {key} away." if key else "An unsent draft is in the history."
    return one if count else ""
