"""The keyboard and the screen as prompt_toolkit wants them, for real terminals.

`open_keyboard` takes any terminal, so that keys can come from /dev/tty while stdin is a
pipe. `parse_keys` replaces prompt_toolkit's parser with our own.
"""

from __future__ import annotations

import asyncio
import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TextIO

from prompt_toolkit.application import get_app_or_none
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input.posix_utils import PosixStdinReader
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.output import Output
from prompt_toolkit.output.vt100 import Vt100_Output

from streamchat.core.terminal import Terminal
from streamchat.core.window_signals import may_report_focus
from streamchat.posix.echo import set_echo
from streamchat.posix.terminals import count_waiting
from streamchat.prompt.drawn import Drawn
from streamchat.prompt.early import COOKED, EarlyPrompt
from streamchat.prompt.emoji import StandIns
from streamchat.prompt.key_modes import KeyModes, Keypad, find_keypad, no_keypad
from streamchat.prompt.key_parser import KeyParser

_READ_BYTES = 65536
DRAIN_SECONDS = 0.1
_USUAL_SIZE = Size(rows=24, columns=80)


class GreedyReader(PosixStdinReader):
    """Reads everything available, so that what was sent together stays together."""

    def read(self, count: int = _READ_BYTES) -> str:
        return super().read(count)


class TerminalReader(GreedyReader):
    """Notices that the terminal is gone. prompt_toolkit takes that error for an empty read,
    and would read again forever."""

    def read(self, count: int = _READ_BYTES) -> str:
        text = super().read(count)
        if not text and not os.isatty(self.stdin_fd):
            self.closed = True
        return text


class TerminalKeys(Vt100Input):
    """A terminal's keys. The terminal changes what is typed before raw mode, at the start or
    between two prompts: an Enter to a line feed, a Ctrl-D to a NUL. These are changed back,
    or they would not send a line or leave the chat."""

    _cooked_bytes = 0
    _shows_at_end = False  # whether to turn the echo on again

    def __init__(self, stream: TextIO, early: EarlyPrompt | None = None) -> None:
        """With `early`, the first prompt takes over from it."""
        super().__init__(stream)
        self.stdin_reader = TerminalReader(self._fileno, encoding=stream.encoding)
        self._parser = parse_keys(self)
        self._early = early
        if early is not None:
            self._feed_typed_ahead(early.typed)
            store_typeahead(self, self.read_keys())

    @contextmanager
    def _raw_mode(self) -> Iterator[None]:
        early, self._early = self._early, None
        if early is not None:
            early.take_over()
        with super().raw_mode():
            if early is None:
                self._cooked_bytes = count_waiting(self.fileno())
            yield
        if early is not None:
            early.restore_modes(echo=False)  # the modes found before were raw too

    def raw_mode(self) -> AbstractContextManager[None]:
        return self._raw_mode()

    @contextmanager
    def _cooked_mode(self) -> Iterator[None]:
        with super().cooked_mode():  # while something is printed above the prompt
            yield
        self._cooked_bytes = count_waiting(self.fileno())

    def cooked_mode(self) -> AbstractContextManager[None]:
        return self._cooked_mode()

    def read_keys(self) -> list[KeyPress]:
        count, self._cooked_bytes = self._cooked_bytes, 0
        if count:
            self._feed_typed_ahead(self.stdin_reader.read(count).translate(COOKED))
        return super().read_keys()

    def _feed_typed_ahead(self, text: str) -> None:
        self._parser.expect_typed_ahead()
        self._parser.feed(text)

    def begin_silence(self) -> None:
        """Turn the echo off, until `end_silence`: between two prompts the terminal shows
        nothing that is typed. An early prompt does that by itself."""
        self._shows_at_end = self._early is None and set_echo(self.fileno(), on=False)

    def end_silence(self) -> None:
        """Turn the echo on again, if it was on."""
        if self._shows_at_end:
            set_echo(self.fileno(), on=True)

    def drain(self, goes_on: Callable[[], bool]) -> None:
        """Read while `goes_on` returns True, for DRAIN_SECONDS at most; no key acts."""
        if not goes_on():
            return
        with self.raw_mode():
            deadline = time.monotonic() + DRAIN_SECONDS
            while goes_on() and not self.closed and (left := deadline - time.monotonic()) > 0:
                if select.select([self.fileno()], [], [], left)[0]:
                    self.read_keys()

    def waiting_keys(self) -> list[KeyPress]:
        """What was typed while no prompt read, between a reply and the next prompt."""
        with self.raw_mode():
            return self.read_keys() if self._cooked_bytes else []


def open_keyboard(stream: TextIO, early: EarlyPrompt | None = None) -> Vt100Input:
    """Keys from a terminal that is open for reading. `early` is the prompt already on it."""
    return TerminalKeys(stream, early)


class PromptOutput(Vt100_Output):
    """A terminal to draw on; it is never asked where its cursor is.

    `reflows` says that it re-wraps the rows it shows when the window gets narrower: the
    drawing then has more rows than prompt_toolkit knows, so erasing has to begin further up.
    `keeps_erased` says that it re-wraps each row by the longest text that the row held.
    """

    def __init__(
        self,
        stream: TextIO,
        get_size: Callable[[], Size],
        term: str,
        *,
        reflows: bool = False,
        keeps_erased: bool = False,
        find_keypad: Callable[[], Keypad] = no_keypad,
        reports_focus: bool = False,
    ) -> None:
        super().__init__(stream, get_size, term=term, enable_cpr=False)
        self.stand_ins = StandIns()
        self.modes = KeyModes(find_keypad, reports_focus=reports_focus)
        self._reflows = reflows
        self._drawn = Drawn(keeps_erased=keeps_erased)

    def write(self, data: str) -> None:
        super().write(self.stand_ins.written(data))

    def flush(self) -> None:
        super().flush()
        if self._reflows and (app := get_app_or_none()):
            self._drawn.note(app.renderer.last_rendered_screen)

    def cursor_up(self, amount: int) -> None:
        """The first move after the window got narrower starts from rows of the old width."""
        gained = 0
        if self._reflows and (app := get_app_or_none()):
            columns = self.get_size().columns
            gained = self._drawn.rows_gained(amount, columns, app.layout.current_window)
        super().cursor_up(amount + gained)

    def enable_bracketed_paste(self) -> None:
        """Called when keys begin to be read."""
        super().enable_bracketed_paste()
        self.write_raw(self.modes.begin())

    def disable_bracketed_paste(self) -> None:
        self.write_raw(self.modes.end())
        super().disable_bracketed_paste()

    def erase_down(self) -> None:
        """Erase from the second column on, and the first cell separately: otherwise tmux puts
        the whole screen into the scrollback."""
        self.cursor_up(0)  # a drawing of one row is erased without a move before it
        self.write_raw("\x1b[K\x1b[C\x1b[J\x1b[D")


def open_output(stream: TextIO, terminal: Terminal) -> Output:
    """The terminal on that stream."""
    return PromptOutput(
        stream,
        lambda: _size(stream),
        terminal.term,
        reflows=terminal.traits.reflows,
        keeps_erased=terminal.traits.keeps_erased,
        find_keypad=lambda: find_keypad(terminal.term, stream.fileno()),
        reports_focus=may_report_focus(terminal),
    )


def _size(stream: TextIO) -> Size:
    try:
        columns, rows = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return _USUAL_SIZE
    return Size(rows=rows or _USUAL_SIZE.rows, columns=columns or _USUAL_SIZE.columns)


def parse_keys(keyboard: Vt100Input) -> KeyParser:
    """Let `keyboard` read its keys by KeyParser, as many at once as there are."""
    if isinstance(keyboard.vt100_parser, KeyParser):
        return keyboard.vt100_parser
    if not isinstance(keyboard.stdin_reader, GreedyReader):
        keyboard.stdin_reader = GreedyReader(
            keyboard.fileno(), encoding=keyboard.stdin.encoding
        )
    parser = KeyParser(keyboard.vt100_parser.feed_key_callback, _loop_time)
    keyboard.vt100_parser = parser
    return parser


def _loop_time() -> float:
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()
