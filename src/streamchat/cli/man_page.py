"""The manual page: the tables of options and commands as troff, for `--man`.

Pure: text in, text out. To read it: `streamchat --man | man -l -`.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamchat import __version__
from streamchat.core.errors import ExitStatus
from streamchat.core.options.rows import Group, Option
from streamchat.core.settings.report import option_spelling

_ABOUT = (
    "Without a prompt, on a terminal, streamchat opens a chat. With a prompt, or with text on"
    " standard input, it answers once and exits. Piped text comes first, then a blank line,"
    " then the prompt."
)


def format_man_page(options: Sequence[Option], commands: Sequence[tuple[str, str]]) -> str:
    """The page, in the macros of man(7). `commands` holds the usage and help of each."""
    lines = [
        f'.TH STREAMCHAT 1 "" "streamchat {__version__}" "User Commands"',
        *_section("NAME", "streamchat - a terminal chat for servers of the Messages API"),
        *_section("SYNOPSIS", ".B streamchat\n[OPTIONS] [PROMPT...]"),
        *_section("DESCRIPTION", _escape(_ABOUT)),
        ".SH OPTIONS",
        *(line for group in Group for line in _group_lines(group, options)),
        ".SH COMMANDS",
        "A line that starts with a slash and the name of a command runs it.",
        *(line for row in commands for line in _entry(*row)),
        ".SH EXIT STATUS",
        *(line for status in ExitStatus for line in _entry(str(int(status)), _status(status))),
    ]
    return "\n".join(lines) + "\n"


def _group_lines(group: Group, options: Sequence[Option]) -> list[str]:
    rows = [row for row in options if row.group is group and row.flags]
    if not rows:
        return []
    entries = [line for row in rows for line in _entry(option_spelling(row), _meaning(row))]
    return [f'.SS "{_escape(group.value)}"', *entries]


def _meaning(row: Option) -> str:
    choices = f" One of {', '.join(row.choices)}." if row.choices else ""
    named = f" Variable: {', '.join(row.variables)}." if row.variables else ""
    return f"{row.help[0].upper()}{row.help[1:].rstrip('.')}.{choices}{named}"


def _status(status: ExitStatus) -> str:
    return status.name.lower().replace("_", " ")


def _section(title: str, text: str) -> list[str]:
    return [f".SH {title}", text]


def _entry(term: str, text: str) -> list[str]:
    return [".TP", f"\\fB{_escape(term)}\\fR", _escape(text)]


def _escape(text: str) -> str:
    """Text that troff prints unchanged: no macros, minus signs instead of hyphens, and only
    ASCII, which works in every locale."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    plain = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in plain)
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
