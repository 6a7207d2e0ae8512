"""Find a conversation while typing: the list of them, and a preview of what was found.

Drawn in place like the prompt, never on the alternate screen, and gone when it is left.
Rules: a key never waits for the search, which runs in a thread, one question at a time; the
chosen row stays chosen when more is found; Enter opens what matches the current words, even if
it is pressed before the match is on the screen. Titles and texts are cleaned before they are
shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input as KeyInput
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import BufferControl, FormattedTextControl, HSplit, Window
from prompt_toolkit.layout.containers import VSplit
from prompt_toolkit.layout.processors import BeforeInput
from prompt_toolkit.output import Output

from streamchat.core.conversation_filter import FILTERS
from streamchat.core.conversation_index import Hit, IndexProgress
from streamchat.core.errors import StreamchatError
from streamchat.core.keymap import DEFAULT_KEYMAP, KeyMap
from streamchat.core.ports import Archive, PickAct, Picked
from streamchat.core.sanitize import clean_line
from streamchat.prompt.ahead import keep_unmatched
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.drawing import Drawing, Heights
from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.list_keys import load_list_keys
from streamchat.prompt.list_window import build_list_window, run_list_window

MOST_SHOWN = 200
_ACTS = {
    "list_take": PickAct.OPEN,
    "list_rename": PickAct.RENAME,
    "list_delete": PickAct.DELETE,
    "list_copy": PickAct.FORK,
    "list_export": PickAct.EXPORT,
}


@dataclass(slots=True)
class Found:
    """The list: the hits for `text`, one of them chosen. `has_moved` says that the user chose
    it."""

    text: str | None = None  # None: nothing was searched yet
    hits: tuple[Hit, ...] = ()
    chosen: int = 0
    has_moved: bool = False

    @property
    def hit(self) -> Hit | None:
        return self.hits[self.chosen] if self.hits else None

    def replace(self, text: str, hits: list[Hit]) -> None:
        """Show other hits. What the user chose stays chosen while the words are the same."""
        self.has_moved = self.has_moved and text == self.text
        path = self.hit.summary.path if self.hit and self.has_moved else None
        places = (at for at, hit in enumerate(hits) if hit.summary.path == path)
        self.text, self.hits, self.chosen = text, tuple(hits), next(places, 0)

    def move(self, rows: int) -> None:
        self.has_moved = True
        self.chosen = max(0, min(self.chosen + rows, len(self.hits) - 1))


class Picker:
    """One question. `age` says how long ago a time was."""

    def __init__(
        self,
        keyboard: KeyInput,
        output: Output,
        archive: Archive,
        look: PromptLook,
        age: Callable[[float], str],
        *,
        keymap: KeyMap = DEFAULT_KEYMAP,
        words: str = "",
        note: str = "",
    ) -> None:
        """It starts with a search for `words`; `note` is shown until something else is
        found."""
        self._note = clean_line(note)
        self._keys = format_keys(keymap)
        self._archive = archive
        self._found = Found()
        self._progress: IndexProgress | None = None
        self._is_caught_up = False
        self._wanted: PickAct | None = None  # as soon as the words are found
        self._changed = asyncio.Event()
        self._words = Buffer(
            document=Document(words),
            multiline=False,
            on_text_changed=lambda _: self._changed.set(),
        )
        self._given = ("", words)  # what the user did not type here
        self._drawing = Drawing(look, age)
        self._keyboard, self._output = keyboard, output
        self._app: Application[Picked | None] = build_list_window(
            self._windows(look), self._load_keys(keymap), look, keyboard, output
        )

    async def run(self) -> Picked | None:
        """What was picked, and what to do with it; None when the user left. Raises
        StreamchatError."""
        picked = await run_list_window(self._app, begin=self._begin)
        words, found = self._words.text, self._found
        if (
            picked is None
            and words not in self._given
            and found.text == words
            and not found.hits
        ):
            keep_unmatched(self._keyboard, words)
        return picked

    def _begin(self) -> None:
        self._app.create_background_task(self._keep_searching())

    # Search

    async def _keep_searching(self) -> None:
        """Search for what is typed first; in between, let the index catch up with new
        files."""
        steps = self._archive.catch_up()
        try:
            while True:
                self._changed.clear()
                if self._words.text != self._found.text:
                    await self._search()
                elif not self._is_caught_up:
                    await self._catch_up(steps)
                else:
                    await self._changed.wait()
        except StreamchatError as error:
            self._app.exit(exception=error)

    async def _search(self) -> None:
        text = self._words.text
        if self._found.text is not None and text != self._found.text:
            self._note = ""
        self._found.replace(
            text, await asyncio.to_thread(self._archive.browse, text, most=MOST_SHOWN)
        )
        if self._wanted and text == self._words.text:
            self._take(self._wanted)
        self._app.invalidate()

    async def _catch_up(self, steps: Iterator[IndexProgress]) -> None:
        self._progress = await asyncio.to_thread(next, steps, None)
        self._is_caught_up = self._progress is None
        await self._search()

    def _want(self, act: PickAct) -> None:
        self._wanted = act
        if self._words.text == self._found.text:
            self._take(act)

    def _take(self, act: PickAct) -> None:
        self._wanted = None
        if self._found.hit is not None and not self._app.is_done:
            path = self._found.hit.summary.path
            self._app.exit(result=Picked(path, act, self._words.text))

    # Keys

    def _load_keys(self, keymap: KeyMap) -> KeyBindings:
        bindings = load_list_keys(
            keymap, move=self._found.move, page=lambda: self._heights.hits, end=MOST_SHOWN
        )
        for action, act in _ACTS.items():
            ActionKeys(keymap).on(bindings, action)(self._wanting(act))
        return bindings

    def _wanting(self, act: PickAct) -> Callable[[KeyPressEvent], None]:
        return lambda _: self._want(act)

    # Screen

    def _windows(self, look: PromptLook) -> HSplit:
        words = Window(
            BufferControl(
                self._words, input_processors=[BeforeInput(look.sign, "class:prompt")]
            )
        )
        state = Window(
            FormattedTextControl(lambda: [("class:remark", f" {self._state()}")]),
            dont_extend_width=True,
        )
        return HSplit(
            [
                VSplit([words, state], height=1),
                _window(self._draw_hits, lambda: self._heights.hits),
                _window(self._draw_heading, lambda: 1 if self._heights.preview else 0),
                _window(self._draw_preview, lambda: self._heights.preview),
                _window(self._draw_keys, lambda: self._heights.keys),
            ]
        )

    @property
    def _heights(self) -> Heights:
        return Heights.within(self._output.get_size())

    @property
    def _width(self) -> int:
        return max(1, self._output.get_size().columns - 1)

    def _draw_hits(self) -> StyleAndTextTuples:
        found = self._found
        if not found.hits:
            return [("class:remark", self._why_nothing())]
        return self._drawing.hits(
            found.hits, found.chosen, rows=self._heights.hits, width=self._width
        )

    def _why_nothing(self) -> str:
        if self._found.text is None or not self._is_caught_up:
            return "Reading the conversations"
        return (
            f"No conversation matches. Filters: {FILTERS}"
            if self._found.text
            else "No saved conversations yet."
        )

    def _draw_heading(self) -> StyleAndTextTuples:
        return self._drawing.heading(self._found.hit, self._width)

    def _draw_preview(self) -> StyleAndTextTuples:
        excerpt = self._found.hit.excerpt if self._found.hit else ()
        return self._drawing.preview(excerpt, rows=self._heights.preview, width=self._width)

    def _draw_keys(self) -> StyleAndTextTuples:
        said = self._keys if self._found.has_moved else self._note or self._keys
        return [("class:remark", self._drawing.look.cut(said, self._width))]

    def _state(self) -> str:
        """The number of the chosen row, how many there are, and how far the index is."""
        found, progress = self._found, self._progress
        more = "+" if len(found.hits) == MOST_SHOWN else ""
        count = f"{found.chosen + 1}/{len(found.hits)}{more}" if found.hits else ""
        if progress is None or self._is_caught_up:
            return count
        return f"{count} indexing {100 * progress.done // progress.total} %".strip()


def format_keys(keymap: KeyMap) -> str:
    """Enter open, ^R rename, …, Esc leave: the actions with the keys bound to them."""
    acts = {**{action: act.value for action, act in _ACTS.items()}, "list_leave": "leave"}
    keys = {action: keymap.key_of(action) for action in acts}
    keys["list_leave"] = keys["list_leave"] or "Ctrl-C"
    return ", ".join(
        f"{key.replace('Ctrl-', '^')} {acts[action]}" for action, key in keys.items() if key
    )


def _window(draw: Callable[[], StyleAndTextTuples], height: Callable[[], int]) -> Window:
    return Window(FormattedTextControl(draw), height=height, wrap_lines=False)
