"""What is known of the saved conversations without opening one: values only.

The files are the truth. An index (`ports.Index`) remembers them, so that a list or a search
need not read them all again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

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


class SavedFile(NamedTuple):
    """A conversation's file as its directory shows it. A file whose size and time are the
    same has not changed."""

    path: str
    size: int
    written_ns: int  # since the epoch


@dataclass(frozen=True, slots=True)
class FileContent:
    """What was found in a file: a conversation, or None and maybe why it cannot be read."""

    file: SavedFile
    conversation: Conversation | None  # None also when it holds no turn
    problem: str = ""


Excerpt: TypeAlias = tuple[tuple[str, bool], ...]
"""A part of a text in pieces; the flag says whether the piece is what was searched for."""


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
    """How many of the changed conversations have been indexed."""

    done: int
    total: int
