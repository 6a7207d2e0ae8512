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
        Raises ApiError, and nothing else, for whatever the server or the way to it
        did; never retries.
        """

    async def count_tokens(self, request: Request) -> int:
        """The size of a request, by the server's own count. Raises ApiError."""


class Journal(Protocol):
    """The file of one open conversation, append-only."""

    @property
    def name(self) -> str:
        """What to call it in the banner: the file's path, or "not saved"."""

    @property
    def saves(self) -> bool:
        """False when nothing of this conversation is on disk."""

    @property
    def unsaved(self) -> int:
        """How many records are not on disk, since the disk refused them."""

    def append(self, *records: Record) -> None:
        """On disk, in one write, when this returns. Raises DiskError; the records are then
        kept to be written before the next ones."""

    def verify(self) -> None:
        """Raises DiskError unless all that was appended is in the file of that name."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation read from its file, and a line for each damage that was met."""

    conversation: Conversation
    journal: Journal
    damage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of an imported conversation."""

    id: str
    title: str
    turns: int
    added: int  # turns that were not saved before
    is_new: bool
    problem: str = ""  # why nothing could be added
    is_busy: bool = False  # another process has it open


class Archive(Protocol):
    """The saved conversations. What finds one may be called from any thread."""

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
        """A copy with an id of its own; on disk when this returns. Raises DiskError."""

    def open(self, ref: str, *, model: str) -> Opened:
        """The conversation that `ref` names: a path (a plain JSON list of messages is
        imported and answers by `model`), the first 4 or more characters of an id, or a
        title. Raises NotFound, DiskError, Busy."""

    def open_newest(self) -> Opened:
        """Raises NotFound when there is no conversation."""

    def read(self, ref: str, *, model: str = "") -> Opened:
        """A conversation to look at only, also while another process has it open."""

    def keep(self, conversation: Conversation) -> Journal:
        """A file for a conversation that had none; holds all of it when this returns."""

    def renew(
        self, conversation: Conversation, journal: Journal
    ) -> tuple[Conversation, Journal]:
        """For a conversation whose file was deleted, changed or replaced under it: a
        journal that writes all of it to a new file of the same name; what is there now is
        put aside. A conversation that can only be read is copied. Nothing is written until
        the journal is verified or appended to."""

    def take_in(self, made: Iterable[Conversation]) -> Iterator[TakenIn]:
        """Save conversations from another program under the ids they have. A conversation
        that was imported before gets the turns that it lacks. Raises DiskError."""

    def delete(self, ref: str) -> None:
        """Take the conversation that `ref` names, and every word that the index remembers
        of it, off the disk. Raises NotFound, Busy, DiskError."""

    def require_deletable(self, ref: str) -> None:
        """Raises what `delete` would raise for a conversation that is open elsewhere, or is
        not one of the saved ones."""

    # Find

    def problems(self) -> list[str]:
        """A line for each file that was skipped because it cannot be read; told once."""

    def summaries(self) -> list[Summary]:
        """Newest first. Raises DiskError."""

    def catch_up(self) -> Iterator[Progress]:
        """Index what was written since the last time, the newest first; each step takes
        about a tenth of a second. Raises DiskError."""

    def search(self, text: str, *, most: int) -> list[Hit]:
        """The turns, of all branches, that hold all words of `text`; the last word may be
        the beginning of one. Titles that match alone come first, then the newest turns.
        Raises DiskError."""

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """The conversations that `text` is found in, each once with its newest hit:
        matching titles first, then by the time of the hit. Without words, the
        conversations that were written last, with their last turn."""


class Index(Protocol):
    """What is remembered of the conversation files; never the truth. May be called from
    any thread. Each method raises DiskError when it cannot work at all."""

    @property
    def losses(self) -> int:
        """How often it had to begin anew, without what was added before."""

    @property
    def trouble(self) -> str:
        """Why it remembers less than it could; "" while it works."""

    def unwritten(self) -> Index:
        """An index that knows the same and writes nothing to disk."""

    def stale(self, files: Sequence[SavedFile], *, texts: bool) -> list[SavedFile]:
        """Which of all the files it must be told of again, since they are new or changed;
        with `texts`, so that what was said in them can be searched too. It forgets
        whatever is not among the files."""

    def add(self, contents: Sequence[FileContent], *, texts: bool) -> None:
        """Remember what was read in files."""

    def problems(self) -> dict[str, str]:
        """Why a file cannot be read, by its path."""

    def summaries(self) -> dict[str, Summary]:
        """What is remembered of each file, by its path."""

    def search(self, text: str, *, most: int) -> list[Hit]:
        """See Archive."""

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """See Archive."""

    def forget(self, path: str) -> None:
        """Keep no word of a file, also on disk."""


class Exporter(Protocol):
    """Conversations in the forms "md", "html" and "json" (a list of wire messages)."""

    def text(self, conversation: Conversation, form: str, *, replies: int | None) -> str:
        """The open branch, or the end of it that holds the last `replies`."""

    def save(
        self,
        conversation: Conversation,
        form: str,
        *,
        path: str,
        replies: int | None,
        replace: bool,
    ) -> str:
        """Write it to `path`, or to a file named after the title, and return where that
        is. Raises UsageError for a file that is there, unless it is to be replaced, and
        DiskError."""


class Ending(Enum):
    """How a reply ended, exactly one of."""

    COMPLETE = "complete"
    REFUSED = "refused"
    CUT_OFF = "cut off"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class View(Protocol):
    """One reply being shown. `feed` never blocks and never raises for any event."""

    def feed(self, event: Event) -> None: ...

    async def catch_up(self) -> None:
        """Nothing more will be fed. Returns when all of it is shown; other tasks run
        meanwhile. When it is cancelled, `close` leaves out what is not shown yet."""

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        """Show all that is still unshown, then the ending and the usage; release the
        terminal. Must be called exactly once, whatever happened."""


class CopiedTo(Enum):
    """Who has the text of a copy."""

    SYSTEM = "a program that keeps the clipboard"
    TMUX = "tmux's buffer"
    TERMINAL = "the terminal, perhaps"


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a copy; `program` put it on the clipboard, if one did."""

    to: CopiedTo
    program: str = ""


@dataclass(frozen=True, slots=True)
class TypeAhead:
    """What is typed while a reply is shown. `text` is the unsent line as the prompt shows
    it, with the cursor before `text[cursor]`; `queued` are the messages that wait to be
    sent, the newest last."""

    text: str = ""
    cursor: int = 0
    queued: tuple[str, ...] = ()


class Screen(Protocol):
    """The terminal between the prompts. All texts are hostile and are sanitised here."""

    def reply(self, *, model: str, trace: bool = False) -> View:
        """Begin to show a reply; what is awaited is shown until its first event. With
        `trace`, a dim line for each RawEvent is shown beside it."""

    def banner(self, lines: list[str]) -> None: ...

    def notice(self, text: str) -> None:
        """Dim text about the program itself."""

    def error(self, text: str) -> None: ...

    def markdown(self, source: str) -> None:
        """A report (help, a list), rendered as an answer would be."""

    async def history(
        self, turns: tuple[Turn, ...], *, model: str = "", whole: bool = False
    ) -> None:
        """Old turns, rendered as they were when they arrived: the last screenfuls, or
        all of them when `whole`. Answers by another model than `model` are labelled."""

    async def redraw(self, message: Message) -> None:
        """Print a reply again, at the window's present width."""

    async def copy(self, text: str) -> Copied | None:
        """Put a text on the clipboard; None where there is no way to."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A line (or several) that the user sent."""

    text: str


class Key(Enum):
    """What a person can say to a prompt without a line."""

    INTERRUPT = "ctrl-c on an empty line"
    END = "ctrl-d on an empty line"
    EDIT_PREVIOUS = "esc esc on an empty line"


Input: TypeAlias = Typed | Key


class Reader(Protocol):
    """The keyboard."""

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        """One prompt. `prefill` is text to edit (a failed prompt handed back), `hint`
        a dim remark beside it ("ctrl-c again to exit")."""

    async def confirm(self, question: str, *, default: bool) -> bool:
        """A question of yes or no; leaving it is a no."""

    async def pick(self, archive: Archive, age: Callable[[float], str]) -> str | None:
        """Let the user find a conversation; returns its path, or None when they leave.
        `age` formats how long ago a time was. Raises DiskError."""

    def watching(self, stop: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """While entered, the keys Esc and Ctrl-C call `stop`; others are kept for the
        next prompt, none is echoed."""
