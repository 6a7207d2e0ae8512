"""What is known about saved conversations without opening them: values only.

The files are the truth. An index (`ports.Index`) remembers their content, so that a list or
a search does not have to read all of them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from streamchat.core.conversation import Conversation


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """One line of the list of conversations."""

    id: str
    title: str
    updated: float  # seconds since the epoch
    turns: int
    model: str
    cost_usd: float | None
    path: str
    directory: str | None = None  # where it began


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """Conversations that began in `directory`, whose directory contains `part`, in which a
    model answers whose name contains `model`, written from `after_s` on and before `before_s`
    (seconds since the epoch); None does not limit them. With `has_code`, those with a block of
    code."""

    directory: str | None = None
    part: str | None = None
    model: str | None = None
    after_s: float | None = None
    before_s: float | None = None
    has_code: bool = False


EVERYWHERE = ConversationFilter()


class SavedFile(NamedTuple):
    """A conversation file as its directory shows it. If size and time are the same, the
    file has not changed."""

    path: str
    size: int
    written_ns: int  # since the epoch


@dataclass(frozen=True, slots=True)
class FileContent:
    """The content of a file: a conversation, or None and perhaps why it is unreadable."""

    file: SavedFile
    conversation: Conversation | None  # None also when it holds no turn
    problem: str = ""


Excerpt: TypeAlias = tuple[tuple[str, bool], ...]
"""A part of a text in pieces; the flag says whether the piece is what was searched for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result. `turn` is "" for a match in the title of the conversation."""

    summary: ConversationSummary
    turn: str
    role: str
    at: str
    excerpt: Excerpt

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.excerpt)


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How many of the changed conversations have been indexed."""

    done: int
    total: int
