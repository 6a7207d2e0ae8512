"""What a typed line means: a message, a command, or nothing.

Rules: `/name rest` is a command. `//text` sends `/text`. A line that starts with a blank, or
whose first word holds a second slash (a path), is sent as it is. A bare `exit` or `quit` is
the command. Only the first line decides, so a pasted page is one message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

_COMMAND = re.compile(r"/(?P<name>[^\s/]*)(?:\s+(?P<argument>.*))?\Z", re.DOTALL)
_BARE_COMMANDS = frozenset({"exit", "quit"})


@dataclass(frozen=True, slots=True)
class Say:
    """A message for the model."""

    text: str


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A slash command: its name without the slash, and the rest of the input, stripped."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Only blanks."""


InputLine: TypeAlias = Say | CommandLine | Nothing


def typed(text: str) -> str:
    """What to type to send `text`."""
    return (
        f"/{text}"
        if text.startswith("/") and isinstance(parse_input(text), CommandLine)
        else text
    )


def parse_input(text: str) -> InputLine:
    """Classify the user's input; never fails."""
    if not text.strip():
        return Nothing()
    if text.strip() in _BARE_COMMANDS:
        return CommandLine(text.strip())
    if text.startswith("//"):
        return Say(text[1:])
    if command := _COMMAND.match(text):
        return CommandLine(command["name"], (command["argument"] or "").strip())
    return Say(text)
