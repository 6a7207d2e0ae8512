"""Questions outside a chat: a choice by arrow keys, and a secret that is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from prompt_toolkit.application import create_app_session
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.shortcuts.choice_input import ChoiceInput
from prompt_toolkit.shortcuts.prompt import PromptSession

from streamchat.core.sanitize import clean_line
from streamchat.prompt.appearance import PromptLook

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Menu:
    """Asks on one terminal. All texts are cleaned."""

    keyboard: Input
    output: Output
    look: PromptLook

    async def choose(self, question: str, options: Sequence[tuple[T, str]]) -> T | None:
        """One of the options by arrow keys or its number; None for Esc, Ctrl-C, Ctrl-D."""
        labels = [(at, [("", clean_line(label))]) for at, (_, label) in enumerate(options)]
        with create_app_session(input=self.keyboard, output=self.output):
            choice: ChoiceInput[int] = ChoiceInput(
                message=FormattedText([("", clean_line(question))]),
                options=[(at, FormattedText(label)) for at, label in labels],
                symbol=self.look.sign.strip(),
                style=self.look.styles,
                key_bindings=_leaving(),
            )
            try:
                chosen = await choice.prompt_async()
            except (EOFError, KeyboardInterrupt):
                return None
        return options[chosen][0]

    async def ask_secret(self, question: str) -> str | None:
        """What is typed or pasted, which is shown as stars; None for Esc, Ctrl-C, Ctrl-D."""
        session: PromptSession[str] = PromptSession(
            message=f"{clean_line(question)} ",
            is_password=True,
            key_bindings=_leaving(),
            style=self.look.styles,
            input=self.keyboard,
            output=self.output,
        )
        try:
            return await session.prompt_async()
        except (EOFError, KeyboardInterrupt):
            return None


def _leaving() -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("escape", eager=True)
    @bindings.add("c-d")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    return bindings
