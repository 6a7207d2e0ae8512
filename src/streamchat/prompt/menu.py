"""Every question except the prompt itself (ports.Asker)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from prompt_toolkit.application import get_app_or_none
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from streamchat.core.keymap import DEFAULT_KEYMAP, KeyMap
from streamchat.core.ports import Archive, Picked
from streamchat.core.sanitize import clean
from streamchat.posix.signals import interrupting
from streamchat.posix.terminals import gives_single_keys
from streamchat.prompt.ahead import set_aside
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.chooser import Chooser
from streamchat.prompt.confirm import confirm
from streamchat.prompt.line_question import ask_line
from streamchat.prompt.picker import Picker

T = TypeVar("T")


@dataclass(slots=True)
class Menu:
    """Asks on one terminal, in a chat or before it. All texts are cleaned."""

    keyboard: Input
    output: Output
    look: PromptLook
    keymap: Callable[[], KeyMap] = lambda: DEFAULT_KEYMAP

    @property
    def can_choose(self) -> bool:
        """See ports.Asker."""
        return True

    def suspend(self) -> bool:
        """See ports.Asker."""
        app = get_app_or_none()
        if app is None or app.loop is None or not gives_single_keys(self.keyboard.fileno()):
            return False
        app.loop.call_soon_threadsafe(partial(app.suspend_to_background, suspend_group=False))
        return True

    def interrupting(self) -> AbstractContextManager[None]:
        """See ports.Asker."""
        return interrupting()

    async def confirm(self, question: str, *, default: bool) -> bool:
        """See ports.Asker."""
        return await confirm(
            self.keyboard, self.output, clean(question), self.look.styles, default=default
        )

    async def choose(
        self,
        question: str,
        options: Sequence[tuple[T, str]],
        *,
        current: T | None = None,
        comes_by_itself: bool = False,
    ) -> T | None:
        """See ports.Asker."""
        chooser = Chooser(
            self.keyboard,
            self.output,
            self.look,
            question,
            options,
            keymap=self.keymap(),
            current=current,
        )
        with set_aside(self.keyboard) if comes_by_itself else nullcontext():
            return await chooser.run()

    async def ask_secret(self, question: str) -> str | None:
        """See ports.Asker."""
        leave = self.keymap().key_of("list_leave", "Ctrl-C")
        return await self._ask_line(f"{question} ({leave} goes back):", is_secret=True)

    async def ask_text(self, question: str, *, prefill: str = "") -> str | None:
        """See ports.Asker."""
        return await self._ask_line(question, prefill)

    async def _ask_line(
        self, question: str, prefill: str = "", *, is_secret: bool = False
    ) -> str | None:
        return await ask_line(
            self.keyboard,
            self.output,
            self.look,
            question,
            prefill,
            keymap=self.keymap(),
            is_secret=is_secret,
        )

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
            self.keyboard,
            self.output,
            archive,
            self.look,
            age,
            keymap=self.keymap(),
            words=words,
            note=note,
        )
        return await picker.run()
