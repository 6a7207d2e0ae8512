"""The slash commands, one row each.

A row is a function: its usage line and aliases stand in the decorator, its docstring is
the help. Dispatch, completion, /help and README read the same table. A handler changes
the session and returns an outcome for the loop to act on; it never prints.

`table` has the rows and their outcomes, the other modules the handlers, by theme; the
order of the imports here is the order of /help.
"""

from streamchat.app.commands import basics, branches, exports, money, reasoning
from streamchat.app.commands.table import (
    COMMANDS,
    KEYS,
    Answer,
    Ask,
    Command,
    Compact,
    Copy,
    Count,
    Done,
    Edit,
    Outcome,
    Quit,
    Redraw,
    Replay,
    Report,
    commands_table,
    run,
)

__all__ = [
    "COMMANDS",
    "KEYS",
    "Answer",
    "Ask",
    "Command",
    "Compact",
    "Copy",
    "Count",
    "Done",
    "Edit",
    "Outcome",
    "Quit",
    "Redraw",
    "Replay",
    "Report",
    "basics",
    "branches",
    "commands_table",
    "exports",
    "money",
    "reasoning",
    "run",
]
