"""The saved conversations: their files, their index, and exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from streamchat.core.conversation import Conversation
from streamchat.core.conversation_index import (
    EVERYWHERE,
    ConversationFilter,
    ConversationSummary,
    FileContent,
    Hit,
    IndexProgress,
    SavedFile,
)
from streamchat.core.records import Record


class Journal(Protocol):
    """The file of one open conversation, append-only."""

    @property
    def name(self) -> str:
        """The name to show: the file's path, or "not saved"."""

    @property
    def saves(self) -> bool:
        """False if nothing of this conversation is written to disk."""

    @property
    def unsaved(self) -> int:
        """How many records are not on disk because writing them failed."""

    def append(self, *records: Record) -> None:
        """Write records, all at once; they are on disk when this returns. After a
        DiskError they are kept and written before the next ones."""

    def verify(self) -> None:
        """Raises DiskError unless everything that was appended is in the file."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class OpenedConversation:
    """A conversation read from its file, and a line for each damage that was found."""

    conversation: Conversation
    journal: Journal
    damage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of importing one conversation."""

    id: str
    title: str
    turns: int
    added: int  # turns that were not saved before
    is_new: bool
    problem: str = ""  # why nothing could be added
    is_busy: bool = False  # another process has it open


class Archive(Protocol):
    """The saved conversations. The methods under "Find" may be called from any thread."""

    @property
    def saves(self) -> bool:
        """False when new turns are not written (--no-save)."""

    def not_saving(self) -> Archive:
        """The same conversations; nothing is written."""

    def saving(self) -> Archive:
        """The archive that writes."""

    # Open and save

    def start(self, model: str, system: str | None) -> tuple[Conversation, Journal]:
        """An empty conversation; its file is created with its first turn."""

    def fork(self, conversation: Conversation) -> tuple[Conversation, Journal]:
        """A copy with its own id. `verify` of its journal writes it, or its next turn does."""

    def open(self, ref: str, *, model: str) -> OpenedConversation:
        """The conversation that `ref` names: a path (a plain JSON list of messages is
        imported and answers by `model`), the first 4 or more characters of an id, or a
        title. Raises NotFound, DiskError, Busy."""

    def open_newest(self) -> OpenedConversation:
        """Raises NotFound when there is no conversation."""

    def read(self, ref: str, *, model: str = "") -> OpenedConversation:
        """Open a conversation to read only, even while another process has it open."""

    def keep(self, conversation: Conversation) -> Journal:
        """Write a conversation that was not saved to a file; complete when this returns."""

    def renew(
        self, conversation: Conversation, journal: Journal
    ) -> tuple[Conversation, Journal]:
        """A new journal for a conversation whose file was deleted, changed or replaced
        while it was open. It writes the whole conversation to a new file of the same name
        and moves the present file aside. A read-only conversation is copied. Nothing is
        written before `verify` or `append`."""

    def take_in(self, made: Iterable[Conversation]) -> Iterator[ImportResult]:
        """Save conversations from another program under the ids they have. A conversation
        that was imported before gets the turns that it lacks. Raises DiskError."""

    def delete(self, ref: str) -> None:
        """Remove the conversation that `ref` names, and all its words in the index, from
        the disk. Raises NotFound, Busy, DiskError."""

    def require_deletable(self, ref: str) -> None:
        """Raises what `delete` would raise for a conversation that is open elsewhere or is
        not saved."""

    # Find

    def problems(self) -> list[str]:
        """A line for each file that was skipped as unreadable; each is returned once."""

    def summaries(self) -> list[ConversationSummary]:
        """Newest first. Raises DiskError."""

    def catch_up(self) -> Iterator[IndexProgress]:
        """Index everything written since the last time, newest first, in steps of about a
        tenth of a second. Raises DiskError."""

    def search(self, text: str, *, most: int) -> list[Hit]:
        """The turns of all branches that contain all words of `text`; the last word may be
        incomplete. Matching titles come first, then the newest turns. For filters among the
        words see `conversation_filter`. Raises DiskError, UsageError."""

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """The conversations that contain `text`, each once with its newest hit: matching
        titles first, then by the time of the hit. For filters among the words see
        `conversation_filter`; one that is incomplete does not count. Without words, the
        conversations that were written last, with their last turn."""


class Index(Protocol):
    """What is remembered about the conversation files; the files are the truth. May be called
    from any thread. Each method raises DiskError if it cannot work at all."""

    @property
    def losses(self) -> int:
        """How often the index had to be started again, without its earlier content."""

    @property
    def trouble(self) -> str:
        """Why the index is incomplete; "" while it works."""

    def unwritten(self) -> Index:
        """The same index, but nothing is written to disk."""

    def stale(self, files: Sequence[SavedFile], *, texts: bool) -> list[SavedFile]:
        """Which of all the files must be read again because they are new or changed; with
        `texts`, for a search in their texts too. Forgets all files that are not listed."""

    def add(self, contents: Sequence[FileContent], *, texts: bool) -> None:
        """Remember the content of files."""

    def problems(self) -> dict[str, str]:
        """Why a file cannot be read, by its path."""

    def summaries(self) -> dict[str, ConversationSummary]:
        """What is remembered about each file, by its path."""

    def search(
        self, text: str, *, most: int, within: ConversationFilter = EVERYWHERE
    ) -> list[Hit]:
        """See Archive; only conversations that pass the filter."""

    def browse(
        self, text: str, *, most: int, within: ConversationFilter = EVERYWHERE
    ) -> list[Hit]:
        """See Archive; only conversations that pass the filter."""

    def forget(self, path: str) -> None:
        """Forget a file; none of its words stays on disk."""


class Exporter(Protocol):
    """Conversations as text, in one of EXPORT_FORMATS."""

    def text(self, conversation: Conversation, format: str, *, replies: int | None) -> str:
        """The current branch, or its last `replies` with their questions."""

    def save(
        self,
        conversation: Conversation,
        format: str,
        *,
        path: str,
        replies: int | None,
        replace: bool,
    ) -> str:
        """Write it to `path`, or to a file named after the title, and return the path.
        Raises DiskError, and UsageError if the file exists and `replace` is false."""
