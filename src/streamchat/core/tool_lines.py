"""A line that says what a model does with a tool: while it runs, and once it is done.

Pure. The screen and the exports say the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from streamchat.core.messages import THINKING_TYPES, Block
from streamchat.core.sanitize import clean_line

_TOOLS = {
    "web_search": ("searching the web", "searched the web"),
    "web_fetch": ("fetching a page", "asked for a page"),
    "code_execution": ("running code", "ran code"),
    "bash_code_execution": ("running a command", "ran a command"),
    "text_editor_code_execution": ("editing a file", "edited a file"),
}


def awaited_in(kind: str, name: str | None) -> str:
    """What the status says while a block of that wire type arrives."""
    if kind == "text":
        return "writing"
    if kind in THINKING_TYPES:
        return "thinking"
    if kind.endswith("_result"):
        return "reading the results"
    tool = name or kind
    return _TOOLS[tool][0] if tool in _TOOLS else f"using {clean_line(tool)}"


def running_in(block: Block) -> str:
    """What the server does with a finished tool call; "" for no call: searching "tea"."""
    argument = clean_line(_argument(block.get("input")))
    match block.get("type"), block.get("name"):
        case "server_tool_use", "web_search":
            return f'searching "{argument}"'
        case "server_tool_use", "web_fetch":
            host = argument.partition("//")[2].partition("/")[0]
            return f"reading {host or argument}"
        case _:
            return ""


def tool_line(block: Block) -> str:
    """What a finished tool call did: searched the web: price of tea"""
    name = str(block.get("name", "a tool"))
    did = _TOOLS[name][1] if name in _TOOLS else f"used {name}"
    said = _argument(block.get("input"))
    return f"{did}: {said}" if said else did


def _argument(arguments: object) -> str:
    """The argument that says most about the call."""
    if not isinstance(arguments, Mapping):
        return ""
    known = (arguments.get(key) for key in ("query", "url", "command", "path"))
    return next((value for value in known if isinstance(value, str) and value), "")
