"""The keyboard: the only importer of prompt_toolkit (0.05 s over asyncio).

Owns what is typed until it is sent: the line and its keys, history, completion, pastes,
and the keys that arrive while a reply is shown. It knows no command, no conversation and
no settings; tables and callables are handed to it.
"""

from streamchat.prompt.completion import Choice, CommandRow
from streamchat.prompt.look import Look
from streamchat.prompt.picker import Picker
from streamchat.prompt.plain import PlainPrompt
from streamchat.prompt.reader import Prompt
from streamchat.prompt.terminal import open_keyboard, open_screen

__all__ = [
    "Choice",
    "CommandRow",
    "Look",
    "Picker",
    "PlainPrompt",
    "Prompt",
    "open_keyboard",
    "open_screen",
]
