"""The keyboard while a reply is shown: some keys stop it, the rest is typed ahead.

Rules: nothing is echoed; line ends are still translated on output, because the renderer writes
meanwhile; however the watch ends, the terminal's modes are restored.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from prompt_toolkit.filters import Condition
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output

from streamchat.core.keymap import KeyMap
from streamchat.posix.echo import with_echo
from streamchat.prompt.key_parser import ESCAPE_SECONDS, KeyParser
from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.type_ahead import AheadLine

_ENTER = KeyPress(Keys.ControlM, "\r")
_GROUP = 0  # of processes, all of which the terminal would stop


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions of the keys that do not type. `leave` is called on an empty row, with
    whether the key before was the same; `resting` surrounds a suspension: inside it the
    renderer has nothing live on the screen."""

    stop: Callable[[], None]
    escape: Callable[[], None]
    unfold: Callable[[], None]
    redraw: Callable[[], None]
    leave: Callable[[bool], None]
    resting: Callable[[], AbstractContextManager[None]]


class Watch:
    """One watch over `keyboard`, in the loop that runs when it is entered. `show` is called
    when `ahead` has changed."""

    def __init__(
        self,
        keyboard: Input,
        output: Output,
        *,
        ahead: AheadLine,
        show: Callable[[], None],
        actions: Actions,
        keymap: KeyMap,
    ) -> None:
        self._keyboard = keyboard
        self._output = output
        self._ahead = ahead
        self._show = show
        self.actions = actions
        self._flush: asyncio.TimerHandle | None = None
        self._is_on = False
        self._modes = ExitStack()
        ahead.use(keymap, self._load_keys(keymap))

    def __enter__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._take_terminal()
        self._is_on = True
        self._act(get_typeahead(self._keyboard))
        if isinstance(self._parser, KeyParser) and self._parser.is_waiting:
            # An Esc that came in another watch, whose loop has ended.
            self._flush = self._loop.call_later(ESCAPE_SECONDS, self._flush_keys)

    def __exit__(self, *_: object) -> None:
        self._is_on = False
        if isinstance(self._parser, KeyParser) and self._parser.take_held_enter():
            self._ahead.press([_ENTER])
        self._release_terminal()

    @property
    def _parser(self) -> object:
        return self._keyboard.vt100_parser if isinstance(self._keyboard, Vt100Input) else None

    def _take_terminal(self) -> None:
        with ExitStack() as modes:
            modes.enter_context(self._keyboard.raw_mode())
            modes.enter_context(self._pastes_marked())
            if isinstance(self._parser, KeyParser):
                modes.enter_context(self._parser.taking_lines())
            modes.enter_context(self._keyboard.attach(self._on_keys))
            self._modes = modes.pop_all()

    def _release_terminal(self) -> None:
        if self._flush is not None:
            # An Esc that came as the reply ended does nothing now, but it may be the
            # beginning of an arrow key: the parser waits as long as usual for the rest.
            self._cancel_flush()
            self._loop.call_later(ESCAPE_SECONDS, self._keyboard.flush_keys)
        self._modes.close()

    @contextmanager
    def _pastes_marked(self) -> Iterator[None]:
        self._output.enable_bracketed_paste()
        self._output.flush()
        try:
            yield
        finally:
            self._output.disable_bracketed_paste()
            self._output.flush()

    def _on_keys(self) -> None:
        keys = self._keyboard.read_keys()
        self._cancel_flush()
        self._flush = self._loop.call_later(ESCAPE_SECONDS, self._flush_keys)
        self._act(keys)

    def _cancel_flush(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None

    def _flush_keys(self) -> None:
        """What may have been the beginning of a longer key is now a key by itself."""
        self._cancel_flush()
        self._act(self._keyboard.flush_keys())

    def _act(self, keys: list[KeyPress]) -> None:
        if keys:
            self._ahead.press(keys)
            self._show()

    def _load_keys(self, keymap: KeyMap) -> KeyBindings:
        """The keys that do not type. In vi, Esc only leaves the insert mode."""
        keys, bindings, actions = ActionKeys(keymap), KeyBindings(), self.actions
        is_empty = Condition(lambda: not self._ahead.row.text)

        @bindings.add("c-l")
        @bindings.add("c-d", filter=is_empty)
        def stay(event: KeyPressEvent) -> None:
            """Do nothing: prompt_toolkit's own actions need a screen."""

        @keys.on(bindings, "stop")
        def escape(event: KeyPressEvent) -> None:
            actions.escape()

        @bindings.add("c-c")
        def stop(event: KeyPressEvent) -> None:
            actions.stop()

        @keys.on(bindings, "exit", filter=is_empty)
        def leave(event: KeyPressEvent) -> None:
            actions.leave(event.is_repeat)

        keys.on(bindings, "thinking")(lambda _: actions.unfold())
        keys.on(bindings, "clear_screen")(lambda _: actions.redraw())
        keys.on(bindings, "suspend")(lambda _: self._suspend(_GROUP))
        return bindings

    def suspend_soon(self) -> bool:
        """Stop this process as the key does its group; False if the watch is over. May be
        called by a signal handler and in another thread."""
        if self._is_on:
            self._loop.call_soon_threadsafe(self._suspend, os.getpid())
        return self._is_on

    def _suspend(self, processes: int) -> None:
        with self.actions.resting():
            self._modes.close()
            with with_echo(self._keyboard.fileno()):
                os.kill(processes, signal.SIGTSTP)  # returns on fg
            if self._is_on:  # the watch may have ended before `suspend_soon` took effect
                self._take_terminal()
