"""What the terminal is asked while the prompt stands, and what its answers switch on.

Rule: the question goes out after the prompt is on the screen, and nothing waits for an
answer: it comes among the keys, at any time or never. Only whoever leaves waits for a moment,
and only for an answer that is still on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from prompt_toolkit.output import Output

from streamchat.prompt.tty import PromptOutput

# Whoever leaves at once is not there for the answer, which the shell would take as typed.
DELAY_SECONDS = 0.1
_ASK_LAST = "\x1b[c"  # every terminal answers this one (DA1), and in turn


@dataclass(slots=True)
class TerminalQuestions:
    """`text` is written as it is; with `may_have_protocol`, the terminal is also asked for
    the keyboard protocol of kitty. `is_reading` says whether an answer would be read, and
    `on_answer` gets it."""

    output: Output
    text: str
    may_have_protocol: bool
    is_reading: Callable[[], bool]
    on_answer: Callable[[str], object]
    is_awaiting: bool = False  # the terminal has not answered all that it was asked

    def heard(self, answer: str) -> None:
        """The terminal answers; without the ESC."""
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
