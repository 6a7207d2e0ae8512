"""Commands of similar programs, for people who come from there: aichat, llm, Claude Code."""

from __future__ import annotations

import re

_DOTTED = re.compile(r"\.([a-z]+)(?: .*)?\Z")
_OURS = {
    **dict.fromkeys(("session", "sessions", "load", "history"), "/resume"),
    **dict.fromkeys(("info", "set", "settings", "status"), "/config"),
    **dict.fromkeys(("agent", "agents", "output-style"), "/role"),
    "add-dir": "/attach",
    "compress": "/compact",
    "doctor": "/bug",
    "empty": "/new",
    "macro": "/script",
    "prompt": "/system",
    "regenerate": "/retry",
    "rewind": "/undo",
    "stats": "/budget",
    "temperature": "a [request] table in a profile",
    "vim": "/config keys vi",
}


def our_command(name: str) -> str:
    """The equivalent here of another program's command; "" if there is none."""
    return _OURS.get(name, "")


def find_dotted(text: str) -> str:
    """The name in a line that may be a command of aichat, such as `.exit`; "" for none."""
    found = _DOTTED.match(text)
    return found[1] if found else ""
