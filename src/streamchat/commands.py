"""The slash commands, one row each.

A row is a function: its usage line and aliases stand in the decorator, its docstring is
the help. Dispatch, completion, /help and README read the same table. A handler changes
the session and returns an outcome for the loop to act on; it never prints.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from streamchat.errors import UsageError
from streamchat.line import Run
from streamchat.listing import conversations_table
from streamchat.session import Session


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing more to do than to say so."""

    notice: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Markdown to show."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Answer:
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
class Quit:
    """Leave the program."""


Outcome: TypeAlias = Done | Report | Answer | Replay | Quit
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


def run(session: Session, line: Run) -> Outcome:
    """Dispatch. Raises UsageError for an unknown name, naming the nearest one."""
    for row in COMMANDS:
        if line.name in (row.name, *row.aliases):
            return row.run(session, line.argument)
    raise UsageError(_unknown(line.name))


def _unknown(name: str) -> str:
    names = [n for row in COMMANDS for n in (row.name, *row.aliases)]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5) or [
        n for n in names if name and n.startswith(name)
    ]
    hint = f"; did you mean /{near[0]}?" if near else "; /help lists the commands."
    return f"There is no command /{name}{hint} (A line starting with // is sent as text.)"


@command("/help", "?")
def show_help(_session: Session, _argument: str) -> Outcome:
    """List the commands and the keys."""
    return Report(f"{commands_table()}\n{KEYS}")


def commands_table() -> str:
    """The table of commands as Markdown, for /help and README."""
    rows = [f"| `{row.usage}` | {row.help}{_also(row)} |" for row in COMMANDS]
    return "\n".join(["| command | what it does |", "|---|---|", *rows, ""])


def _also(row: Command) -> str:
    return f" Also: {', '.join(f'`/{alias}`' for alias in row.aliases)}." if row.aliases else ""


KEYS = """\
| key | what it does |
|---|---|
| `Enter` | send |
| `Alt-Enter`, `Ctrl-J`, a trailing `\\` | a new line in the message; so does a paste |
| `Ctrl-C`, `Esc` | stop the answer and keep what arrived; at the prompt, clear the line |
| `Ctrl-D` | leave, on an empty line; so does `Ctrl-C` twice |
| `Ctrl-R`, `Up` | search and recall what was typed before |
| `Ctrl-X Ctrl-E` | write the message in your editor |
| `Tab` | complete a command |
"""


@command("/exit", "quit", "q", "bye")
def leave(_session: Session, _argument: str) -> Outcome:
    """Leave; every turn is already on disk."""
    return Quit()


@command("/new", "clear", "reset")
def new(session: Session, _argument: str) -> Outcome:
    """Begin a new conversation; the old one is kept."""
    session.begin()
    return Done("New conversation.")


@command("/model [ID]")
def model(session: Session, argument: str) -> Outcome:
    """Show the model, or go on with another one."""
    if not argument:
        return Done(f"The model is {session.conversation.model}.")
    session.record(session.conversation.configure(model=argument))
    return Done(f"{argument} answers from here on.")


@command("/system [TEXT|off]")
def system(session: Session, argument: str) -> Outcome:
    """Show the system prompt, or set it for the turns to come."""
    if not argument:
        current = session.conversation.system
        return Done(f"System prompt: {current}" if current else "There is no system prompt.")
    text = None if argument == "off" else argument
    session.record(session.conversation.configure(system=text))
    return Done("System prompt set." if text else "System prompt removed.")


@command("/retry [MODEL]")
def retry(session: Session, argument: str) -> Outcome:
    """Ask the last question again, of another model if one is named; the old answer
    stays in the file."""
    head = session.conversation.head
    if head is None or session.conversation.last_question is None:
        raise UsageError("There is no question to ask again.")
    if argument:
        session.record(session.conversation.configure(model=argument))
    session.record(session.conversation.retry())
    return Answer(otherwise=head)


@command("/undo [N]")
def undo(session: Session, argument: str) -> Outcome:
    """Take back the last N exchanges (1 if not said); they stay in the file."""
    count = _positive(argument, default=1)
    asked = sum(turn.message.role == "user" for turn in session.conversation.path)
    if not asked:
        raise UsageError("There is nothing to undo.")
    session.record(session.conversation.undo(min(count, asked)))
    return Done(f"Took back {_exchanges(min(count, asked))}.")


def _exchanges(count: int) -> str:
    return "1 exchange" if count == 1 else f"{count} exchanges"


def _positive(argument: str, *, default: int) -> int:
    if not argument:
        return default
    if not argument.isdecimal() or int(argument) < 1:
        raise UsageError(f"Say how many as a whole number, not {argument!r}.")
    return int(argument)


@command("/resume [REF]")
def resume(session: Session, argument: str) -> Outcome:
    """Open another conversation by its title, its id (4 or more characters) or a path;
    without REF, list them."""
    if not argument:
        return list_conversations(session, argument)
    opened = session.archive.open(argument, model=session.conversation.model)
    session.switch(opened.conversation, opened.journal)
    for line in opened.damage:
        session.warn(line)
    return Replay(f"Resumed: {opened.conversation.title or 'untitled'}")


@command("/list [N]")
def list_conversations(session: Session, argument: str) -> Outcome:
    """List the newest N conversations (20 if not said)."""
    summaries = session.archive.summaries()[: _positive(argument, default=20)]
    if not summaries:
        return Done("No conversations are kept yet.")
    return Report(conversations_table(summaries, now=session.clock()))


@command("/save [TITLE]")
def save(session: Session, argument: str) -> Outcome:
    """Say where the conversation is kept, and name it if a TITLE is given. One begun
    with --no-save is written from here on, whole."""
    if argument:
        session.record(session.conversation.rename(argument))
    if not session.journal.saves:
        session.journal = session.archive.keep(session.conversation)
    return Done(f"Kept in {session.journal.name}")


@command("/show [N]")
def show(session: Session, argument: str) -> Outcome:
    """Show the conversation again, or only its last N exchanges."""
    if not session.conversation.path:
        return Done("Nothing has been said yet.")
    count = _positive(argument, default=1) if argument else None
    return Replay(exchanges=count, whole=True)


@command("/events")
def events(session: Session, _argument: str) -> Outcome:
    """Show each event of the API beside the answer as a dim line, or stop showing them."""
    session.trace = not session.trace
    return Done(f"API events are {'shown' if session.trace else 'hidden'}.")
