"""The table of slash commands: its rows and the dispatch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from streamchat.app.commands.arguments import parse_words, require_sound
from streamchat.app.commands.other_programs import find_dotted, our_command
from streamchat.app.commands.outcomes import Outcome, SayPrompt
from streamchat.app.commands.spelling import near_spellings
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.input_line import CommandLine, CommandNames
from streamchat.core.templates import TemplateFiles, TemplateKind

_AS_TEXT = " (A line that starts with a space is sent as text.)"
Handler: TypeAlias = Callable[[Session, str], Outcome]


class Topic(Enum):
    """The sections of /help, in its order."""

    CONVERSATIONS = "Conversations"
    ANSWERS = "Answers and branches"
    REQUEST = "Model and message"
    COST = "Tokens and cost"
    PROGRAM = "Program"


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the table; `usage` is "/name ARGUMENTS"."""

    usage: str
    topic: Topic
    aliases: tuple[str, ...]
    run: Handler
    takes_lines: bool = False  # its argument may hold line breaks

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

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


def command(
    usage: str, *aliases: str, topic: Topic, takes_lines: bool = False
) -> Callable[[Handler], Handler]:
    """Add a handler to the table."""

    def add(run: Handler) -> Handler:
        COMMANDS.append(Command(usage, topic, aliases, run, takes_lines))
        return run

    return add


def _is_never_path(_path: str) -> bool:
    return False


class UnknownCommand(UsageError):
    """No command has this name."""


def command_names(
    is_path: Callable[[str], bool] = _is_never_path, prompts: Iterable[str] = ()
) -> CommandNames:
    """Distinguishes commands from messages; `is_path` says whether a file exists, `prompts`
    are the names of prompt files."""
    return CommandNames(
        known={*prompts, *(name for row in COMMANDS for name in row.names)},
        multiline={name for row in COMMANDS if row.takes_lines for name in row.names},
        is_path=is_path,
    )


def rows_by_topic() -> list[Command]:
    """All commands in the order of /help."""
    return [row for topic in Topic for row in COMMANDS if row.topic is topic]


def is_command(name: str) -> bool:
    return any(name in row.names for row in COMMANDS)


def find_command(name: str) -> Command:
    """The command with this name or alias. Raises UnknownCommand, which suggests names that
    are spelled almost like it."""
    for row in COMMANDS:
        if name in row.names:
            return row
    raise UnknownCommand(_describe_unknown(name))


def dispatch(session: Session, line: CommandLine) -> Outcome:
    """Run a command. Raises UsageError for an unknown name or an argument it cannot take."""
    if not is_command(line.name) and line.name in session.templates.names(TemplateKind.PROMPT):
        template = session.templates.read(TemplateKind.PROMPT, line.name)
        return SayPrompt(template, tuple(parse_words(line.argument)))
    row = find_command(line.name)
    require_sound(line.name, line.argument, takes_one=bool(row.argument))
    return row.run(session, line.argument)


def dotted_command(text: str) -> UnknownCommand | None:
    """The error for a line such as `.exit`, a command in other programs; None for text."""
    name = find_dotted(text)
    meant = f"/{name}" if is_command(name) else our_command(name)
    if not meant:
        return None
    return UnknownCommand(f"There is no command .{name}; did you mean {meant}?{_AS_TEXT}")


def _describe_unknown(name: str) -> str:
    near = near_spellings(name, [each for row in COMMANDS for each in row.names])
    offer = our_command(name) or " or ".join(f"/{each}" for each in near)
    hint = f"; did you mean {offer}?" if offer else "; /help lists the commands."
    return f"There is no command /{name[:40]}{hint}{_AS_TEXT}"


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A prompt file as a command, for completion."""

    name: str
    aliases: tuple[str, ...] = ()
    argument: str = "[WORDS]"
    help: str = "Send the text of this prompt file."


def prompt_rows(templates: TemplateFiles) -> list[PromptRow]:
    """The prompt files whose names are not those of commands."""
    names = templates.names(TemplateKind.PROMPT)
    return [PromptRow(name) for name in names if not is_command(name)]
