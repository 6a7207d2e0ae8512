"""A question that one line answers: a text to edit, or a secret that is shown as stars."""

from __future__ import annotations

from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.shortcuts.prompt import PromptSession

from streamchat.core.sanitize import clean_line
from streamchat.prompt.appearance import PromptLook


async def ask_line(
    keyboard: Input,
    output: Output,
    look: PromptLook,
    question: str,
    prefill: str = "",
    *,
    is_secret: bool = False,
) -> str | None:
    """What is typed or pasted; None for Esc, Ctrl-C, Ctrl-D."""
    session: PromptSession[str] = PromptSession(
        message=f"{clean_line(question)} ",
        is_password=is_secret,
        key_bindings=_leaving(),
        style=look.styles,
        input=keyboard,
        output=output,
    )
    try:
        return await session.prompt_async(default=clean_line(prefill))
    except (EOFError, KeyboardInterrupt):
        return None


def _leaving() -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("escape", eager=True)
    @bindings.add("c-d")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    return bindings
