"""Search earlier input: a list that narrows while the user types, with the match marked.

Drawn in place of the prompt, and gone when it is left. The entry that is taken is put into the
prompt and not sent. Rule: a key never waits for the search. It runs in slices and ends when
the user types on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input as KeyInput
from prompt_toolkit.key_binding import (
    KeyBindings,
    KeyBindingsBase,
    KeyPressEvent,
    merge_key_bindings,
)
from prompt_toolkit.layout import BufferControl, FormattedTextControl, HSplit, Window
from prompt_toolkit.layout.processors import BeforeInput
from prompt_toolkit.output import Output
from prompt_toolkit.utils import get_cwidth

from streamchat.core.keymap import KeyMap
from streamchat.core.sanitize import clean_title
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.fuzzy import FuzzyTerms
from streamchat.prompt.history import FileHistory
from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.list_keys import load_list_keys
from streamchat.prompt.list_window import build_list_window, run_list_window
from streamchat.prompt.provenance import Provenance

LONGEST_LABEL = 1_000  # characters of an entry that are searched and shown
_MOST_ROWS = 10
_OTHER_ROWS = 3  # the words, the keys, and a row that stays free
_SLICE = 2_000  # entries
_BEFORE_MATCH = 20  # characters that are shown before a match far to the right


@dataclass(frozen=True, slots=True)
class MatchingEntries:
    """The entries that match, by their places; `chosen` is a row of them."""

    terms: FuzzyTerms
    places: Sequence[int] = ()
    chosen: int = 0

    def moved(self, rows: int) -> MatchingEntries:
        row = max(0, min(self.chosen + rows, len(self.places) - 1))
        return MatchingEntries(self.terms, self.places, row)


class HistorySearch:
    """One search. `labels` are the entries, the newest first, each on one line."""

    def __init__(
        self,
        keyboard: KeyInput,
        output: Output,
        look: PromptLook,
        keymap: KeyMap,
        labels: Sequence[str],
        *,
        words: str = "",
    ) -> None:
        self._output, self._look, self._labels = output, look, labels
        self._folded = [label.lower() for label in labels]
        self._found = MatchingEntries(FuzzyTerms.of(""), range(len(labels)))
        self._searched = ""
        self._searching: asyncio.Task[None] | None = None
        self._words = Buffer(
            multiline=False,
            document=Document(words, len(words)),
            on_text_changed=lambda _: self._search(),
        )
        self._app: Application[int | None] = build_list_window(
            self._windows(keymap), self._load_keys(keymap), look, keyboard, output
        )

    async def run(self) -> int | None:
        """The place of the entry that was taken; None when the search was left."""
        return await run_list_window(self._app, begin=self._search)

    # Search

    def _search(self) -> None:
        if self._searching is not None:
            self._searching.cancel()
        self._searching = self._app.create_background_task(self._find(self._words.text))

    async def _find(self, words: str) -> None:
        for _ in self._steps(words):
            await asyncio.sleep(0)
        self._app.invalidate()

    def _steps(self, words: str) -> Iterator[None]:
        """Find the entries, slice by slice. Those that contain the words come before those
        that contain their letters in order."""
        terms = FuzzyTerms.of(words)
        exact: list[int] = []
        spread: list[int] = []
        for start in range(0, len(self._labels), _SLICE):
            for place in range(start, min(start + _SLICE, len(self._labels))):
                rank = terms.rank(self._labels[place], self._folded[place])
                if rank is not None:
                    (spread if rank > 1 else exact).append(place)
            yield
        self._found, self._searched = MatchingEntries(terms, exact + spread), words

    def _settle(self) -> None:
        """Search for the current words now, because a key that acts on the result may come
        first."""
        if self._searched != self._words.text:
            deque(self._steps(self._words.text), maxlen=0)

    def _take(self) -> None:
        self._settle()
        if self._found.places and not self._app.is_done:
            self._app.exit(result=self._found.places[self._found.chosen])

    # Keys

    def _load_keys(self, keymap: KeyMap) -> KeyBindingsBase:
        """A later binding goes first."""
        bindings, keys = KeyBindings(), ActionKeys(keymap)
        bindings.add("c-s")(lambda _: self._move(-1))
        keys.on(bindings, "search_history")(lambda _: self._move(1))

        @bindings.add("tab")
        @keys.on(bindings, "list_take")
        def take(event: KeyPressEvent) -> None:
            self._take()

        every_list = load_list_keys(
            keymap, move=self._move, page=lambda: _MOST_ROWS, end=len(self._labels)
        )
        return merge_key_bindings([bindings, every_list])

    def _move(self, rows: int) -> None:
        self._settle()
        self._found = self._found.moved(rows)

    # Screen

    def _windows(self, keymap: KeyMap) -> HSplit:
        words = BufferControl(
            self._words, input_processors=[BeforeInput("history: ", "class:prompt")]
        )
        hint = format_keys(keymap)
        return HSplit(
            [
                Window(words, dont_extend_height=True),
                Window(FormattedTextControl(self._draw), height=lambda: self._height),
                Window(FormattedTextControl([("class:remark", hint)]), height=1),
            ]
        )

    @property
    def _height(self) -> int:
        room = self._output.get_size().rows - _OTHER_ROWS
        return max(1, min(room, _MOST_ROWS, len(self._found.places)))

    def _draw(self) -> StyleAndTextTuples:
        found, height = self._found, self._height
        if not found.places:
            return [("class:remark", "Nothing matches.")]
        first = max(0, min(found.chosen - height // 2, len(found.places) - height))
        shown: StyleAndTextTuples = []
        for row, place in enumerate(found.places[first : first + height], first):
            shown += [
                *self._row(self._labels[place], is_chosen=row == found.chosen),
                ("", "\n"),
            ]
        return shown[:-1]

    def _row(self, label: str, *, is_chosen: bool) -> StyleAndTextTuples:
        """The entry with its match marked; if it is long, only the part around the match."""
        style = "class:chosen" if is_chosen else ""
        row: StyleAndTextTuples = [(style, self._look.sign if is_chosen else "  ")]
        places = set(self._found.terms.places(label))
        room = max(1, self._output.get_size().columns - 1 - len(self._look.sign))
        begin = 0
        if places and get_cwidth(label[: max(places) + 1]) > room:
            begin = max(0, min(places) - _BEFORE_MATCH)
        for at in range(begin, len(label)):
            room -= get_cwidth(label[at])
            if room < 0:
                break
            row.append((f"{style} class:hit" if at in places else style, label[at]))
        return row


def format_keys(keymap: KeyMap) -> str:
    """The actions with the keys bound to them."""
    older = keymap.key_of("search_history") or keymap.key_of("list_down")
    take, leave = keymap.key_of("list_take", "Tab"), keymap.key_of("list_leave", "Ctrl-C")
    return f"{older} goes to an older one; {take} takes it, {leave} leaves"


async def search_history(
    history: FileHistory,
    provenance: Provenance,
    build: Callable[..., HistorySearch],
    document: Document,
) -> Document | None:
    """The line that was found, starting with a search for the words of the current line; None
    if the user left."""
    written = await asyncio.to_thread(history.read_all)
    lines = history.lines_in_memory()
    in_memory = list(map(provenance.text, lines))
    entries = [entry for entry in written if entry.text not in in_memory]
    texts = [*in_memory, *(entry.text for entry in entries)]
    typed = provenance.text(document.text)
    words = "" if "\n" in typed else typed
    place = await build(list(map(shown_label, texts)), words=words).run()
    if place is None:
        return None
    entry = place - len(lines)
    line = lines[place] if entry < 0 else history.line_of(entries[entry])
    return Document(line, len(line))


def shown_label(text: str) -> str:
    """An entry on one line."""
    return clean_title(text[:LONGEST_LABEL].replace("\n", " "))
