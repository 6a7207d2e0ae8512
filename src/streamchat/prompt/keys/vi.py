"""What vi has and prompt_toolkit lacks: registers for what an operator takes, the dot, and that
`cw` leaves the blank behind the word.

Rule: the dot repeats the keys of the last command that changed the text, from the normal mode
and back to it. Undoing, and going to another message, is no change.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from functools import partial
from typing import Any

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.application.current import set_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition, vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.key_binding.bindings.vi import TextObject, TextObjectType
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys

on_word = Condition(lambda: not get_app().current_buffer.document.current_char.isspace())
_REGISTERS = string.ascii_lowercase + string.digits
_UNDOING = ("u", Keys.ControlR)


def load_vi(repeat: Callable[[], list[KeyPress]]) -> KeyBindings:
    """`repeat` gives the keys of the last change."""
    bindings = KeyBindings()

    @bindings.add(".", filter=vi_navigation_mode)
    def dot(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            event.app.key_processor.feed_multiple(repeat(), first=True)

    for word in ("w", "W"):
        change = partial(_change_word, word)
        bindings.add("c", word, filter=vi_navigation_mode & on_word)(change)
        bindings.add('"', Keys.Any, "c", word, filter=vi_navigation_mode & on_word)(change)
    for operator in ("y", "d", "c"):
        keys = ('"', Keys.Any, operator)
        bindings.add(*keys, filter=vi_navigation_mode)(partial(_await_object, operator))
        bindings.add(*keys, operator, filter=vi_navigation_mode)(partial(_take_rows, operator))
    return bindings


def _change_word(word: str, event: KeyPressEvent) -> None:
    """Up to the end of the word, or of so many."""
    document, (first, second) = event.current_buffer.document, event.key_sequence[:2]
    end = document.find_next_word_ending(
        include_current_position=True, count=event.arg, WORD=word == "W"
    )
    register = second.data if first.data == '"' else ""
    taken = TextObject(len(document.text_after_cursor) if end is None else end)
    _take("c", register, event, taken)


def _await_object(operator: str, event: KeyPressEvent) -> None:
    """What comes next says what the operator takes into the register."""
    register = event.key_sequence[1].data
    state = event.app.vi_state
    state.operator_func = partial(_take, operator, register)
    state.operator_arg = event.arg


def _take_rows(operator: str, event: KeyPressEvent) -> None:
    rows = TextObject(0, type=TextObjectType.LINEWISE)
    _take(operator, event.key_sequence[1].data, event, rows)


def _take(operator: str, register: str, event: KeyPressEvent, taken: TextObject) -> None:
    buffer, state = event.current_buffer, event.app.vi_state
    document, data = taken.cut(buffer)
    if not register:
        event.app.clipboard.set_data(data)
    elif register in _REGISTERS and data.text:
        state.named_registers[register] = data
    if operator != "y":
        buffer.document = document
    if operator == "c":
        state.input_mode = InputMode.INSERT


class LastChange:
    """The keys of the last command that changed the text of the application's buffer."""

    def __init__(self, app: Application[Any], buffer: Buffer) -> None:
        self._app, self._buffer = app, buffer
        self._keys: list[KeyPress] = []
        self._before: tuple[str, int] | None = None  # in the normal mode, before the command
        app.on_reset += self._begin
        app.key_processor.after_key_press += self._pressed

    def __call__(self) -> list[KeyPress]:
        return list(self._keys)

    def _begin(self, _: object = None) -> None:
        self._before = None

    def _pressed(self, _: object) -> None:
        app, now = self._app, (self._buffer.text, self._buffer.working_index)
        if app.editing_mode is not EditingMode.VI:
            return
        # prompt_toolkit records the keys here for the macros of emacs, which vi has not.
        recording = app.emacs_state.current_recording
        if recording is None:
            app.emacs_state.current_recording = []
        if not self._awaits_command():
            return
        keys, before = list(recording or ()), self._before
        if before and before[0] != now[0] and before[1] == now[1] and keys:
            self._keys = self._keys if keys[-1].key in _UNDOING else keys
        self._before = now
        app.emacs_state.current_recording = []

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
