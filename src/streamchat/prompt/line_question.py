"""A question that one line answers: a text to edit, or a secret that is shown as stars."""

from __future__ import annotations

from prompt_toolkit.input import Input
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.output import Output
from prompt_toolkit.shortcuts.prompt import PromptSession

from streamchat.core.keymap import DEFAULT_KEYMAP, KeyMap
from streamchat.core.sanitize import clean_line
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.list_keys import load_leaving_keys
from streamchat.prompt.tty import parse_keys


async def ask_line(
    keyboard: Input,
    output: Output,
    look: PromptLook,
    question: str,
    prefill: str = "",
    *,
    keymap: KeyMap = DEFAULT_KEYMAP,
    is_secret: bool = False,
) -> str | None:
    """What was typed or pasted; None when the user left."""
    if isinstance(keyboard, Vt100Input):
        parse_keys(keyboard)
    session: PromptSession[str | None] = PromptSession(
        message=f"{clean_line(question)} ",
        is_password=is_secret,
        key_bindings=load_leaving_keys(keymap),
        style=look.styles,
        input=keyboard,
        output=output,
    )
    try:
        return await session.prompt_async(default=clean_line(prefill))
    except (EOFError, KeyboardInterrupt):
        return None
