"""A line that is edited without a prompt: prompt_toolkit's own keys, and no screen.

Takes keys as a prompt does, in emacs or vi mode. The caller shows `document`.
It is built at the first key, because prompt_toolkit takes some milliseconds to load its keys.
"""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.application import Application
from prompt_toolkit.application.current import set_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import vi_navigation_mode
from prompt_toolkit.input import DummyInput
from prompt_toolkit.key_binding import (
    DynamicKeyBindings,
    KeyBindingsBase,
    KeyPress,
    merge_key_bindings,
)
from prompt_toolkit.layout import BufferControl, Layout, Window
from prompt_toolkit.output import DummyOutput

from streamchat.prompt.keys.vi import LastChange, load_vi


class RowEditor:
    """`bindings` come before prompt_toolkit's own."""

    def __init__(self) -> None:
        self.bindings: KeyBindingsBase | None = None
        self.buffer = Buffer(name=DEFAULT_BUFFER, multiline=True)
        self._app: Application[None] | None = None

    @property
    def is_normal(self) -> bool:
        """Whether this is the normal mode of vi."""
        if self._app is None:
            return False
        with set_app(self._app):
            return vi_navigation_mode()

    def press(self, presses: Iterable[KeyPress], mode: EditingMode) -> None:
        """Act on the keys; an unbound key does nothing."""
        app = self._app = self._app or self._new_app()
        if app.editing_mode != mode:
            app.editing_mode = mode
            app.vi_state.reset()
        with set_app(app):
            app.key_processor.feed_multiple(list(presses))
            app.key_processor.process_keys()

    def take(self) -> Document:
        """Take the line, which is empty afterwards."""
        document = self.buffer.document
        self.buffer.reset()
        if self._app is not None:
            self._app.vi_state.reset()
        return document

    def _new_app(self) -> Application[None]:
        app: Application[None] = Application(
            layout=Layout(Window(BufferControl(self.buffer))),
            key_bindings=merge_key_bindings(
                [load_vi(lambda: last_change()), DynamicKeyBindings(lambda: self.bindings)]
            ),
            input=DummyInput(),
            output=DummyOutput(),
        )
        last_change = LastChange(app, self.buffer)
        # None: a chord waits for its second key (prompt_toolkit infers the type too narrowly)
        app.timeoutlen = None  # type: ignore[assignment]
        return app
