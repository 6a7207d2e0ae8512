"""What the loop has to do after a slash command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from streamchat.core.messages import Message
from streamchat.core.ports import Reader
from streamchat.core.templates import Template


@dataclass(frozen=True, slots=True)
class Done:
    """Done; show the notice, if there is one."""

    notice: str = ""


@dataclass(frozen=True, slots=True)
class ShowReport:
    """Show this Markdown."""

    markdown: str


@dataclass(frozen=True, slots=True)
class AskModel:
    """Ask the model for a reply to the conversation as it is. If none comes, go back
    to the turn `otherwise`. `question` is something that the program asks by itself."""

    otherwise: str
    model: str = ""  # asked this once, instead of the conversation's own
    question: Message | None = None


@dataclass(frozen=True, slots=True)
class Compare:
    """Ask other models the last question too, and show their answers beside the existing one.
    With `is_blind`, the names are hidden until one is kept."""

    models: tuple[str, ...]
    is_blind: bool = False


@dataclass(frozen=True, slots=True)
class Replay:
    """Show the last `exchanges` of the conversation again (None: all). Long ones are cut
    to the last screenfuls unless `whole`."""

    notice: str = ""
    exchanges: int | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Redraw:
    """Print a reply again, at the window's current width."""

    reply: Message


@dataclass(frozen=True, slots=True)
class Copy:
    """Put a text on the clipboard; `subject` says what it is ("The answer")."""

    text: str
    subject: str


@dataclass(frozen=True, slots=True)
class OpenInEditor:
    """Open a text in the user's editor, in a file called `name`."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Put an old message of the user into the prompt. Sending it begins a branch beside
    the old one; otherwise nothing changes."""

    turn: str


@dataclass(frozen=True, slots=True)
class CountRequest:
    """Count and price the next request, with `text` as its question, and show the result."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class AskTitle:
    """Ask a cheap model for a title, and set it."""


@dataclass(frozen=True, slots=True)
class Compact:
    """Ask the model for a summary and continue from it on a new branch."""

    focus: str = ""


@dataclass(frozen=True, slots=True)
class LongWork:
    """Work that may take seconds. If Esc or Ctrl-C stops it, nothing has changed. Its result
    is the next outcome."""

    run: Callable[[], Outcome]


def when_done(act: Callable[[], Outcome]) -> Outcome:
    """Do `act`, which changes something, after the long work, unless the user has stopped
    it."""

    async def then(_reader: Reader) -> Outcome:
        return act()

    return AskUser(then)


@dataclass(frozen=True, slots=True)
class ImportFile:
    """Save the conversations in a file of another program, or only those that match `name`."""

    path: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class RunScript:
    """Run the lines of a file as if they were typed."""

    path: str


@dataclass(frozen=True, slots=True)
class EditFile:
    """Let the user edit a file in their editor; a new one begins as `text`."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class SayPrompt:
    """Say the text of a prompt file, filled with the words that were typed after its name."""

    template: Template
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskUser:
    """Ask the user: `then` asks at the keyboard, after the notice if there is one, and
    returns the next outcome."""

    then: Callable[[Reader], Awaitable[Outcome]]
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Quit:
    """Leave the program."""


Outcome: TypeAlias = (
    Done
    | LongWork
    | ImportFile
    | RunScript
    | EditFile
    | SayPrompt
    | ShowReport
    | AskModel
    | Compare
    | Replay
    | Redraw
    | Copy
    | OpenInEditor
    | Edit
    | CountRequest
    | AskTitle
    | Compact
    | AskUser
    | Quit
)
