"""What is typed while a reply is shown: the row being typed, and the queue of messages.

Keys in, state out; the caller shows `shown`. A line here is a line of the prompt (see
`provenance`), and its keys are those of the prompt, except for those that need a menu or a
screen.
"""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import emacs_mode, vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyBindingsBase, KeyPress, KeyPressEvent
from prompt_toolkit.key_binding.key_bindings import merge_key_bindings
from prompt_toolkit.keys import Keys

from streamchat.core.keymap import KeyMap
from streamchat.core.ports import TypeAhead
from streamchat.prompt.entry import block_is_open, continues, normalised
from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.pastes import Shown
from streamchat.prompt.provenance import Provenance, is_verbatim
from streamchat.prompt.row_editor import RowEditor


class AheadLine:
    """The row and the queue. Both outlive the reply during which they were typed."""

    def __init__(self, provenance: Provenance) -> None:
        self._provenance = provenance
        self._editor = RowEditor()
        self._mode = EditingMode.EMACS
        self.queue: list[str] = []

    @property
    def row(self) -> Document:
        return self._editor.buffer.document

    def use(self, keymap: KeyMap, others: KeyBindingsBase) -> None:
        """The keys for one reply; `others` are for what is not typed."""
        self._mode = EditingMode.VI if keymap.is_vi else EditingMode.EMACS
        self._editor.bindings = merge_key_bindings([self._load_keys(keymap), others])

    def press(self, presses: Iterable[KeyPress]) -> None:
        """Act on the keys; an unbound key does nothing."""
        self._editor.press(presses, self._mode)

    def take_row(self) -> Document:
        """Take the row, to continue it in the prompt."""
        return self._editor.take()

    def take_next(self) -> str | None:
        """Take the line to be sent next."""
        return self.queue.pop(0) if self.queue else None

    def take_queue(self) -> list[str]:
        """Take all lines, the oldest first, so that none is sent automatically."""
        queue, self.queue = self.queue, []
        return queue

    def shown(self, shown: Shown) -> TypeAhead:
        text, cursor = shown.text(self.row.text, self.row.cursor_position)
        queued = tuple(shown.text(line, 0)[0] for line in self.queue)
        return TypeAhead(text, cursor, queued, is_normal=self._editor.is_normal)

    def _load_keys(self, keymap: KeyMap) -> KeyBindings:
        keys, bindings = ActionKeys(keymap), KeyBindings()

        @bindings.add("up")
        @bindings.add("down")
        @bindings.add("c-p")
        @bindings.add("c-n")
        @bindings.add("tab")
        @bindings.add("s-tab")
        @bindings.add("pageup")
        @bindings.add("pagedown")
        @bindings.add("escape", Keys.Any, filter=emacs_mode)
        def ignore(event: KeyPressEvent) -> None:
            """Do nothing: there is no history and no menu, and Alt does not type its key."""

        @keys.on(bindings, "new_line")
        @bindings.add("c-j")
        def new_line(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        @keys.on(bindings, "send")
        def send(event: KeyPressEvent) -> None:
            self._enter(may_continue=keymap.enter_sends)

        @keys.on(bindings, "older")
        @bindings.add("k", filter=vi_navigation_mode)
        def take_back(event: KeyPressEvent) -> None:
            self._take_back_last()

        @bindings.add(Keys.BracketedPaste)
        def paste(event: KeyPressEvent) -> None:
            self._paste(event.data)

        return bindings

    def _enter(self, *, may_continue: bool) -> None:
        text, buffer = self.row.text, self._editor.buffer
        may_go_on = may_continue and not is_verbatim(text)
        if may_go_on and block_is_open(text):
            buffer.insert_text("\n")
        elif may_go_on and self.row.is_cursor_at_the_end and continues(text):
            buffer.document = _at_end(f"{text[:-1]}\n")
        elif text.strip():
            self.queue.append(self.take_row().text)

    def _paste(self, pasted: str) -> None:
        buffer = self._editor.buffer
        is_at_start = self.row.cursor_position == 0
        buffer.insert_text(self._provenance.pastes.folded(normalised(pasted)))
        if is_at_start:
            after = len(self.row.text_after_cursor)
            line = self._provenance.pasted_at_start(self.row.text)
            buffer.document = Document(line, len(line) - after)

    def _take_back_last(self) -> None:
        """Move the newest queued message into the row, above what is there."""
        if self.queue:
            line, typed = self.queue.pop(), self.row.text
            self._editor.buffer.document = _at_end(f"{line}\n{typed}" if typed else line)


def _at_end(text: str) -> Document:
    return Document(text, len(text))
