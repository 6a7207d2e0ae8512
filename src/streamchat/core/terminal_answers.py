"""Questions to a terminal about itself, and what its answers mean.

Pure: questions are text to write, answers text that was read. An answer may come late or
never, so nothing waits for one.

Rule: only a terminal that is known to answer, or to ignore, a question is asked it. Some
print what they do not know.
"""

from __future__ import annotations

import re
from dataclasses import replace

from streamchat.core.terminal import Background, Depth, Joins, Terminal

_ASK_BACKGROUND = "\x1b]11;?\x1b\\"
_ASK_SYNCHRONIZED, _ASK_GRAPHEMES = "\x1b[?2026$p", "\x1b[?2027$p"
_ASK_VERSION = "\x1b[>q"
_REPORT_MODES = (
    *("contour", "foot", "ghostty", "iterm.app", "kitty", "konsole", "vte", "wezterm"),
    *("windows-terminal", "xterm"),
)

_BACKGROUND = re.compile(
    r"\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})(?:/[0-9a-f]{1,4})?",
    re.IGNORECASE,
)
_MODE = re.compile(r"\[\?(2026|2027);([0-4])\$y")
_KITTY = re.compile(r"P>\|kitty\((\d{1,4})\.(\d{1,4})")
_KITTY_JOINS_GRAPHEMES = (0, 42)
_SET, _RESET, _ALWAYS_SET = "1", "2", "3"


def format_questions(terminal: Terminal) -> str:
    """What to write to learn more about this terminal; it may be empty."""
    if not terminal.takes_osc:
        return ""
    has_colours = terminal.depth >= Depth.COLOURS_16
    asked = [_ASK_BACKGROUND] if has_colours and not terminal.in_screen else []
    if terminal.program in _REPORT_MODES:
        asked += [_ASK_SYNCHRONIZED, _ASK_GRAPHEMES]
    if terminal.program == "kitty":
        asked.append(_ASK_VERSION)
    return "".join(asked)


def learn(terminal: Terminal, answer: str) -> Terminal:
    """The terminal as it describes itself. `answer` comes without its ESC and its end; an
    answer without a known meaning changes nothing."""
    if match := _BACKGROUND.fullmatch(answer):
        return replace(terminal, background=_background_of(match.groups()))
    if match := _MODE.fullmatch(answer):
        return _with_mode(terminal, *match.groups())
    match = _KITTY.match(answer)
    if match and (int(match[1]), int(match[2])) >= _KITTY_JOINS_GRAPHEMES:
        return _with_graphemes(terminal)
    return terminal


def _background_of(channels: tuple[str, ...]) -> Background:
    """By the brightness that an eye sees (ITU-R BT.709)."""
    red, green, blue = (int(digits, 16) / (16 ** len(digits) - 1) for digits in channels)
    brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return Background.LIGHT if brightness > 0.5 else Background.DARK


def _with_mode(terminal: Terminal, mode: str, state: str) -> Terminal:
    is_there = state in (_SET, _RESET, _ALWAYS_SET)
    if mode == "2026":
        can_switch = state in (_SET, _RESET)
        return replace(terminal, traits=replace(terminal.traits, synchronizes=can_switch))
    if not is_there:
        return terminal
    return replace(_with_graphemes(terminal), wants_grapheme_mode=state == _RESET)


def _with_graphemes(terminal: Terminal) -> Terminal:
    return replace(terminal, traits=replace(terminal.traits, joins=Joins.GRAPHEMES))
