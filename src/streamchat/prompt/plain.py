"""`PlainPrompt`, for TERM=dumb and for those who listen: the terminal's own line editing,
no escape sequence.

The same rules of entry hold (a trailing backslash, blocks of three quotes). A text handed
back for editing cannot be edited here: it is shown, and an empty line sends it again.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TextIO, TypeVar

from streamchat.core.errors import TerminalClosed
from streamchat.core.input_line import plain_text
from streamchat.core.ports import Archive, Input, Key, PickAct, Picked, Typed, stops_none
from streamchat.core.sanitize import clean, clean_line, clean_title
from streamchat.posix.echo import without_echo
from streamchat.posix.signals import interruptible, interrupting
from streamchat.prompt.chooser import find_labels
from streamchat.prompt.confirm import ANSWERS
from streamchat.prompt.entry import block_is_open, continues, message, normalised

T = TypeVar("T")
MOST_LISTED = 20
_PICK_QUESTION = (
    "number to open (r1 renames, d1 deletes, c1 copies, e1 exports), words to search,"
    " Enter to leave: "
)
_PICK = re.compile(r"(?P<act>[rdce]?) *(?P<number>\d{1,3})")
_ACTS = {
    "": PickAct.OPEN,
    "r": PickAct.RENAME,
    "d": PickAct.DELETE,
    "c": PickAct.FORK,
    "e": PickAct.EXPORT,
}
_PIECE_BYTES = 65536


class PlainPrompt:
    """Lines from `keys`, prompts to `screen`."""

    def __init__(self, keys: TextIO, screen: TextIO, sign: str = "> ") -> None:
        """`sign` stands before what is typed."""
        self._sign = sign
        self._file = keys.fileno()
        self._is_terminal = keys.isatty()
        self._screen = screen
        self._pending = b""
        self._ended = False

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        """One prompt. SIGINT drops the lines of an unfinished message first."""
        self._say(f"({hint})\n" if hint else "")
        self._say(f"{plain_text(prefill)}\n(Enter sends this again.)\n" if prefill else "")
        typed = ""
        while True:
            line = await self._line("  " if typed else self._sign)
            if line is None:
                return Typed(message(typed)) if typed else Key.END
            if isinstance(line, Key):
                if not typed:
                    return line
                typed = ""
                continue
            typed += line
            if block_is_open(typed):
                typed += "\n"
            elif continues(typed):
                typed = typed[:-1] + "\n"
            else:
                return Typed(message(typed) or prefill)

    async def confirm(self, question: str, *, default: bool) -> bool:
        """Ask a question of yes or no; leaving it is a no."""
        answers = {**ANSWERS, "": default}
        while True:
            line = await self._line(f"{question} {'[Y/n]' if default else '[y/N]'} ")
            if line is None or isinstance(line, Key):
                return False
            if (answer := answers.get(line.strip().lower())) is not None:
                return answer

    async def pick(
        self,
        archive: Archive,
        age: Callable[[float], str],
        *,
        words: str = "",
        note: str = "",
    ) -> Picked | None:
        """See ports.Asker: a number opens; a letter before it renames, deletes, copies,
        exports."""
        self._say(f"{note}\n" if note else "")
        for _ in archive.catch_up():
            pass
        while True:
            hits = archive.browse(words, most=MOST_LISTED)
            for number, hit in enumerate(hits, 1):
                title = clean_title(hit.summary.title) or "untitled"
                self._say(f"{number:3} {age(hit.summary.updated):>6}  {title}\n")
            line = await self._line(_PICK_QUESTION)
            if line is None or isinstance(line, Key) or not line.strip():
                return None
            chosen = _PICK.fullmatch(line.strip())
            if chosen and 0 < int(chosen["number"]) <= len(hits):
                path = hits[int(chosen["number"]) - 1].summary.path
                return Picked(path, _ACTS[chosen["act"]], words)
            words = line

    @property
    def can_choose(self) -> bool:
        """See ports.Reader."""
        return True

    async def choose(
        self, question: str, options: Sequence[tuple[T, str]], *, current: T | None = None
    ) -> T | None:
        """See ports.Reader: numbers choose, words search."""
        labels = [clean_line(label) for _, label in options]
        found = list(range(len(labels)))
        self._say(f"{clean_line(question)}\n")
        while True:
            for place in found[:MOST_LISTED]:
                mark = " (now)" if options[place][0] == current and current is not None else ""
                self._say(f"{place + 1:3} {labels[place]}{mark}\n")
            if len(found) > MOST_LISTED:
                self._say(f"{len(found) - MOST_LISTED} more; words find fewer.\n")
            line = await self._line("number to take, words to search, Enter to leave: ")
            if line is None or isinstance(line, Key) or not line.strip():
                return None
            if line.strip().isdecimal() and 0 < int(line) <= len(labels):
                return options[int(line) - 1][0]
            found = find_labels(labels, line)
            if not found:
                self._say("Nothing matches.\n")

    async def ask_text(self, question: str, *, prefill: str = "") -> str | None:
        """See ports.Asker: an empty line keeps what there is."""
        now = f" (now: {clean_line(prefill)})" if prefill else ""
        line = await self._line(f"{clean_line(question).removesuffix(':')}{now}: ")
        return line.strip() or None if isinstance(line, str) else None

    async def ask_secret(self, question: str) -> str | None:
        """See ports.Reader."""
        with without_echo(self._file):
            line = await self._line(f"{question}: ")
        self._say("\n")
        return line if isinstance(line, str) else None

    @asynccontextmanager
    async def watching(
        self, stop: Callable[[], None], stop_one: Callable[[int], bool] = stops_none
    ) -> AsyncIterator[None]:
        """While entered, SIGINT (Ctrl-C) calls `stop`; other keys are the terminal's."""
        with interruptible(stop):
            yield

    def hold(self) -> int:
        """Nothing is queued here: the terminal keeps what is typed."""
        return 0

    def echo(self, text: str) -> None:
        """See ports.Reader."""
        self._say(f"{self._sign}{plain_text(text)}\n")

    def interrupting(self) -> AbstractContextManager[None]:
        """See ports.Reader."""
        return interrupting()

    def close(self) -> None:
        """Nothing is kept here."""

    def _say(self, text: str) -> None:
        self._screen.write(clean(text))
        self._screen.flush()

    async def _line(self, sign: str) -> str | Key | None:
        """One line without its end; None at the end of input, a Key for SIGINT."""
        self._say(sign)
        interrupted = asyncio.Event()
        with interruptible(interrupted.set):
            while b"\n" not in self._pending and not self._ended:
                if await self._interrupted_first(interrupted):
                    self._say("\n")
                    return Key.INTERRUPT
                piece = self._read()
                self._pending += piece
                self._ended = not piece
        line, end, self._pending = self._pending.partition(b"\n")
        text = line.removesuffix(b"\r").decode(errors="replace")
        return normalised(text) if line or end else None

    def _read(self) -> bytes:
        """Some bytes, none at the end of input. Raises TerminalClosed where the end is that
        of the terminal, and not a Ctrl-D."""
        try:
            piece = os.read(self._file, _PIECE_BYTES)
        except OSError as error:
            raise TerminalClosed() from error
        if not piece and self._is_terminal and not os.isatty(self._file):
            raise TerminalClosed()
        return piece

    async def _interrupted_first(self, interrupted: asyncio.Event) -> bool:
        """Wait for input or SIGINT, and tell whether it was SIGINT."""
        loop = asyncio.get_running_loop()
        happened = asyncio.Event()
        loop.add_reader(self._file, happened.set)
        waiting = {loop.create_task(happened.wait()), loop.create_task(interrupted.wait())}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_reader(self._file)
            for task in waiting:
                task.cancel()
        return interrupted.is_set()
