"""Recalling older and newer messages with Up and Down, or the keys bound to that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.keys.conditions import in_line
from streamchat.prompt.keys.vi import load_redo


@dataclass(frozen=True, slots=True)
class Searching:
    """The prompt ended for a search of earlier input."""

    document: Document


class Recall:
    """Whether Up recalls only input that starts with the text of the line, because the user
    typed it, or all input, because the line was prefilled or recalled and not changed.
    `is_moving` while a key puts another line into the prompt; `recalled` is the last one."""

    def __init__(self, on_recall: Callable[[], None], on_left: Callable[[str], None]) -> None:
        """`on_recall` is called when the line is left for an older one, `on_left` with a line
        that another one has replaced."""
        self.on_recall, self.on_left = on_recall, on_left
        self.begin("")

    def begin(self, given: str) -> None:
        """A prompt begins with this line."""
        self.given = given
        self.recalled = ""
        self.is_moving = False
        self.draft = ""  # what was typed before an older line was recalled
        self._age = 0  # how many lines are newer than the one in the prompt

    @contextmanager
    def moving(self) -> Iterator[None]:
        self.is_moving = True
        try:
            yield
        finally:
            self.is_moving = False

    def note(self, buffer: Buffer) -> None:
        """Another line is now in the prompt."""
        self.recalled = buffer.text
        if buffer.history_search_text is None:
            self.given = buffer.text

    def line_changed(self, buffer: Buffer) -> bool:
        """Whether a key has put another line into the prompt, rather than changed the line.
        Some keys of prompt_toolkit do that, such as PageUp, and * in vi."""
        age = _age(buffer)
        is_other_key, self._age = age != self._age and not self.is_moving, age
        if is_other_key:
            self.on_recall()
            self.note(buffer)
        if age:
            self.draft = _newest(buffer)
        elif self.draft:
            draft, self.draft = self.draft, ""
            if buffer.text != draft:
                self.on_left(draft)
        return is_other_key or self.is_moving

    def replaced(self, line: str) -> None:
        """A search has put another line in the place of this one."""
        self.on_recall()
        self.on_left(self.draft or line)

    def searches(self) -> bool:
        buffer = get_app().current_buffer
        return buffer.history_search_text is not None or buffer.text != self.given


def load_recalling(keys: ActionKeys, recall: Recall) -> KeyBindings:
    """Moves in the message and beyond it."""
    bindings = KeyBindings()

    @bindings.add("up", filter=in_line)
    @bindings.add("c-p", filter=in_line)
    def row_above(event: KeyPressEvent) -> None:
        event.current_buffer.cursor_up(event.arg)

    @bindings.add("down", filter=in_line)
    @bindings.add("c-n", filter=in_line)
    def row_below(event: KeyPressEvent) -> None:
        event.current_buffer.cursor_down(event.arg)

    @keys.on(bindings, "older", filter=in_line)
    @bindings.add("k", filter=in_line & vi_navigation_mode)
    def up(event: KeyPressEvent) -> None:
        if event.current_buffer.document.cursor_position_row == 0:
            _load_history(event.current_buffer, recall)
            recall.on_recall()
        with recall.moving():
            event.current_buffer.auto_up(event.arg)
        recall.note(event.current_buffer)

    @keys.on(bindings, "newer", filter=in_line)
    @bindings.add("j", filter=in_line & vi_navigation_mode)
    def down(event: KeyPressEvent) -> None:
        with recall.moving():
            event.current_buffer.auto_down(event.arg)
        recall.note(event.current_buffer)

    @bindings.add("c-r", filter=in_line)
    @bindings.add("c-s", filter=in_line)
    def stay(event: KeyPressEvent) -> None:
        """Do nothing, where prompt_toolkit would begin its own search."""

    @keys.on(bindings, "search_history", filter=in_line)
    @bindings.add("/", filter=in_line & vi_navigation_mode)
    @bindings.add("?", filter=in_line & vi_navigation_mode)
    def search(event: KeyPressEvent) -> None:
        event.app.erase_when_done = True
        event.app.exit(result=Searching(event.current_buffer.document))

    load_redo(bindings, in_line & vi_navigation_mode)
    return bindings


def _age(buffer: Buffer) -> int:
    """How many lines are newer than the one in the prompt."""
    try:
        return len(buffer._working_lines) - 1 - buffer.working_index  # noqa: SLF001
    except AttributeError:  # another release: only our own keys are known
        return 0


def _newest(buffer: Buffer) -> str:
    """The line that no key has recalled."""
    return str(buffer._working_lines[-1])  # noqa: SLF001


def _load_history(buffer: Buffer, recall: Recall) -> None:
    """Load the history now. prompt_toolkit loads it after drawing the prompt, but Up may come
    earlier, in the same read as the key that began or cleared the line."""
    try:
        lines, task = buffer._working_lines, buffer._load_history_task  # noqa: SLF001
    except AttributeError:  # another release: Up finds what is there
        return
    if task is None or not task.done():
        if task is not None:
            task.cancel()
        older = list(buffer.history.load_history_strings())
        lines.extendleft(older)
        with recall.moving():
            buffer.working_index += len(older)
        buffer._load_history_task = asyncio.get_running_loop().create_future()  # noqa: SLF001
        buffer._load_history_task.set_result(None)  # noqa: SLF001
