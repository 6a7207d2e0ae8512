"""The keyboard: the only importer of prompt_toolkit (0.05 s over asyncio).

Owns what is typed until it is sent: the line and its keys, history, completion, pastes,
and the keys that arrive while a reply is shown. It knows no command, no conversation and
no settings; tables and callables are handed to it.
"""

from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.completion import Choice, CommandRow
from streamchat.prompt.picker import Picker
from streamchat.prompt.plain import PlainPrompt
from streamchat.prompt.reader import Prompt
from streamchat.prompt.tty import open_keyboard, open_output

__all__ = [
    "Choice",
    "CommandRow",
    "Picker",
    "PlainPrompt",
    "Prompt",
    "PromptLook",
    "open_keyboard",
    "open_output",
]
