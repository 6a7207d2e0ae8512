"""The lines of --script, and the reader that types them.

Rules: a line means what it means at the prompt: a trailing backslash continues it, three
quotes hold a block. Without --allow-shell, a script runs no shell commands: a line that begins
with ! is refused before anything is sent. \\! begins a message with !. A question that a
command asks is answered by the next line.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted
from streamchat.core.input_line import VERBATIM
from streamchat.core.ports import Archive, Input, Key, Picked, Reader, Typed, stops_none
from streamchat.posix.signals import interruptible, interrupting
from streamchat.prompt.entry import block_is_open, continues, message, normalised

T = TypeVar("T")
_ANSWERS = {"y": True, "yes": True, "n": False, "no": False}


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One input, and the number of the line in the file where it begins."""

    number: int
    text: str


def split_script(text: str, *, allows_shell: bool = False) -> list[ScriptLine]:
    """Raises UsageError for a block that is not closed and for a command of the shell."""
    found: list[ScriptLine] = []
    typed, began = "", 1
    for number, line in enumerate(normalised(text).split("\n"), 1):
        began = began if typed else number
        typed += line
        if block_is_open(typed):
            typed += "\n"
        elif continues(typed):
            typed = typed[:-1] + "\n"
        else:
            found += _line(began, typed, allows_shell=allows_shell)
            typed = ""
    if typed and block_is_open(typed):
        raise UsageError(f'line {began}: the block is not closed; end it with """.')
    found += _line(began, typed.removesuffix("\n"), allows_shell=allows_shell)
    return found


def _line(number: int, typed: str, *, allows_shell: bool) -> Iterator[ScriptLine]:
    if typed.startswith("!") and not allows_shell:
        raise UsageError(
            f"line {number}: a script runs a shell command only with --allow-shell."
            " Write \\! for a message that begins with !."
        )
    if typed.startswith("\\!"):
        yield ScriptLine(number, VERBATIM + typed[1:])
    elif typed.strip():
        yield ScriptLine(number, message(typed))


class ScriptReader:
    """Implements ports.Script: types the lines of the file `name`, until `is_over()`.
    `keyboard` stops what is long; without one, SIGINT does."""

    def __init__(
        self,
        lines: list[ScriptLine],
        name: str,
        is_over: Callable[[], bool] = bool,
        keyboard: Reader | None = None,
    ) -> None:
        self._lines = iter(lines)
        self._name, self._number = name, 0
        self._is_over, self._keyboard = is_over, keyboard

    @property
    def place(self) -> str:
        """See ports.Script."""
        return f"{self._name}, line {self._number}"

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        """The next line. A text that is handed back for editing is not sent again."""
        line = None if self._is_over() else self._next()
        return Key.END if line is None else Typed(line)

    async def confirm(self, question: str, *, default: bool) -> bool:
        """The next line answers. Raises UsageError for anything but a yes or a no."""
        line = self._next()
        if line is None:
            raise UsageError(f"{question} The next line must be y or n.")
        answer = _ANSWERS.get(line.strip().lower())
        if answer is None:
            raise UsageError(f"{question} {quoted(line)} is neither y nor n.")
        return answer

    async def pick(
        self,
        archive: Archive,
        age: Callable[[float], str],
        *,
        words: str = "",
        note: str = "",
    ) -> Picked | None:
        """Raises UsageError: nobody is there to choose."""
        raise UsageError(
            "A script names the conversation: /resume TITLE, or the start of an id."
        )

    async def ask_text(self, question: str, *, prefill: str = "") -> str | None:
        """The next line answers."""
        return self._next()

    def suspend(self) -> bool:
        """See ports.Asker."""
        return False

    @property
    def can_choose(self) -> bool:
        """See ports.Reader."""
        return False

    async def choose(
        self,
        question: str,
        options: Sequence[tuple[T, str]],
        *,
        current: T | None = None,
        comes_by_itself: bool = False,
    ) -> T | None:
        """Nobody is there to choose."""
        return None

    async def ask_secret(self, question: str) -> str | None:
        """Raises UsageError: a script holds no secrets."""
        raise UsageError("A script cannot answer this. Run the command in a chat.")

    @asynccontextmanager
    async def watching(
        self, stop: Callable[[], None], stop_one: Callable[[int], bool] = stops_none
    ) -> AsyncIterator[None]:
        """While entered, Ctrl-C calls `stop`."""
        if self._keyboard is None:
            with interruptible(stop):
                yield
        else:
            async with self._keyboard.watching(stop, stop_one):
                yield

    def echo(self, text: str) -> None:
        """The output of a pipe has no questions."""

    def interrupting(self) -> AbstractContextManager[None]:
        """See ports.Reader."""
        return self._keyboard.interrupting() if self._keyboard else interrupting()

    def close(self) -> None:
        """Nothing is kept here."""

    def hold(self) -> int:
        """No message of a script waits in a queue."""
        return 0

    def _next(self) -> str | None:
        line = next(self._lines, None)
        if line is None:
            return None
        self._number = line.number
        return line.text
