"""Questions outside a chat: a choice from a list, and a secret that is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.chooser import Chooser
from streamchat.prompt.secret import ask_secret

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Menu:
    """Asks on one terminal. All texts are cleaned."""

    keyboard: Input
    output: Output
    look: PromptLook

    async def choose(
        self, question: str, options: Sequence[tuple[T, str]], *, current: T | None = None
    ) -> T | None:
        """See ports.Reader."""
        chooser = Chooser(
            self.keyboard, self.output, self.look, question, options, current=current
        )
        return await chooser.run()

    async def ask_secret(self, question: str) -> str | None:
        """See ports.Reader."""
        return await ask_secret(self.keyboard, self.output, self.look, question)
