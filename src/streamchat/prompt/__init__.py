"""The keyboard: the only importer of prompt_toolkit (0.05 s over asyncio).

Owns what is typed until it is sent: the line and its keys, history, completion, pastes,
and the keys that arrive while a reply is shown. It knows no command, no conversation and
no settings; tables and callables are handed to it.

Importing this package loads none of its modules, since the first of them (`early`) puts the
prompt on the screen before prompt_toolkit is loaded.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamchat.prompt.appearance import PromptLook
    from streamchat.prompt.hooks import Hooks
    from streamchat.prompt.opening import EditorFiles
    from streamchat.prompt.plain import PlainPrompt
    from streamchat.prompt.reader import Prompt
    from streamchat.prompt.tty import open_keyboard, open_output

_MODULES = {
    "EditorFiles": "opening",
    "Hooks": "hooks",
    "PlainPrompt": "plain",
    "Prompt": "reader",
    "PromptLook": "appearance",
    "open_keyboard": "tty",
    "open_output": "tty",
}

__all__ = [
    "EditorFiles",
    "Hooks",
    "PlainPrompt",
    "Prompt",
    "PromptLook",
    "open_keyboard",
    "open_output",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
