"""The slash commands, one row each.

A row is a function. The decorator names its usage, group and aliases; the docstring is its
help text. Dispatch, completion, /help and README read the same table. A handler changes the
session and returns an outcome for the loop to act on; it never prints.

`registry` has the table, `outcomes` what a handler returns, `help` what /help shows, the
other modules the handlers by topic. The order of the imports is the order within each group
of /help.
"""

from streamchat.app.commands import (
    accounts,
    attachments,
    basics,
    branches,
    bug,
    config,
    exports,
    files,
    last_answer,
    models,
    money,
    reasoning,
    roles,
    shown,
    web,
)
from streamchat.app.commands.registry import COMMANDS, Command, dispatch

__all__ = [
    "COMMANDS",
    "Command",
    "accounts",
    "attachments",
    "basics",
    "branches",
    "bug",
    "config",
    "dispatch",
    "exports",
    "files",
    "last_answer",
    "models",
    "money",
    "reasoning",
    "roles",
    "shown",
    "web",
]
