"""What the menu at the prompt offers: commands, their arguments, files after an `@`.

Imported when the first menu opens. Texts from outside (titles, models, names of files) are
cleaned before they are shown; an entry whose text would be changed by that is not offered.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from pathlib import Path

from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from streamchat.core.sanitize import clean, clean_prose
from streamchat.prompt.completion import Arguments, Choice, CommandRow, is_command
from streamchat.prompt.directory_names import names_below
from streamchat.prompt.file_offers import MOST_OFFERED, FileOffers
from streamchat.prompt.fuzzy import FuzzyTerms
from streamchat.prompt.open_word import OpenWord, find_open_mention, find_open_word, quote_name

_LONGEST_USAGE = 22
_PATH_STARTS = ("/", "~", "./", "../")
_PATH_WORDS = ("PATH", "FILE")


class MenuEntries(Completer):
    """`get_completions` returns what is known at once, for Tab; `get_completions_async` waits
    for more."""

    def __init__(
        self,
        commands: Sequence[CommandRow],
        arguments: Arguments,
        files: FileOffers,
        here: Path,
    ) -> None:
        self._commands, self._arguments = commands, arguments
        self._files, self._here = files, here

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        typed = document.text_before_cursor
        if is_command(typed) and "\n" not in typed:
            name, blank, argument = typed[1:].partition(" ")
            yield from self._of_argument(name, argument) if blank else self._names(name)
        elif (mention := find_open_mention(typed)) and mention.value.startswith(_PATH_STARTS):
            yield from self._paths(mention, typed)

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        typed = document.text_before_cursor
        mention = find_open_mention(typed)
        if mention is None or mention.value.startswith(_PATH_STARTS) or is_command(typed):
            if row := self._row_of(typed):
                await self._arguments.gather(row.name)
            for completion in self.get_completions(document, complete_event):
                yield completion
            return
        buffer = get_app().current_buffer
        found = await self._files.find(mention.value, lambda: buffer.document != document)
        for name in found:
            yield _file(name, mention, typed)

    def _row_of(self, typed: str) -> CommandRow | None:
        """The command whose argument is being typed."""
        if not is_command(typed) or "\n" in typed:
            return None
        name, blank, _ = typed[1:].partition(" ")
        return self._row(name) if blank else None

    def _row(self, name: str) -> CommandRow | None:
        return next((r for r in self._commands if name in (r.name, *r.aliases)), None)

    def _names(self, typed: str) -> Iterator[Completion]:
        for row, name in self._matching_rows(typed):
            yield Completion(
                name + (" " if row.argument else ""),
                start_position=-len(typed),
                display=_usage(name, row.argument),
                display_meta=_first_sentence(row.help),
            )

    def _matching_rows(self, typed: str) -> list[tuple[CommandRow, str]]:
        """The commands whose name begins with the typed text, or else contains its letters."""
        names = [(row, name) for row in self._commands for name in (row.name, *row.aliases)]
        begin = [(row, name) for row, name in names if name.startswith(typed.lower())]
        if begin:
            return _first_of_each(begin)
        terms = FuzzyTerms.of(typed.lower())
        return _first_of_each(
            [(r, n) for r, n in names if terms.rank(n, n.lower()) is not None]
        )

    def _of_argument(self, name: str, typed: str) -> Iterator[Completion]:
        row = self._row(name)
        if row is None:
            return
        argument = typed.lstrip()
        known = argument[: argument.rfind(" ") + 1]  # the words before the last one
        for choice in _matching(argument.casefold(), self._arguments(row.name, argument)):
            yield Completion(
                choice.text,
                start_position=-len(argument),
                display=choice.text.removeprefix(known) or choice.text,
                display_meta=clean_prose(choice.note).replace("\n", " "),
            )
        if any(word in row.argument for word in _PATH_WORDS):
            yield from self._paths(find_open_word(argument), argument)

    def _paths(self, word: OpenWord, typed: str) -> Iterator[Completion]:
        for name in names_below(word.value, self._here)[:MOST_OFFERED]:
            yield _file(name, word, typed)


def _file(name: str, word: OpenWord, typed: str) -> Completion:
    text = quote_name(name, word.quote)
    return Completion(text, start_position=word.start - len(typed), display=_one_line(name))


def _first_of_each(found: Iterable[tuple[CommandRow, str]]) -> list[tuple[CommandRow, str]]:
    """Each command once, by the first of its names."""
    rows: dict[str, tuple[CommandRow, str]] = {}
    for row, name in found:
        rows.setdefault(row.name, (row, name))
    return list(rows.values())


def _matching(typed: str, choices: Iterable[Choice]) -> list[Choice]:
    """The choices that begin with the typed text, or else contain it, or else whose note (a
    title) contains it, or else that contain its letters."""
    sound = [choice for choice in choices if choice.text == _one_line(choice.text)]
    folded = [(choice, choice.text.casefold(), choice.note.casefold()) for choice in sound]
    for fits in (
        lambda text, note: text.startswith(typed),
        lambda text, note: typed in text,
        lambda text, note: typed in note,
    ):
        if found := [choice for choice, text, note in folded if fits(text, note)]:
            return found
    terms = FuzzyTerms.of(typed)
    return [choice for choice, text, _ in folded if terms.rank(text, text) is not None]


def _usage(name: str, argument: str) -> str:
    """The command with its argument, if that leaves room for the help."""
    usage = f"/{name} {argument}".rstrip()
    return usage if len(usage) <= _LONGEST_USAGE else f"/{name}"


def _first_sentence(text: str) -> str:
    return _one_line(text).partition(". ")[0].removesuffix(".")


def _one_line(text: str) -> str:
    return clean(text).replace("\n", " ")
