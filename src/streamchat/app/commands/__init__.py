"""The slash commands, one row each.

A row is a function: its usage line and aliases stand in the decorator, its docstring is
the help. Dispatch, completion, /help and README read the same table. A handler changes
the session and returns an outcome for the loop to act on; it never prints.

`table` has the rows and their outcomes, the other modules the handlers, by theme; the
order of the imports here is the order of /help.
"""

from streamchat.app.commands import basics, branches, exports, money, reasoning
from streamchat.app.commands.registry import (
    COMMANDS,
    KEYS,
    AskModel,
    AskUser,
    Command,
    Compact,
    Copy,
    CountRequest,
    Done,
    Edit,
    Outcome,
    Quit,
    Redraw,
    Replay,
    ShowReport,
    commands_table,
    dispatch,
)

__all__ = [
    "COMMANDS",
    "KEYS",
    "AskModel",
    "AskUser",
    "Command",
    "Compact",
    "Copy",
    "CountRequest",
    "Done",
    "Edit",
    "Outcome",
    "Quit",
    "Redraw",
    "Replay",
    "ShowReport",
    "basics",
    "branches",
    "commands_table",
    "dispatch",
    "exports",
    "money",
    "reasoning",
]
