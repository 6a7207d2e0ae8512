"""Questions to the terminal while the prompt is shown, and what its answers turn on.

Rule: the question goes out after the prompt is on the screen, and nothing waits for an answer:
it comes among the keys, at any time or never. Only leaving waits for a moment, and only for an
answer that is still due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from prompt_toolkit.output import Output

from streamchat.prompt.tty import PromptOutput

# After leaving at once, the shell would take the answer as typed.
DELAY_SECONDS = 0.1
_ASK_LAST = "\x1b[c"  # every terminal answers this one (DA1), in the order of the questions


@dataclass(slots=True)
class TerminalQuestions:
    """`text` is written unchanged; with `may_have_protocol`, the terminal is also asked for
    the keyboard protocol of kitty. `is_reading` says whether an answer would be read, and
    `on_answer` gets the answers."""

    output: Output
    text: str
    may_have_protocol: bool
    is_reading: Callable[[], bool]
    on_answer: Callable[[str], object]
    is_awaiting: bool = False  # an answer is still due

    def heard(self, answer: str) -> None:
        """Take an answer of the terminal, without its ESC."""
        if answer.startswith("[?") and answer.endswith("c"):
            self.is_awaiting = False
        self.on_answer(answer)

    def ask_soon(self) -> None:
        if self.text or self.may_have_protocol:
            asyncio.get_running_loop().call_later(DELAY_SECONDS, self._ask)

    def use_protocol(self) -> None:
        """The terminal has the keyboard protocol."""
        if isinstance(self.output, PromptOutput):
            self._write(self.output.modes.use_protocol())

    def draw_graphemes(self) -> None:
        """The terminal has mode 2027."""
        if isinstance(self.output, PromptOutput):
            self._write(self.output.modes.draw_graphemes())

    def _ask(self) -> None:
        if self.is_reading() and isinstance(self.output, PromptOutput):
            protocol = self.output.modes.ask_for_protocol() if self.may_have_protocol else ""
            self.is_awaiting = True
            self._write(protocol + self.text + _ASK_LAST)

    def _write(self, sequence: str) -> None:
        self.output.write_raw(sequence)
        self.output.flush()
