"""What a window tells its user besides its text: a title and a notification.

Pure: sequences as text. Rules: a terminal gets only what it is known to take, and an unknown
one gets nothing. A sequence holds the title of the conversation, cleaned and cut, and never a
word of an answer.
"""

from __future__ import annotations

from enum import Enum

from streamchat.core.sanitize import clean_line
from streamchat.core.terminal import Terminal

PROGRAM = "streamchat"
FOCUS_CAME, FOCUS_WENT = "[I", "[O"  # what a terminal reports in mode 1004, without ESC
_LONGEST = 60
_BELL = "\a"
_PUSH_TITLE, _POP_TITLE = "\x1b[22;2t", "\x1b[23;2t"
# They take OSC 2, and keep the title that it replaces.
_WITH_TITLES = frozenset(
    {"alacritty", "contour", "foot", "ghostty", "iterm.app", "kitty", "tmux", "vte"}
    | {"wezterm", "xterm"}
)
_REPORT_FOCUS = frozenset(
    {"alacritty", "contour", "foot", "ghostty", "iterm.app", "kitty", "konsole", "vscode"}
    | {"vte", "wezterm", "windows-terminal", "xterm"}
)
_MAY_REPORT_FOCUS = _REPORT_FOCUS | {"tmux"}  # which does so only if it is set up for it
_NOTIFY_BY_9 = frozenset({"ghostty", "iterm.app", "kitty", "wezterm"})
_NOTIFY_BY_777 = frozenset({"contour", "foot"})
_NOTIFY_BY_BELL = frozenset(
    {"alacritty", "apple_terminal", "konsole", "rxvt", "screen", "st", "tmux", "vscode"}
    | {"vte", "windows-terminal", "xterm"}
)


class Activity(Enum):
    """What streamchat is doing, for the title of the window."""

    IDLE = ""
    WAITING = "waiting: "
    WRITING = "writing: "


def has_titles(terminal: Terminal) -> bool:
    return terminal.is_live and terminal.takes_osc and terminal.program in _WITH_TITLES


def may_report_focus(terminal: Terminal) -> bool:
    """Whether it may be asked to say when its window gets or loses the focus."""
    return terminal.is_live and terminal.program in _MAY_REPORT_FOCUS


def surely_reports_focus(terminal: Terminal) -> bool:
    return terminal.is_live and terminal.program in _REPORT_FOCUS


def keep_title() -> str:
    """Let the terminal keep the title that it has."""
    return _PUSH_TITLE


def restore_title() -> str:
    return _POP_TITLE


def format_title(conversation: str, activity: Activity) -> str:
    """Set the title of the window."""
    title = _cleaned(conversation)
    return f"\x1b]2;{activity.value}{f'{title} - ' if title else ''}{PROGRAM}{_BELL}"


def format_notification(conversation: str, terminal: Terminal, *, only_bell: bool) -> str:
    """Tell the user that an answer is there; "" if the terminal is not known to do it."""
    if not terminal.is_live:
        return ""
    said = f"The answer is there: {_cleaned(conversation) or 'untitled'}"
    if terminal.program in _NOTIFY_BY_9 and not only_bell:
        return f"\x1b]9;{PROGRAM}: {said}{_BELL}"
    if terminal.program in _NOTIFY_BY_777 and not only_bell:
        return f"\x1b]777;notify;{PROGRAM};{said}{_BELL}"
    is_known = terminal.program in _NOTIFY_BY_BELL | _NOTIFY_BY_9 | _NOTIFY_BY_777
    return _BELL if is_known else ""


def _cleaned(text: str) -> str:
    """On one line and short; a semicolon would begin another field."""
    return clean_line(text).replace(";", ",")[:_LONGEST]
