"""Choose one entry of a list with the arrow keys, or by typing a part of it.

Drawn in place like the prompt, and gone when it is left. All texts are cleaned. A short list
has numbers, which choose at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input as KeyInput
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import BufferControl, FormattedTextControl, HSplit, Window
from prompt_toolkit.layout.processors import BeforeInput
from prompt_toolkit.output import Output

from streamchat.core.keymap import DEFAULT_KEYMAP, KeyMap
from streamchat.core.sanitize import clean_line
from streamchat.prompt.ahead import keep_unmatched
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.list_keys import load_list_keys
from streamchat.prompt.list_window import build_list_window, run_list_window

T = TypeVar("T")
MOST_NUMBERED = 9
_MOST_ROWS = 15
_OTHER_ROWS = 3  # the question, the keys, and a row that stays free


def find_labels(labels: Sequence[str], words: str) -> list[int]:
    """The places of the labels that contain all words."""
    wanted = words.casefold().split()
    return [
        at
        for at, label in enumerate(labels)
        if all(word in label.casefold() for word in wanted)
    ]


@dataclass(slots=True)
class Offered:
    """The entries that match the words, as places in the list; one of them is chosen."""

    labels: Sequence[str]
    found: list[int]
    row: int = 0

    @property
    def chosen(self) -> int | None:
        return self.found[self.row] if self.found else None

    def search(self, words: str) -> None:
        """The chosen entry stays chosen if it matches."""
        before = self.chosen
        self.found = find_labels(self.labels, words)
        self.row = self.found.index(before) if before in self.found else 0

    def move(self, rows: int) -> None:
        self.row = max(0, min(self.row + rows, len(self.found) - 1))


def format_keys(keymap: KeyMap) -> str:
    """The actions with the keys bound to them."""
    moves = [key for key in map(keymap.key_of, ("list_up", "list_down")) if key]
    take, leave = keymap.key_of("list_take"), keymap.key_of("list_leave", "Ctrl-C")
    takes = f"{take} takes it, " * bool(take)
    search = ", ".join([*moves, "or type to search" if moves else "Type to search"])
    return f"{search}; {takes}{leave} leaves"


class Chooser(Generic[T]):
    """One question. `current` is chosen at first."""

    def __init__(
        self,
        keyboard: KeyInput,
        output: Output,
        look: PromptLook,
        question: str,
        options: Sequence[tuple[T, str]],
        *,
        keymap: KeyMap = DEFAULT_KEYMAP,
        current: T | None = None,
    ) -> None:
        self._keyboard, self._output = keyboard, output
        self._look, self._options = look, options
        labels = [clean_line(label) for _, label in options]
        values = [value for value, _ in options]
        first = values.index(current) if current in values else 0
        self._offered = Offered(labels, list(range(len(labels))), first)
        self._is_numbered = len(labels) <= MOST_NUMBERED
        self._words = Buffer(multiline=False, on_text_changed=self._search)
        self._app: Application[int | None] = build_list_window(
            self._windows(clean_line(question), format_keys(keymap)),
            self._load_keys(keymap),
            look,
            keyboard,
            output,
        )

    async def run(self) -> T | None:
        """The chosen option; None when the user left."""
        chosen = await run_list_window(self._app)
        if chosen is None and not self._offered.found:
            keep_unmatched(self._keyboard, self._words.text)
        return None if chosen is None else self._options[chosen][0]

    def _search(self, words: Buffer) -> None:
        self._offered.search(words.text)

    # Keys

    def _load_keys(self, keymap: KeyMap) -> KeyBindings:
        bindings = load_list_keys(
            keymap, move=self._offered.move, page=lambda: _MOST_ROWS, end=len(self._options)
        )

        @ActionKeys(keymap).on(bindings, "list_take")
        def take(event: KeyPressEvent) -> None:
            if self._offered.chosen is not None:
                event.app.exit(result=self._offered.chosen)

        self._load_numbers(bindings)
        return bindings

    def _load_numbers(self, bindings: KeyBindings) -> None:
        if not self._is_numbered:
            return
        is_empty = Condition(lambda: not self._words.text)
        for number in range(1, len(self._options) + 1):

            @bindings.add(str(number), filter=is_empty)
            def choose(_: KeyPressEvent, row: int = number - 1) -> None:
                self._offered.row = row

    # Screen

    def _windows(self, question: str, keys: str) -> HSplit:
        words = BufferControl(
            self._words, input_processors=[BeforeInput(f"{question} ", "class:question")]
        )
        return HSplit(
            [
                Window(words, dont_extend_height=True, wrap_lines=True),
                Window(FormattedTextControl(self._draw), height=lambda: self._height),
                Window(FormattedTextControl([("class:remark", keys)]), height=1),
            ]
        )

    @property
    def _height(self) -> int:
        room = self._output.get_size().rows - _OTHER_ROWS
        return max(1, min(room, _MOST_ROWS, len(self._options)))

    def _draw(self) -> StyleAndTextTuples:
        found, chosen, height = self._offered.found, self._offered.row, self._height
        if not found:
            return [("class:remark", "Nothing matches.")]
        width = max(1, self._output.get_size().columns - 1)
        first = max(0, min(chosen - height // 2, len(found) - height))
        shown: StyleAndTextTuples = []
        for row, place in enumerate(found[first : first + height], first):
            sign = self._look.sign if row == chosen else "  "
            number = f"{place + 1}. " if self._is_numbered else ""
            text = self._look.cut(f"{sign}{number}{self._offered.labels[place]}", width)
            shown += [("class:chosen" if row == chosen else "", text), ("", "\n")]
        return shown[:-1]
