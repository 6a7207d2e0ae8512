"""The table of slash commands: its rows, their outcomes, and the dispatch."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from streamchat.app.commands.arguments import require_sound
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Message
from streamchat.core.ports import Reader


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing more to do than to say so."""

    notice: str = ""


@dataclass(frozen=True, slots=True)
class ShowReport:
    """Markdown to show."""

    markdown: str


@dataclass(frozen=True, slots=True)
class AskModel:
    """Ask the model for a reply to the conversation as it stands; if none comes, go
    back to the turn `otherwise`."""

    otherwise: str


@dataclass(frozen=True, slots=True)
class Replay:
    """Show the last `exchanges` of the open conversation again (all when None); of
    these the last screenfuls, or every one when `whole`."""

    notice: str = ""
    exchanges: int | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Redraw:
    """Print a reply again, at the window's present width."""

    reply: Message


@dataclass(frozen=True, slots=True)
class Copy:
    """Put a text on the clipboard; `notice` says what it was."""

    text: str
    notice: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Hand a message of the user's to the prompt. Sent, it begins a branch beside the
    old one; left, nothing has changed."""

    turn: str


@dataclass(frozen=True, slots=True)
class CountRequest:
    """Count and price the next request, which will ask `text`, and say so."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Compact:
    """Ask the model for a summary, and go on from it on a branch of its own."""

    focus: str = ""


@dataclass(frozen=True, slots=True)
class AskUser:
    """What to do is for the user to say: `then` asks at the keyboard and returns what
    comes of it."""

    then: Callable[[Reader], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Quit:
    """Leave the program."""


Outcome: TypeAlias = (
    Done
    | ShowReport
    | AskModel
    | Replay
    | Redraw
    | Copy
    | Edit
    | CountRequest
    | Compact
    | AskUser
    | Quit
)
Handler: TypeAlias = Callable[[Session, str], Outcome]


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the table; `usage` is "/name ARGUMENTS"."""

    usage: str
    aliases: tuple[str, ...]
    run: Handler

    @property
    def name(self) -> str:
        return self.usage.split()[0].removeprefix("/")

    @property
    def argument(self) -> str:
        return self.usage.partition(" ")[2]

    @property
    def help(self) -> str:
        return " ".join((self.run.__doc__ or "").split())


COMMANDS: list[Command] = []


def command(usage: str, *aliases: str) -> Callable[[Handler], Handler]:
    """Put a handler into the table."""

    def add(run: Handler) -> Handler:
        COMMANDS.append(Command(usage, aliases, run))
        return run

    return add


def dispatch(session: Session, line: CommandLine) -> Outcome:
    """Dispatch. Raises UsageError for an unknown name, naming the nearest one."""
    for row in COMMANDS:
        if line.name in (row.name, *row.aliases):
            require_sound(row.usage, line.argument)
            return row.run(session, line.argument)
    raise UsageError(_unknown(line.name))


def _unknown(name: str) -> str:
    names = [n for row in COMMANDS for n in (row.name, *row.aliases)]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5) or [
        n for n in names if name and n.startswith(name)
    ]
    hint = f"; did you mean /{near[0]}?" if near else "; /help lists the commands."
    return f"There is no command /{name[:40]}{hint} (A line starting with // is sent as text.)"


def commands_table() -> str:
    """The table of commands as Markdown, for /help and README."""
    rows = [f"| `{_cell(row.usage)}` | {row.help}{_also(row)} |" for row in COMMANDS]
    return "\n".join(["| command | what it does |", "|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _also(row: Command) -> str:
    return f" Also: {', '.join(f'`/{alias}`' for alias in row.aliases)}." if row.aliases else ""


KEYS = '''\
| key | what it does |
|---|---|
| `Enter` | send |
| `Alt-Enter`, `Ctrl-J`, a trailing `\\` | a new line in the message; so does a paste |
| `"""` | begins and ends a message of many lines |
| `Ctrl-C`, `Esc` | stop the answer and keep what arrived |
| `Ctrl-C` at the prompt | clear the line |
| `Esc` `Esc` | on an empty line, take the last question back to edit it |
| `Ctrl-O` | show the last thinking, whole |
| `Ctrl-D` | leave, on an empty line; so does `Ctrl-C` twice |
| `Up`, `Ctrl-R` | recall and search what was typed before |
| `Ctrl-X` `Ctrl-E`, `Ctrl-G` | write the message in your editor |
| `Ctrl-X` `Ctrl-P` | show a long paste that is shown as its number of lines |
| `Ctrl-L` | clear the screen, not the scrollback |
| `Ctrl-Z` | suspend |
| `Tab` | complete a command |
'''
