"""What the user types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, TypeAlias, TypeVar

from streamchat.core.ports.archive import Archive

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Typed:
    """One or more lines that the user sent. `was_queued` says that this was during an answer,
    and does not count in comparisons. `recalled` is the text that Up brought back before it
    was edited; "" if the lines were typed."""

    text: str
    was_queued: bool = field(default=False, compare=False, repr=False)
    recalled: str = field(default="", compare=False, repr=False)


class Key(Enum):
    """A key with a meaning of its own at the prompt."""

    INTERRUPT = "ctrl-c on an empty line"
    END = "ctrl-d on an empty line"
    EDIT_PREVIOUS = "esc esc on an empty line"


Input: TypeAlias = Typed | Key


def stops_none(_number: int) -> bool:
    """Used where there is only one reply, which has no number."""
    return False


class PickAct(Enum):
    """What to do with a conversation that was picked."""

    OPEN = "open"
    RENAME = "rename"
    DELETE = "delete"
    FORK = "copy"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Picked:
    """A conversation by the path of its file, what to do with it, and the words by which it
    was found."""

    path: str
    act: PickAct = PickAct.OPEN
    words: str = ""


class Asker(Protocol):
    """Asks the user questions, in a chat or before it."""

    @property
    def can_choose(self) -> bool:
        """Whether somebody is there to choose from a list."""

    def suspend(self) -> bool:
        """If keys are read one by one, give the terminal back soon and stop the process, as
        Ctrl-Z does; otherwise return False. A signal handler may call it."""

    def interrupting(self) -> AbstractContextManager[None]:
        """While entered, Ctrl-C raises KeyboardInterrupt in what runs, for work that has no
        steps between which keys could be served. In a chat, Esc does too, and other keys are
        typed ahead, as in `watching`."""

    async def confirm(self, question: str, *, default: bool) -> bool:
        """Ask a yes-or-no question; leaving it means no."""

    async def choose(
        self,
        question: str,
        options: Sequence[tuple[T, str]],
        *,
        current: T | None = None,
        comes_by_itself: bool = False,
    ) -> T | None:
        """One of the options, each with the text that shows it; None when the user leaves.
        What was typed before a question that `comes_by_itself` does not answer it: it goes to
        the next prompt."""

    async def ask_text(self, question: str, *, prefill: str = "") -> str | None:
        """One line, with `prefill` to edit; None when the user leaves."""

    async def ask_secret(self, question: str) -> str | None:
        """A line that is typed or pasted without being shown; None when the user leaves."""

    async def pick(
        self,
        archive: Archive,
        age: Callable[[float], str],
        *,
        words: str = "",
        note: str = "",
    ) -> Picked | None:
        """Let the user find a conversation, starting with a search for `words`; None when they
        leave. `age` formats how long ago a time was; `note` is shown once. Raises
        DiskError."""


class Reader(Asker, Protocol):
    """The keyboard."""

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        """Show the prompt and return what the user does. `prefill` is text to edit (such as
        a question that failed), `hint` a dim remark ("Ctrl-C again to exit")."""

    def watching(
        self, stop: Callable[[], None], stop_one: Callable[[int], bool] = stops_none
    ) -> AbstractAsyncContextManager[None]:
        """While entered, Esc and Ctrl-C call `stop`; then what was queued is not sent. Esc
        after a digit alone calls `stop_one` first, which says whether there is one with that
        number; if so, the digit is used up and nothing else is stopped. Other keys are typed
        ahead: `read` returns the queued messages one by one, and puts what was not yet entered
        into the prompt."""

    def hold(self) -> int:
        """The answer failed: send nothing that is queued until the user has sent something
        else. Returns how many messages wait."""

    def echo(self, text: str) -> None:
        """Show a line of a script as if it had been typed and sent."""

    def close(self) -> None:
        """Stop reading. Unsent messages are kept for the next chat."""


class Script(Reader, Protocol):
    """Reads the lines of a file as if they were typed; a question is answered by the next
    line."""

    @property
    def place(self) -> str:
        """The file and the number of the line that was typed last: "lines.txt, line 2"."""


class ForgetTyped(Protocol):
    """Removes what was typed in a conversation from the history of the prompt."""

    def __call__(
        self, conversation: str, *, texts: Collection[str], names: Collection[str]
    ) -> None:
        """The lines with the conversation's id, the lines of older versions that equal one
        of the `texts`, the commands that call it by one of the `names`. Raises DiskError."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """What the clipboard gave: a text to insert, and a line to show, for example that it is
    empty."""

    text: str = ""
    line: str = ""


class Clipboard(Protocol):
    """The clipboard, where a program can read it."""

    def read_text(self) -> str | None:
        """None where no program can read it."""

    async def paste(self) -> Pasted:
        """An image is attached to the next message; a text is returned."""


@dataclass(frozen=True, slots=True)
class NoClipboard:
    """A clipboard that no program can read."""

    def read_text(self) -> str | None:
        return None

    async def paste(self) -> Pasted:
        return Pasted(line="Nothing here can read the clipboard.")
