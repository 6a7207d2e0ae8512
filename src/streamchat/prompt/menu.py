"""Every question but the prompt itself (ports.Asker)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from streamchat.core.ports import Archive, Picked
from streamchat.core.sanitize import clean
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.chooser import Chooser
from streamchat.prompt.confirm import confirm
from streamchat.prompt.line_question import ask_line
from streamchat.prompt.picker import Picker

T = TypeVar("T")


@dataclass(slots=True)
class Menu:
    """Asks on one terminal, beside a chat or before it. All texts are cleaned."""

    keyboard: Input
    output: Output
    look: PromptLook

    @property
    def can_choose(self) -> bool:
        """See ports.Asker."""
        return True

    async def confirm(self, question: str, *, default: bool) -> bool:
        """See ports.Asker."""
        return await confirm(
            self.keyboard, self.output, clean(question), self.look.styles, default=default
        )

    async def choose(
        self, question: str, options: Sequence[tuple[T, str]], *, current: T | None = None
    ) -> T | None:
        """See ports.Asker."""
        chooser = Chooser(
            self.keyboard, self.output, self.look, question, options, current=current
        )
        return await chooser.run()

    async def ask_secret(self, question: str) -> str | None:
        """See ports.Asker."""
        return await ask_line(self.keyboard, self.output, self.look, question, is_secret=True)

    async def ask_text(self, question: str, *, prefill: str = "") -> str | None:
        """See ports.Asker."""
        return await ask_line(self.keyboard, self.output, self.look, question, prefill)

    async def pick(
        self,
        archive: Archive,
        age: Callable[[float], str],
        *,
        words: str = "",
        note: str = "",
    ) -> Picked | None:
        """See ports.Asker."""
        picker = Picker(
            self.keyboard, self.output, archive, self.look, age, words=words, note=note
        )
        return await picker.run()
