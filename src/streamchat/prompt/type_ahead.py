"""What is typed while a reply is shown: the row being typed, and the queue of messages.

Keys in, state out; whoever shows it asks for `shown`. A line here is what would stand in the
prompt (see `provenance`), and Enter means the same as there. The row knows the keys of a
line editor that need no menu and no second line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from prompt_toolkit.document import Document
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from streamchat.core.ports import TypeAhead
from streamchat.prompt.entry import block_is_open, continues, normalised
from streamchat.prompt.pastes import Shown
from streamchat.prompt.provenance import Provenance, is_verbatim


class AheadLine:
    """The row and the queue. Both outlive the reply during which they were typed."""

    def __init__(self, provenance: Provenance) -> None:
        self._provenance = provenance
        self._killed = ""
        self.row = Document()
        self.queue: list[str] = []

    def press(self, press: KeyPress, *, with_alt: bool) -> None:
        """Act on a key; one that means nothing here does nothing."""
        if press.key == Keys.BracketedPaste:
            self._paste(press.data)
        elif with_alt:
            self._edit(_ALT_EDITS.get(press.key))
        elif press.key in _ENTER_KEYS:
            self._enter(press.key)
        elif press.key == Keys.Up:
            self._take_back_last()
        elif press.key == Keys.ControlY:
            self.row = _inserted(self.row, self._killed)
        elif isinstance(press.key, Keys):
            self._edit(_EDITS.get(press.key))
        else:
            self.row = _inserted(self.row, press.data)

    def take_row(self) -> Document:
        """The row goes to the prompt."""
        row, self.row = self.row, Document()
        return row

    def take_next(self) -> str | None:
        """The line that is to be sent next."""
        return self.queue.pop(0) if self.queue else None

    def take_queue(self) -> list[str]:
        """All lines, the oldest first: nothing is sent by itself any more."""
        queue, self.queue = self.queue, []
        return queue

    def shown(self, shown: Shown) -> TypeAhead:
        text, cursor = shown.text(self.row.text, self.row.cursor_position)
        queued = tuple(shown.text(line, 0)[0] for line in self.queue)
        return TypeAhead(text, cursor, queued)

    def _enter(self, key: Keys | str) -> None:
        text = self.row.text
        may_go_on = not is_verbatim(text)
        if key == Keys.ControlJ or (may_go_on and block_is_open(text)):
            self.row = _inserted(self.row, "\n")
        elif may_go_on and self.row.is_cursor_at_the_end and continues(text):
            self.row = _at_end(f"{text[:-1]}\n")
        elif text.strip():
            self.queue.append(self.take_row().text)

    def _paste(self, pasted: str) -> None:
        is_at_start = self.row.cursor_position == 0
        self.row = _inserted(self.row, self._provenance.pastes.folded(normalised(pasted)))
        if is_at_start:
            after = len(self.row.text_after_cursor)
            line = self._provenance.pasted_at_start(self.row.text)
            self.row = Document(line, len(line) - after)

    def _take_back_last(self) -> None:
        """What is in the row already stands below it."""
        if self.queue:
            line, typed = self.queue.pop(), self.row.text
            self.row = _at_end(f"{line}\n{typed}" if typed else line)

    def _edit(self, edit: _Edit | None) -> None:
        if edit is None:
            return
        before, self.row = self.row, edit(self.row)
        removed = len(before.text) - len(self.row.text)
        if edit in _KILLS and removed:
            at = self.row.cursor_position
            self._killed = before.text[at : at + removed]


_Edit: TypeAlias = Callable[[Document], Document]


def _at_end(text: str) -> Document:
    return Document(text, len(text))


def _inserted(row: Document, text: str) -> Document:
    before = row.text_before_cursor + text
    return Document(before + row.text_after_cursor, len(before))


def _without(row: Document, before: int, after: int) -> Document:
    """So many characters fewer on each side of the cursor."""
    left = row.text_before_cursor[: len(row.text_before_cursor) - before]
    return Document(left + row.text_after_cursor[after:], len(left))


def _moved(row: Document, by: int) -> Document:
    return Document(row.text, max(0, min(len(row.text), row.cursor_position + by)))


def _word_start(row: Document) -> int:
    """How far back the word before the cursor begins."""
    return -(row.find_previous_word_beginning() or -row.cursor_position)


def _word_end(row: Document) -> int:
    return row.find_next_word_ending() or len(row.text_after_cursor)


def _blank_start(row: Document) -> int:
    """As Ctrl-W sees words: from blank to blank."""
    return -(row.find_start_of_previous_word(WORD=True) or -row.cursor_position)


def _backspace(row: Document) -> Document:
    return _without(row, min(1, row.cursor_position), 0)


def _delete(row: Document) -> Document:
    return _without(row, 0, 1)


def _kill_word_before(row: Document) -> Document:
    return _without(row, _word_start(row), 0)


def _kill_blank_word_before(row: Document) -> Document:
    return _without(row, _blank_start(row), 0)


def _kill_word_after(row: Document) -> Document:
    return _without(row, 0, _word_end(row))


def _kill_line_before(row: Document) -> Document:
    return _without(row, row.cursor_position_col or min(1, row.cursor_position), 0)


def _kill_line_after(row: Document) -> Document:
    return _without(row, 0, len(row.current_line_after_cursor) or 1)


def _left(row: Document) -> Document:
    return _moved(row, -1)


def _right(row: Document) -> Document:
    return _moved(row, 1)


def _to_start(row: Document) -> Document:
    return _moved(row, -row.cursor_position_col)


def _to_end(row: Document) -> Document:
    return _moved(row, len(row.current_line_after_cursor))


def _word_left(row: Document) -> Document:
    return _moved(row, -_word_start(row))


def _word_right(row: Document) -> Document:
    return _moved(row, _word_end(row))


_KILLS = frozenset(
    {
        _kill_word_before,
        _kill_blank_word_before,
        _kill_word_after,
        _kill_line_before,
        _kill_line_after,
    }
)
_ENTER_KEYS = frozenset({Keys.ControlM, Keys.ControlJ})
_EDITS: Mapping[Keys, _Edit] = {
    Keys.ControlH: _backspace,
    Keys.Delete: _delete,
    Keys.ControlD: _delete,
    Keys.ControlDelete: _kill_word_after,
    Keys.ControlW: _kill_blank_word_before,
    Keys.ControlU: _kill_line_before,
    Keys.ControlK: _kill_line_after,
    Keys.Left: _left,
    Keys.ControlB: _left,
    Keys.Right: _right,
    Keys.ControlF: _right,
    Keys.Home: _to_start,
    Keys.ControlA: _to_start,
    Keys.End: _to_end,
    Keys.ControlE: _to_end,
    Keys.ControlLeft: _word_left,
    Keys.ControlRight: _word_right,
}
_ALT_EDITS: Mapping[Keys | str, _Edit] = {
    Keys.ControlH: _kill_word_before,
    Keys.Left: _word_left,
    Keys.Right: _word_right,
    "b": _word_left,
    "f": _word_right,
    "d": _kill_word_after,
}
