"""What the application needs of the world, as Protocols; the edges implement them.

Nothing here is implemented, and nothing here names a library.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

from streamchat.core.conversation import Conversation
from streamchat.core.events import Event
from streamchat.core.library import FileContent, Hit, Progress, SavedFile
from streamchat.core.library import Summary as Summary
from streamchat.core.messages import Message, Request
from streamchat.core.records import Record, Turn


class Source(Protocol):
    """Where replies come from: a Messages API server."""

    def stream(self, request: Request) -> AsyncGenerator[Event]:
        """Send the request once and yield the reply's events, ending in Finished.

        Cancelling the task that iterates (or `aclose()`) ends the connection at once.
        Every failure of the server or the network is an ApiError. Never retries.
        """

    async def count_tokens(self, request: Request) -> int:
        """The size of a request, counted by the server. Raises ApiError."""


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
class Opened:
    """A conversation read from its file, and a line for each damage that was found."""

    conversation: Conversation
    journal: Journal
    damage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenIn:
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
        """An empty conversation; its file appears with its first turn."""

    def fork(self, conversation: Conversation) -> tuple[Conversation, Journal]:
        """A copy with its own id; on disk when this returns. Raises DiskError."""

    def open(self, ref: str, *, model: str) -> Opened:
        """The conversation that `ref` names: a path (a plain JSON list of messages is
        imported and answers by `model`), the first 4 or more characters of an id, or a
        title. Raises NotFound, DiskError, Busy."""

    def open_newest(self) -> Opened:
        """Raises NotFound when there is no conversation."""

    def read(self, ref: str, *, model: str = "") -> Opened:
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

    def take_in(self, made: Iterable[Conversation]) -> Iterator[TakenIn]:
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

    def summaries(self) -> list[Summary]:
        """Newest first. Raises DiskError."""

    def catch_up(self) -> Iterator[Progress]:
        """Index everything written since the last time, newest first, in steps of about a
        tenth of a second. Raises DiskError."""

    def search(self, text: str, *, most: int) -> list[Hit]:
        """The turns of all branches that contain all words of `text`; the last word may be
        incomplete. Matching titles come first, then the newest turns. Raises DiskError."""

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """The conversations that contain `text`, each once with its newest hit: matching
        titles first, then by the time of the hit. Without words, the conversations that
        were written last, with their last turn."""


class Index(Protocol):
    """What is remembered about the conversation files, which are the truth. May be called
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

    def summaries(self) -> dict[str, Summary]:
        """What is remembered about each file, by its path."""

    def search(self, text: str, *, most: int) -> list[Hit]:
        """See Archive."""

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """See Archive."""

    def forget(self, path: str) -> None:
        """Forget a file; none of its words stays on disk."""


class Exporter(Protocol):
    """Conversations in the forms "md", "html" and "json" (a list of wire messages)."""

    def text(self, conversation: Conversation, form: str, *, replies: int | None) -> str:
        """The current branch, or its last `replies` with their questions."""

    def save(
        self,
        conversation: Conversation,
        form: str,
        *,
        path: str,
        replies: int | None,
        replace: bool,
    ) -> str:
        """Write it to `path`, or to a file named after the title, and return the path.
        Raises DiskError, and UsageError if the file exists and `replace` is false."""


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
        exactly once, whatever happened."""


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
    """What the user types while a reply is shown. `text` is the unsent line, with the
    cursor before `text[cursor]`; `queued` are the messages to be sent next, newest last."""

    text: str = ""
    cursor: int = 0
    queued: tuple[str, ...] = ()


class Screen(Protocol):
    """The terminal between prompts. All texts are hostile and are sanitised here."""

    def reply(self, *, model: str, trace: bool = False) -> View:
        """Start to show a reply; until its first event, the status says what is awaited.
        With `trace`, each RawEvent is shown as a dim line."""

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


@dataclass(frozen=True, slots=True)
class Typed:
    """One or more lines that the user sent."""

    text: str


class Key(Enum):
    """A key that means something by itself at the prompt."""

    INTERRUPT = "ctrl-c on an empty line"
    END = "ctrl-d on an empty line"
    EDIT_PREVIOUS = "esc esc on an empty line"


Input: TypeAlias = Typed | Key


class Reader(Protocol):
    """The keyboard."""

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        """Show the prompt and return what the user does. `prefill` is text to edit (such as
        a question that failed), `hint` a dim remark ("Ctrl-C again to exit")."""

    async def confirm(self, question: str, *, default: bool) -> bool:
        """Ask a yes-or-no question; leaving it means no."""

    async def pick(self, archive: Archive, age: Callable[[float], str]) -> str | None:
        """Let the user find a conversation; returns its path, or None when they leave.
        `age` formats how long ago a time was. Raises DiskError."""

    def watching(self, stop: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """While entered, Esc and Ctrl-C call `stop`. Other keys are kept for the next
        prompt; none is echoed."""
