"""What a typed line means: a message, a command, or nothing.

Rules: `/name argument` is a command, and so is a bare `exit` or `quit`. Text is data: it is
sent as it is if it holds a line break, starts with a blank, or its first word is a path (it
holds a second slash, or the file exists). Only commands that take several lines may hold a
line break. `//name` sends `/name`, but only if `name` is a command. Text from an editor, a
paste of several lines or a script is always a message: it starts with VERBATIM, which no
keyboard can type. A typed `@path` names a file; in such a text it does not. `!command` is
for the shell where that is on, and `\\!` begins a message with `!`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import TypeAlias

from streamchat.core.mentions import find_mentions, quote_mentions, unquote_mentions

VERBATIM = "\udc00"
LONGEST_COMMAND = 4096  # characters; no path and no title is longer

_COMMAND = re.compile(r"/(?P<name>[^\s/]*)(?:\s+(?P<argument>.*))?\Z", re.DOTALL)
_ESCAPED = re.compile(r"//(?P<name>[^\s/]+)(?=\s|\Z)")
_BARE_COMMANDS = frozenset({"exit", "quit"})


@dataclass(frozen=True, slots=True)
class Say:
    """A message for the model. `mentions` are what its typed `@` may name."""

    text: str
    mentions: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A slash command: its name without the slash, and the rest of the input, stripped."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Only blanks."""


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """A line for the user's shell, without its `!`."""

    command: str


InputLine: TypeAlias = Say | CommandLine | ShellCommand | Nothing


def _is_never_path(_path: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class CommandNames:
    """The names of all commands, and of those that take several lines. `is_path` tells
    whether a file or directory exists; with `runs_shell`, `!` begins a command of the shell."""

    known: Container[str]
    multiline: Container[str] = ()
    is_path: Callable[[str], bool] = _is_never_path
    runs_shell: bool = False


class _AnyName:
    def __contains__(self, name: object) -> bool:
        return bool(name)


ANY_NAME = CommandNames(_AnyName(), _AnyName(), runs_shell=True)
"""Where the table of commands is not known: every word may be a command's name."""


def parse_input(text: str, names: CommandNames = ANY_NAME) -> InputLine:
    """Classify the user's input; never fails."""
    if text.startswith(VERBATIM):
        said = unquote_mentions(text.removeprefix(VERBATIM))
        return Say(said) if said.strip() else Nothing()
    if not text.strip():
        return Nothing()
    if names.runs_shell and text.startswith(("!", "\\!")):
        return _parse_shell(text)
    if "\n" in text or len(text) > LONGEST_COMMAND:
        return _parse(text, names.multiline, lambda _path: True)
    if text.strip() in _BARE_COMMANDS:
        return CommandLine(text.strip())
    return _parse(text, names.known, names.is_path)


def _parse_shell(text: str) -> InputLine:
    """`!command`, or a message whose `!` follows a backslash. One with a line break is data."""
    if text.startswith("\\"):
        return _say(text[1:])
    if "\n" in text:
        return _say(text)
    return ShellCommand(unquote_mentions(text[1:]).strip())


def _parse(text: str, known: Container[str], is_said: Callable[[str], bool]) -> InputLine:
    """`is_said` decides about text that looks like an unknown command."""
    if escaped := _ESCAPED.match(text):
        return _say(text[1:] if escaped["name"] in known else text)
    command = _COMMAND.match(text)
    if command is None or command["name"].startswith("*"):
        return _say(text)
    name = command["name"]
    if name not in known and (is_said(f"/{name}") or (not name and text.strip() != "/")):
        return _say(text)
    return CommandLine(name, unquote_mentions(command["argument"] or "").strip())


def _say(text: str) -> Say:
    return Say(unquote_mentions(text), find_mentions(text))


def plain_text(text: str) -> str:
    """An input that is neither parsed nor run, without its marks."""
    return unquote_mentions(text.removeprefix(VERBATIM))


def typed(text: str, names: CommandNames = ANY_NAME) -> str:
    """What to put into a prompt so that it sends `text` and names no file; "" for nothing."""
    if not text:
        return ""
    escaped = f"/{text}" if text.startswith("/") else text
    escaped = f"\\{text}" if text.startswith("!") else escaped
    ways = (text, escaped, quote_mentions(text), quote_mentions(escaped))
    said = Say(unquote_mentions(text))
    return next((way for way in ways if parse_input(way, names) == said), VERBATIM + text)
