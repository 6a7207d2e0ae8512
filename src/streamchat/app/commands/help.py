"""What /help shows, and README's tables of commands and keys.

Owns the wording about keys; the text about a command is the docstring of its handler.
The overview has names only, so that it fits a window of 80 x 24.
"""

from __future__ import annotations

from streamchat.app.commands.registry import COMMANDS, Command, Topic, find_command

KEYS = '''\
| key | what it does |
|---|---|
| `Enter` | send the message |
| `Ctrl-J`, `Alt-Enter`, `Shift-Enter`, a trailing `\\` | start a new line in the message |
| `"""` | begin and end a message of several lines |
| `Ctrl-C`, `Esc` | stop the answer, keep what arrived, send nothing that is queued |
| `Enter`, `Up` during an answer | queue a message or command; take the last one back |
| `Ctrl-C` at the prompt | clear the line |
| `Esc` `Esc` on an empty line | edit the last question |
| `Ctrl-O` | show all of the last thinking |
| `Ctrl-D` on an empty line, `Ctrl-C` twice | exit |
| `Up`, `Ctrl-R` | recall and search earlier input |
| `Ctrl-X` `Ctrl-E`, `Ctrl-G` | write the message in your editor |
| `Ctrl-X` `Ctrl-P` | expand a folded paste |
| `Ctrl-L` | clear the screen but keep the scrollback |
| `Ctrl-Z` | suspend |
| `Tab` | complete a command |

`Ctrl-J` works in every terminal. Some send the same for `Shift-Enter` as for `Enter`, and
xterm takes `Alt-Enter` for itself.
'''
_MAIN_KEYS = "`Enter` send · `Alt-Enter` new line · `Esc` stop · `Esc Esc` edit · `Ctrl-D` exit"


def help_overview() -> str:
    """All commands by name, in groups, as Markdown."""
    parts = [f"**{topic.value}:** {_names(topic)}" for topic in Topic]
    parts.append(f"**Keys:** {_MAIN_KEYS}")
    parts.append("`/help COMMAND` explains a command, `/help keys` lists all keys.")
    return "\n\n".join(parts) + "\n"


def _names(topic: Topic) -> str:
    return " ".join(f"`/{row.name}`" for row in COMMANDS if row.topic is topic)


def explain_command(name: str) -> str:
    """The help of one command, of `keys`, or of `all` commands, as Markdown. Raises
    UsageError for an unknown name."""
    match name.removeprefix("/"):
        case "keys":
            return KEYS
        case "all":
            return f"{commands_table()}\n{KEYS}"
        case known:
            row = find_command(known)
            return f"`{row.usage}`\n\n{row.help}{_also(row)}\n"


def commands_table() -> str:
    """The table of all commands as Markdown, by groups."""
    rows = [row for topic in Topic for row in COMMANDS if row.topic is topic]
    cells = [f"| `{_cell(row.usage)}` | {row.help}{_also(row)} |" for row in rows]
    return "\n".join(["| command | what it does |", "|---|---|", *cells, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _also(row: Command) -> str:
    return f" Also: {', '.join(f'`/{alias}`' for alias in row.aliases)}." if row.aliases else ""
