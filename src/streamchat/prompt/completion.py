"""Completion of slash commands and their arguments, and suggestions from history.

The table of commands is handed in: any value with these four attributes is a row. All
texts that come from outside (titles, models) are cleaned before they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from streamchat.core.sanitize import clean


class CommandRow(Protocol):
    """A slash command as data; names are without the slash."""

    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...
    @property
    def argument(self) -> str: ...
    @property
    def help(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible argument: what is inserted, and a dim remark beside it."""

    text: str
    note: str = ""


Arguments: TypeAlias = Callable[[str], Iterable[Choice]]
"""The possible arguments of a command, by its name; may be empty."""


def is_command(text: str) -> bool:
    """Whether the text is a slash command so far: `//` is a literal slash."""
    return text.startswith("/") and not text.startswith("//")


class CommandCompleter(Completer):
    """Completes the line up to the cursor, if it is a slash command."""

    def __init__(self, commands: Sequence[CommandRow], arguments: Arguments) -> None:
        self._commands = commands
        self._arguments = arguments

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        typed = document.text_before_cursor
        if not is_command(typed) or "\n" in typed:
            return
        name, blank, argument = typed[1:].partition(" ")
        yield from self._of_argument(name, argument.lstrip()) if blank else self._names(name)

    def _names(self, typed: str) -> Iterator[Completion]:
        for row in self._commands:
            matching = [n for n in (row.name, *row.aliases) if n.startswith(typed)]
            if matching:
                usage = f"/{matching[0]} {row.argument}".rstrip()
                yield Completion(
                    matching[0] + (" " if row.argument else ""),
                    start_position=-len(typed),
                    display=usage,
                    display_meta=row.help,
                )

    def _of_argument(self, name: str, typed: str) -> Iterator[Completion]:
        row = next((r for r in self._commands if name in (r.name, *r.aliases)), None)
        if row is None:
            return
        for choice in _matching(typed.casefold(), self._arguments(row.name)):
            yield Completion(
                choice.text,
                start_position=-len(typed),
                display_meta=_one_line(choice.note),
            )


def _matching(typed: str, choices: Iterable[Choice]) -> list[Choice]:
    """Those that begin so, or else those that hold it. A text that would have to be
    cleaned for the screen would not be what is meant then: it is not offered."""
    holding = [c for c in choices if typed in c.text.casefold() and c.text == _one_line(c.text)]
    return [c for c in holding if c.text.casefold().startswith(typed)] or holding


def _one_line(text: str) -> str:
    return clean(text, keeps_hints=True).replace("\n", " ")


class SuggestFromHistory(AutoSuggest):
    """The rest of the newest entry that begins with what is typed, if it is one line."""

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        typed = document.text
        if not typed.strip() or "\n" in typed:
            return None
        for entry in reversed(buffer.history.get_strings()):
            if entry.startswith(typed):
                rest = entry[len(typed) :].partition("\n")[0]
                if rest and clean(rest, keeps_hints=True) == rest:
                    return Suggestion(rest)
        return None
