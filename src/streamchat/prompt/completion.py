"""When the menu at the prompt opens, and suggestions from history.

What the menu offers is in `menu_entries`, which is imported when the first one opens. The table
of commands is handed in: any value with these four attributes is a row.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from streamchat.core.sanitize import clean
from streamchat.prompt.provenance import is_verbatim


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


class Arguments(Protocol):
    """The possible arguments of commands."""

    def __call__(self, command: str, typed: str) -> Iterable[Choice]:
        """The arguments known now for a command, given its name and what is typed after it."""

    async def gather(self, command: str) -> None:
        """Find arguments that take time to find, such as the models of a server."""


_LONGEST_MENTION = 1000  # characters


def is_command(text: str) -> bool:
    """Whether the text begins a slash command; `//` is a literal slash."""
    return text.startswith("/") and not text.startswith("//")


def opens_menu(text: str) -> bool:
    """Whether a menu opens after this text: a command, or a file after an `@`."""
    if is_command(text):
        return "\n" not in text
    if text.startswith("!") or "@" not in text[-_LONGEST_MENTION:]:  # its own @
        return False
    from streamchat.prompt.open_word import find_open_mention

    return find_open_mention(text[-_LONGEST_MENTION:]) is not None


def opens_menu_in(document: Document) -> bool:
    """Whether a menu opens at the cursor. Text that is data opens none."""
    return not is_verbatim(document.text) and opens_menu(document.text_before_cursor)


class LateCompleter(Completer):
    """A completer that is built when it is first used."""

    def __init__(self, build: Callable[[], Completer]) -> None:
        self._build = build
        self._built: Completer | None = None

    @property
    def _completer(self) -> Completer:
        self._built = self._built or self._build()
        return self._built

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        yield from self._completer.get_completions(document, complete_event)

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        found = self._completer.get_completions_async(document, complete_event)
        async for completion in found:
            yield completion


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
