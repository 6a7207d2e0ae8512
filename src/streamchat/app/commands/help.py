"""What /help shows, and README's tables of commands and keys.

Owns the wording about keys; the text about a command is the docstring of its handler.
The overview has names only, so that it fits a window of 80 x 24.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streamchat.app.commands.registry import (
    COMMANDS,
    Command,
    Topic,
    find_command,
    is_command,
    rows_by_topic,
)
from streamchat.core.key_actions import KEY_ACTIONS
from streamchat.core.keymap import DEFAULT_KEYMAP, KeyMap
from streamchat.core.sanitize import clean_line

_MOST_PROMPTS = 20
_CTRL_C = "clear the line{}, or stop an answer; twice, exit"
_OTHER_KEYS = (
    (
        "`!command`",
        "run a command in your shell, attach its output; `\\!` begins a message with `!`",
    ),
    ("`@path`", "attach a file; a menu lists the files"),
    ("a trailing `\\`", "continue the message on a new line"),
    ('`"""`', "begin and end a message of several lines"),
)
_ABOUT_KEYS = """\
`[keys]` in config.toml binds an action: `thinking = "F5"`, or a list of keys.
`keys = "vi"` edits as in vi; then `Esc` stops an answer only in normal mode. There, `/`
searches all earlier input and `Ctrl-R` redoes; `Ctrl-A` and macros are missing.
With `enter = "newline"`, `Enter` is a new line and, unless `[keys]` binds `send`,
`Alt-Enter` or `Ctrl-Enter` sends.
Some terminals send the same for `Shift-Enter` as for `Enter`; xterm keeps `Alt-Enter`.
"""


def keys_table(keymap: KeyMap = DEFAULT_KEYMAP) -> str:
    """The actions with their keys as they are bound, and the keys that are always the same."""
    rows = [
        (_format_chords(keymap.chords[action.name]), action.help, f"`{action.name}`")
        for action in KEY_ACTIONS
    ]
    back = f" ({_format_chords(keymap.chords['older'][:1])} brings it back)"
    rows.append(("`Ctrl-C`", _CTRL_C.format(back * bool(keymap.chords["older"])), ""))
    rows += [(keys, about, "") for keys, about in _OTHER_KEYS]
    cells = [f"| {keys} | {about} | {action} |" for keys, about, action in rows]
    return "\n".join(
        ["| keys | what they do | action |", "|---|---|---|", *cells, "", _ABOUT_KEYS]
    )


def _format_chords(chords: Iterable[str]) -> str:
    return ", ".join("`" + chord.replace(" ", "` `") + "`" for chord in chords) or "none"


_MAIN_KEYS = {
    "send": "send",
    "new_line": "new line",
    "stop": "stop",
    "edit_last": "edit",
    "exit": "exit",
}


def help_overview(keymap: KeyMap = DEFAULT_KEYMAP) -> str:
    """All commands by name, in groups, as Markdown."""
    parts = [f"**{topic.value}:** {_names(topic)}" for topic in Topic]
    parts.append(f"**Keys:** {_main_keys(keymap)}")
    parts.append("`/help COMMAND` explains a command, `/help keys` lists all keys.")
    return "\n\n".join(parts) + "\n"


def list_prompts(prompts: Sequence[str]) -> str:
    """The prompt files as Markdown; "" if there are none."""
    hidden = [name for name in prompts if is_command(name) or " " in name]
    usable = [f"`/{clean_line(name)}`" for name in prompts if name not in hidden]
    text = f"\n**Your prompts:** {_some_of(usable)}\n" if usable else ""
    if hidden:
        names = _some_of([f"`{clean_line(name)}`" for name in hidden])
        text += f"\nOnly `--prompt NAME` sends these: {names}.\n"
    return text


def _some_of(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_PROMPTS} more" if len(names) > _MOST_PROMPTS else ""
    return " ".join(names[:_MOST_PROMPTS]) + more


def _main_keys(keymap: KeyMap) -> str:
    chords = {**keymap.chords, "stop": keymap.chords["stop"] or (keymap.stop_key,)}
    bound = [(chords[name], about) for name, about in _MAIN_KEYS.items()]
    return " · ".join(f"`{keys[0]}` {about}" for keys, about in bound if keys)


def _names(topic: Topic) -> str:
    return " ".join(f"`/{row.name}`" for row in COMMANDS if row.topic is topic)


def explain_command(name: str, keymap: KeyMap = DEFAULT_KEYMAP) -> str:
    """The help of one command, of `keys`, or of `all` commands, as Markdown. Raises
    UsageError for an unknown name."""
    match name.removeprefix("/"):
        case "keys":
            return keys_table(keymap)
        case "all":
            return f"{commands_table()}\n{keys_table(keymap)}"
        case known:
            row = find_command(known)
            return f"`{row.usage}`\n\n{row.help}{_also(row)}\n"


def commands_table() -> str:
    """The table of all commands as Markdown, by groups."""
    cells = [f"| `{_cell(row.usage)}` | {row.help}{_also(row)} |" for row in rows_by_topic()]
    return "\n".join(["| command | what it does |", "|---|---|", *cells, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _also(row: Command) -> str:
    return f" Also: {', '.join(f'`/{alias}`' for alias in row.aliases)}." if row.aliases else ""
