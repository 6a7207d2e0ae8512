"""Dim texts around the line: a hint in its place, a remark to its right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prompt_toolkit.application import get_app
from prompt_toolkit.formatted_text import StyleAndTextTuples

from streamchat.core.sanitize import clean


@dataclass(slots=True)
class Remarks:
    """A hint on an empty line ends with the first key; one that comes with a text stays."""

    redraw: Callable[[], None]
    remark: str = ""
    _hint: str = ""
    _hidden_hint: str = ""
    _hint_is_brief: bool = True

    def begin(self, hint: str, *, is_brief: bool) -> None:
        self._hint, self._hidden_hint = clean(hint), ""
        self._hint_is_brief = is_brief

    def say(self, remark: str) -> None:
        self.remark = remark
        self.redraw()

    def line_changed(self) -> None:
        self.say("")
        if self._hint and self._hint_is_brief:
            self._hint, self._hidden_hint = "", self._hint

    def show_hint_again(self) -> bool:
        """Show a hint again that was typed over. Returns whether there was one."""
        hidden, self._hidden_hint = self._hidden_hint, ""
        self._hint = hidden or self._hint
        return bool(hidden)

    def on_the_line(self) -> StyleAndTextTuples:
        return [] if get_app().is_done else [("class:remark", self._hint)]

    def at_the_right(self) -> StyleAndTextTuples:
        if get_app().is_done:
            return []
        return [("class:remark", clean(self.remark))]
