"""The keyboard while a reply is shown: Esc and Ctrl-C stop it, the rest waits.

Rules: nothing is echoed; line ends are still translated on output, for the renderer
writes meanwhile; what is typed or pasted is kept, in prompt_toolkit's own store, for the
next prompt; whatever ends the watch, the terminal's modes are as they were.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output

from streamchat.prompt.key_codes import ALONE
from streamchat.prompt.key_parser import ESCAPE_SECONDS


@dataclass(frozen=True, slots=True)
class Actions:
    """What the keys of a watch do besides waiting."""

    stop: Callable[[], None]
    unfold: Callable[[], None]
    suspend: Callable[[], None]

    def of(self, keys: Sequence[KeyPress], index: int) -> Callable[[], None] | None:
        """The action of a key; None for one that is only typed."""
        match keys[index].key:
            case Keys.ControlC:
                return self.stop
            case Keys.Escape if keys[index + 1 : index + 2] == [ALONE]:
                return self.stop
            case Keys.ControlO:
                return self.unfold
            case Keys.ControlZ:
                return self.suspend
        return None


class Watch:
    """One watch over `keyboard`. `resting` surrounds a suspension: inside it the
    renderer has nothing live on the screen."""

    def __init__(
        self,
        keyboard: Input,
        output: Output,
        *,
        stop: Callable[[], None],
        unfold: Callable[[], None],
        resting: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._keyboard = keyboard
        self._output = output
        self._actions = Actions(stop, unfold, self._suspend)
        self._resting = resting
        self._flush: asyncio.TimerHandle | None = None
        self._modes = ExitStack()

    def __enter__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._take_terminal()

    def __exit__(self, *_: object) -> None:
        self._release_terminal()

    def _take_terminal(self) -> None:
        with ExitStack() as modes:
            modes.enter_context(self._keyboard.raw_mode())
            modes.enter_context(self._pastes_marked())
            modes.enter_context(self._keyboard.attach(self._on_keys))
            self._modes = modes.pop_all()

    def _release_terminal(self) -> None:
        if self._flush is not None:
            # An Esc that came as the reply ended means nothing now, but may yet turn out
            # to be an arrow key: the parser is given the same time for it.
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
        """What was the beginning of a longer key until now is one by itself."""
        self._cancel_flush()
        self._act(self._keyboard.flush_keys())

    def _act(self, keys: list[KeyPress]) -> None:
        for index, key in enumerate(keys):
            if action := self._actions.of(keys, index):
                action()
            elif key != ALONE:
                store_typeahead(self._keyboard, [key])

    def _suspend(self) -> None:
        with self._resting():
            self._modes.close()
            os.kill(0, signal.SIGTSTP)  # the group, as the terminal would; returns on fg
            self._take_terminal()
