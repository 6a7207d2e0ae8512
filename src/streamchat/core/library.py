"""The kept conversations as something to find one in: values and Protocols.

A Shelf is what the application and the keyboard see. It is made of the files, which are
the truth, and of a Catalogue, which spares reading them. Nothing here is implemented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from streamchat.core.conversation import Conversation


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list of conversations."""

    id: str
    title: str
    updated: float  # seconds since the epoch
    turns: int
    model: str
    cost_usd: float | None
    path: str


class Kept(NamedTuple):
    """A conversation's file as its directory shows it. It was not changed since when
    size and time are the same."""

    path: str
    size: int
    written_ns: int  # since the epoch


class Files(Protocol):
    """The files of the conversations, for what remembers their content."""

    def kept(self) -> list[Kept]:
        """Newest first. Raises DiskError."""

    def look_into(self, kept: Kept) -> Conversation | None:
        """None for one that holds no turn, or cannot be read."""


Excerpt: TypeAlias = tuple[tuple[str, bool], ...]
"""A part of a text in pieces, each with whether it is what was searched for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where something was found. `turn` is "" for the title of the conversation."""

    summary: Summary
    turn: str
    role: str
    at: str
    excerpt: Excerpt

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.excerpt)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the conversations that had to be read have been."""

    done: int
    total: int


class Shelf(Protocol):
    """The kept conversations, to find one of them. May be called from any thread."""

    def catch_up(self) -> Iterator[Progress]:
        """Take notice of what was written since the last time, the newest first; each
        step takes about a tenth of a second. Raises DiskError."""

    def search(self, text: str, *, most: int) -> list[Hit]:
        """The turns, of all branches, in which all words of `text` occur, the last one
        maybe as a beginning; before them the titles that are found alone. The newest
        first. Raises DiskError."""

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """The conversations that `text` is found in, each once, with its newest hit:
        those with the words in their title first, then by the time of the hit. Without
        words the ones that were written last, with their last turn."""


class Catalogue(Protocol):
    """What is remembered of the files, so that they need not be read again; never the
    truth. Each method raises DiskError when it cannot work at all."""

    def unwritten(self) -> Catalogue:
        """One that knows as much and writes nothing to disk."""

    def summaries(self, files: Files) -> list[Summary]:
        """Newest first, up to date."""

    def catch_up(self, files: Files) -> Iterator[Progress]:
        """See Shelf."""

    def search(self, text: str, *, most: int) -> list[Hit]:
        """See Shelf."""

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """See Shelf."""

    def forget(self, path: str) -> None:
        """Keep no word of a file that was deleted, also on disk."""
