"""What prompt_toolkit's vi mode lacks: registers for what an operator takes, the dot, Ctrl-R,
and that `cw` leaves the blank after the word. And what it gets wrong: an operator before a
motion that finds nothing takes two characters, one before `%` takes everything, and the
selection of a word or of text in brackets is one character too long.

Rule: the dot repeats the keys of the last command that changed the text, from the normal mode
and back to it. Undoing and going to another message do not count as changes.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from functools import partial
from itertools import takewhile
from typing import Any

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.application.current import set_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import (
    Condition,
    FilterOrBool,
    vi_navigation_mode,
    vi_selection_mode,
    vi_waiting_for_text_object_mode,
)
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.key_binding.bindings.vi import (
    TextObject,
    TextObjectType,
    create_text_object_decorator,
)
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys

on_word = Condition(lambda: not get_app().current_buffer.document.current_char.isspace())
_REGISTERS = string.ascii_lowercase + string.digits
_DIGITS = frozenset(string.digits)
_INSERTING = {**dict.fromkeys("iaIA", "a"), "o": "o", "O": "o"}  # and what repeats each
_MOST_REPEATED = 1000  # keys: 0.2 s
_UNDOING = ("u", Keys.ControlR)
_QUOTES = ('"', "'", "`")
_BRACKETS = {
    **dict.fromkeys("()b", ("(", ")")),
    **dict.fromkeys("{}B", ("{", "}")),
    **dict.fromkeys("[]", ("[", "]")),
    **dict.fromkeys("<>", ("<", ">")),
}
_in_command = vi_navigation_mode & ~vi_waiting_for_text_object_mode


def load_vi(repeat: Callable[[], list[KeyPress]]) -> KeyBindings:
    """`repeat` gives the keys of the last change."""
    bindings = KeyBindings()

    @bindings.add(".", filter=vi_navigation_mode)
    def dot(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            event.app.key_processor.feed_multiple(repeat(), first=True)

    load_redo(bindings, _in_command)
    for word in ("w", "W"):
        change = partial(_change_word, word)
        bindings.add("c", word, filter=vi_navigation_mode & on_word)(change)
        bindings.add('"', Keys.Any, "c", word, filter=vi_navigation_mode & on_word)(change)
    for operator in ("y", "d", "c"):
        wait = partial(_await_object, operator)
        bindings.add(operator, filter=_in_command)(wait)
        bindings.add('"', Keys.Any, operator, filter=_in_command)(wait)
        rows = partial(_take_rows, operator)
        bindings.add('"', Keys.Any, operator, operator, filter=_in_command)(rows)
    _load_objects(bindings)
    _load_selecting(bindings)
    return bindings


def load_redo(bindings: KeyBindings, when: FilterOrBool) -> None:
    """Ctrl-R takes back the last undoing."""

    @bindings.add(Keys.ControlR, filter=when, save_before=lambda _: False)
    def redo(event: KeyPressEvent) -> None:
        event.current_buffer.redo()


def _load_objects(bindings: KeyBindings) -> None:
    """Text objects, after an operator or to select: a word, quotes, brackets."""
    text_object = create_text_object_decorator(bindings)

    @text_object("%", no_move_handler=True, no_selection_handler=True)
    def bracket(event: KeyPressEvent) -> TextObject:
        to = event.current_buffer.document.find_matching_bracket_position()
        return TextObject(to, type=TextObjectType.INCLUSIVE) if to else TextObject(0)

    def add(kind: str, key: str) -> None:
        @text_object(kind, key, no_move_handler=True, no_selection_handler=True)
        def taken(event: KeyPressEvent) -> TextObject:
            return TextObject(*_find_object(kind, key, event.current_buffer.document))

        @bindings.add(kind, key, filter=vi_selection_mode)
        def select(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            start, end = _find_object(kind, key, buffer.document)
            if start < end and (selection := buffer.selection_state):
                selection.original_cursor_position = buffer.cursor_position + start
                buffer.cursor_position += end - 1

    for key in ("w", "W", *_QUOTES, *_BRACKETS):
        add("i", key)
        add("a", key)


def _find_object(kind: str, key: str, document: Document) -> tuple[int, int]:
    """Where the text object begins and ends, relative to the cursor; `i` leaves out what
    encloses it."""
    inner = int(kind == "i")
    if key in _QUOTES:
        return _find_quoted(key, inner, document)
    if key in _BRACKETS:
        opening, closing = _BRACKETS[key]
        start = document.find_enclosing_bracket_left(opening, closing)
        end = document.find_enclosing_bracket_right(opening, closing)
        return (0, 0) if start is None or end is None else (start + inner, end + 1 - inner)
    return document.find_boundaries_of_current_word(
        WORD=key == "W", include_trailing_whitespace=not inner
    )


def _find_quoted(quote: str, inner: int, document: Document) -> tuple[int, int]:
    """The quotes around the cursor, or else the next ones in its row."""
    places = [at for at, each in enumerate(document.current_line) if each == quote]
    column = document.cursor_position_col
    for first, last in zip(places[::2], places[1::2], strict=False):
        if last >= column:
            return first + inner - column, last + 1 - inner - column
    return 0, 0


def _load_selecting(bindings: KeyBindings) -> None:
    def change_letters(*keys: Keys | str, to: Callable[[str, KeyPressEvent], str]) -> None:
        @bindings.add(*keys, filter=vi_selection_mode)
        def change(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            start = buffer.document.selection_range()[0]
            for first, last in buffer.document.selection_ranges():
                buffer.transform_region(first, last, lambda text: to(text, event))
            buffer.exit_selection()
            buffer.cursor_position = start

    change_letters("U", to=lambda text, _: text.upper())
    change_letters("u", to=lambda text, _: text.lower())
    change_letters("~", to=lambda text, _: text.swapcase())
    change_letters("r", Keys.Any, to=_overwritten)


def _overwritten(text: str, event: KeyPressEvent) -> str:
    """The text with every character replaced by the typed one; unchanged by any other key."""
    typed = event.data
    is_character = len(typed) == 1 and typed.isprintable()
    return re.sub(".", lambda _: typed, text) if is_character else text


def _change_word(word: str, event: KeyPressEvent) -> None:
    """Change up to the end of the word, or of as many words as the count says."""
    document, (first, second) = event.current_buffer.document, event.key_sequence[:2]
    end = document.find_next_word_ending(
        include_current_position=True, count=event.arg, WORD=word == "W"
    )
    register = second.data if first.data == '"' else ""
    taken = TextObject(len(document.text_after_cursor) if end is None else end)
    _take("c", register, event, taken)


def _await_object(operator: str, event: KeyPressEvent) -> None:
    """Wait for the keys that say what the operator takes; `"` names the register that gets
    it."""
    register = event.key_sequence[1].data if len(event.key_sequence) > 1 else ""
    state = event.app.vi_state
    state.operator_func = partial(_take, operator, register)
    state.operator_arg = event.arg


def _take_rows(operator: str, event: KeyPressEvent) -> None:
    rows = TextObject(0, type=TextObjectType.LINEWISE)
    _take(operator, event.key_sequence[1].data, event, rows)


def _take(operator: str, register: str, event: KeyPressEvent, taken: TextObject) -> None:
    buffer, state = event.current_buffer, event.app.vi_state
    start, end = taken.operator_range(buffer.document)
    is_rows = taken.type == TextObjectType.LINEWISE
    if start < end or is_rows:
        document, data = taken.cut(buffer)
        if not register:
            event.app.clipboard.set_data(data)
        elif register in _REGISTERS and data.text:
            state.named_registers[register] = data
        is_end = is_rows and buffer.cursor_position + end == len(buffer.text)
        if operator == "d" and is_end and document.text.endswith("\n"):
            document = Document(document.text[:-1])
        if operator != "y":
            buffer.document = document
    elif operator == "c":
        buffer.cursor_position += start
    if operator == "c":
        state.input_mode = InputMode.INSERT


def _repetition(keys: list[KeyPress]) -> list[KeyPress]:
    """The keys that a count in front of an insertion asks for: `3ix` inserts x twice more."""
    count = "".join(takewhile(_DIGITS.__contains__, (press.data for press in keys)))
    begin, *typed = keys[len(count) :]
    if not count or begin.data not in _INSERTING:
        return []
    again = KeyPress(_INSERTING[begin.data], _INSERTING[begin.data])
    most = _MOST_REPEATED // (1 + len(typed))
    return [again, *typed] * min(int(count) - 1, most)


class LastChange:
    """The keys of the last command that changed the text of the application's buffer."""

    def __init__(self, app: Application[Any], buffer: Buffer) -> None:
        self._app, self._buffer = app, buffer
        self._keys: list[KeyPress] = []
        self._before: tuple[str, int] | None = None  # in the normal mode, before the command
        self._repeated: list[KeyPress] = []  # keys of a counted insertion that are to come
        app.on_reset += self._begin
        app.key_processor.after_key_press += self._pressed

    def __call__(self) -> list[KeyPress]:
        return list(self._keys)

    def _begin(self, _: object = None) -> None:
        self._before = None
        self._repeated.clear()

    def _pressed(self, _: object) -> None:
        app, now = self._app, (self._buffer.text, self._buffer.working_index)
        if app.editing_mode is not EditingMode.VI:
            return
        # prompt_toolkit records the keys here for the macros of emacs mode, which vi mode
        # lacks.
        recording = app.emacs_state.current_recording
        if recording is None:
            app.emacs_state.current_recording = []
        if not self._awaits_command():
            return
        keys, before = list(recording or ()), self._before
        if before and before[0] != now[0] and before[1] == now[1] and keys:
            self._changed(keys)
        self._before = now
        app.emacs_state.current_recording = []

    def _changed(self, keys: list[KeyPress]) -> None:
        if self._repeated:
            del self._repeated[: len(keys)]
        elif keys[-1].key not in _UNDOING:
            self._keys, self._repeated = keys, _repetition(keys)
            self._app.key_processor.feed_multiple(self._repeated, first=True)

    def _awaits_command(self) -> bool:
        processor, state = self._app.key_processor, self._app.vi_state
        with set_app(self._app):
            is_normal = vi_navigation_mode()
        return bool(
            is_normal
            and state.operator_func is None
            and processor.arg is None
            and not processor.key_buffer
            and not self._buffer.selection_state
        )
