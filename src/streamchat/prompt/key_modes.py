"""The modes of the terminal while keys are read, and how they are reset afterwards.

The keypad is in application mode, where terminfo has one, because some terminals otherwise
send nothing recognisable for Delete. A terminal that has the keyboard protocol of kitty is
asked for its first level. One that can is asked to report whether its window has the focus.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeAlias

_GRAPHEMES_ON, _GRAPHEMES_OFF = "\x1b[?2027h", "\x1b[?2027l"
_FOCUS_ON, _FOCUS_OFF = "\x1b[?1004h", "\x1b[?1004l"
_ASK_FOR_PROTOCOL, _PUSH_PROTOCOL, _POP_PROTOCOL = "\x1b[?u", "\x1b[>1u", "\x1b[<u"

Keypad: TypeAlias = tuple[str, str]
"""What begins and ends the application mode of the keypad; empty if there is none."""


def no_keypad() -> Keypad:
    return "", ""


class KeyModes:
    """`begin` and `end` give the sequences to write."""

    def __init__(
        self, find_keypad: Callable[[], Keypad], *, reports_focus: bool = False
    ) -> None:
        self._reports_focus = reports_focus
        self._find_keypad = find_keypad
        self._has_protocol = False
        self._draws_graphemes = False
        self._is_begun = False

    @cached_property
    def _keypad(self) -> Keypad:
        return self._find_keypad()

    def begin(self) -> str:
        self._is_begun = True
        graphemes = _GRAPHEMES_ON * self._draws_graphemes
        focus = _FOCUS_ON * self._reports_focus
        return graphemes + self._keypad[0] + focus + _PUSH_PROTOCOL * self._has_protocol

    def end(self) -> str:
        was_begun, self._is_begun = self._is_begun, False
        graphemes = _GRAPHEMES_OFF * self._draws_graphemes
        focus = _FOCUS_OFF * self._reports_focus
        ended = _POP_PROTOCOL * self._has_protocol + focus + self._keypad[1] + graphemes
        return ended if was_begun else ""

    def ask_for_protocol(self) -> str:
        """The answer comes as a key."""
        return _ASK_FOR_PROTOCOL

    def draw_graphemes(self) -> str:
        """Let the terminal draw a grapheme as one (mode 2027)."""
        is_news, self._draws_graphemes = not self._draws_graphemes, True
        return _GRAPHEMES_ON if is_news and self._is_begun else ""

    def use_protocol(self) -> str:
        """Use the protocol: the terminal has it."""
        is_news, self._has_protocol = not self._has_protocol, True
        return _PUSH_PROTOCOL if is_news and self._is_begun else ""


def find_keypad(term: str, file: int) -> Keypad:
    """Read the sequences from terminfo."""
    try:
        import curses  # 1 ms
    except ImportError:  # Python can be built without it
        return no_keypad()
    try:
        curses.setupterm(term, file)
        begin, end = curses.tigetstr("smkx") or b"", curses.tigetstr("rmkx") or b""
    except curses.error:
        return no_keypad()
    return begin.decode("ascii", "ignore"), end.decode("ascii", "ignore")
