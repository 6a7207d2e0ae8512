"""`PlainPrompt`, for TERM=dumb and screen readers: the terminal's own line editing, no escape
sequences.

The same rules of entry hold (a trailing backslash, blocks of three quotes), and lines that are
pasted together are one message. A text handed back for editing cannot be edited here: it is
shown, and an empty line sends it. Lines typed during an answer are queued; a stop shows
them and sends nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from typing import TextIO, TypeVar

from streamchat.core.errors import TerminalClosed
from streamchat.core.input_line import ANY_NAME, plain_text
from streamchat.core.ports import Archive, Input, Key, PickAct, Picked, Typed, stops_none
from streamchat.core.sanitize import clean, clean_line, clean_title
from streamchat.posix.echo import without_echo
from streamchat.posix.signals import interruptible, interrupting, on_continued
from streamchat.prompt.chooser import find_labels
from streamchat.prompt.confirm import ANSWERS
from streamchat.prompt.entry import as_message, block_is_open, continues, message
from streamchat.prompt.plain_lines import PlainLines

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


class PlainPrompt:
    """Lines from `keys`, prompts to `screen`."""

    def __init__(
        self, keys: TextIO, screen: TextIO, sign: str = "> ", unread: Callable[[], str] = str
    ) -> None:
        """`sign` is shown before the typed text; `unread` gives, once, what was typed at
        questions before the chat and did not answer them."""
        self._sign = sign
        self._file = keys.fileno()
        self._lines = PlainLines(keys)
        self._screen = screen
        self._typed = ""  # of a message of several lines
        self.queue: list[str] = []  # what to send after the answer
        self._holds = False
        self._unanswering: list[str] = []  # lines that answered no question
        self._take_unread = unread

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        """One prompt. SIGINT drops the lines of an unfinished message first."""
        if self.queue and not (prefill or self._holds):
            self.echo(queued := self.queue.pop(0))
            return Typed(queued, was_queued=True)
        self._say(f"({hint})\n" if hint else "")
        unread = [self._take_unread(), *self._unanswering]
        prefill = "\n".join(filter(None, [prefill, *unread]))
        self._unanswering.clear()
        self._say(f"{plain_text(prefill)}\n(Enter sends this.)\n" if prefill else "")
        interrupted = asyncio.Event()
        with interruptible(interrupted.set):
            while True:
                said = await self._message(interrupted, shows_sign=True)
                if said is not None:
                    self._holds = False
                    return Typed(said or prefill)
                if not interrupted.is_set():
                    return Key.END
                interrupted.clear()
                self._say("\n")
                if not self._typed:
                    return Key.INTERRUPT
                self._typed = ""

    async def _message(self, stop: asyncio.Event, *, shows_sign: bool = False) -> str | None:
        """The message in the next lines; None at the end of input, or as soon as `stop` is
        set."""
        while True:
            sign = ("  " if self._typed else self._sign) if shows_sign else ""
            is_new = not self._typed
            comes_alone = self._lines.is_typed_ahead and shows_sign
            read = self._lines.line if comes_alone else self._lines.lines
            with self._saying(sign):
                text = await read(stop)
            if text is None:
                typed = self._typed
                if typed and not stop.is_set():
                    self._typed = ""
                    return message(typed)
                return None
            if is_new and "\n" in text:
                return as_message(text, ANY_NAME)
            self._typed += text
            if block_is_open(self._typed):
                self._typed += "\n"
            elif continues(self._typed):
                self._typed = self._typed[:-1] + "\n"
            else:
                typed, self._typed = self._typed, ""
                return message(typed)

    async def confirm(self, question: str, *, default: bool) -> bool:
        """Ask a question of yes or no; leaving it is a no."""
        answers = {**ANSWERS, "": default}
        await self._set_aside()
        while True:
            line = await self._line(f"{question} {'[Y/n]' if default else '[y/N]'} ")
            if line is None or isinstance(line, Key):
                return False
            if (answer := answers.get(line.strip().lower())) is not None:
                return answer
            self._unanswering.append(line)

    def take_unread(self) -> list[str]:
        """Take the lines that were typed and did not answer a question; nothing else will read
        them."""
        unread = [*self.queue, *self._unanswering, *self._lines.take_rest()]
        self.queue, self._unanswering = [], []
        return unread

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
        self,
        question: str,
        options: Sequence[tuple[T, str]],
        *,
        current: T | None = None,
        comes_by_itself: bool = False,
    ) -> T | None:
        """See ports.Reader: numbers choose, words search."""
        labels = [clean_line(label) for _, label in options]
        found = list(range(len(labels)))
        if comes_by_itself:
            await self._set_aside()
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
        """While entered, SIGINT (Ctrl-C) calls `stop`, and lines are queued."""
        is_stopped = False

        def stop_all() -> None:
            nonlocal is_stopped
            is_stopped = True
            stop()

        queuing = asyncio.create_task(self._fill_queue())
        try:
            with interruptible(stop_all):
                yield
        finally:
            queuing.cancel()
            await asyncio.wait({queuing})
            if is_stopped:
                self._give_up_queue()

    async def _fill_queue(self) -> None:
        """Queue lines until cancelled, or until the input ends."""
        with suppress(TerminalClosed):
            while (said := await self._message(asyncio.Event())) is not None:
                if said:
                    self.queue.append(said)

    def _give_up_queue(self) -> None:
        queue, self.queue = self.queue, []
        for said in queue:
            self._say(f"Not sent: {plain_text(said)}\n")

    def hold(self) -> int:
        """See ports.Reader. It says itself how many messages wait: no key takes them back."""
        if self.queue:
            self._holds = True
            count = len(self.queue)
            waits = "1 queued message waits" if count == 1 else f"{count} queued messages wait"
            self._say(f"{waits} for the next answer.\n")
        return 0

    def echo(self, text: str) -> None:
        """See ports.Reader."""
        self._say(f"{self._sign}{plain_text(text)}\n")

    def interrupting(self) -> AbstractContextManager[None]:
        """See ports.Reader."""
        return interrupting()

    def suspend(self) -> bool:
        """See ports.Asker: the terminal edits the lines, so there is nothing to give back."""
        return False

    def close(self) -> None:
        """Nothing is kept here."""

    @contextmanager
    def _saying(self, sign: str) -> Iterator[None]:
        """Show the sign, and again when the program continues after Ctrl-Z."""
        loop = asyncio.get_running_loop()

        def again() -> None:
            loop.call_soon_threadsafe(self._say, sign)

        with on_continued(again):
            self._say(sign)
            yield

    def _say(self, text: str) -> None:
        self._screen.write(clean(text))
        self._screen.flush()

    async def _set_aside(self) -> None:
        """Set aside what was typed before a question, so that it does not answer it. Lines are
        queued; an unfinished one is handed back."""
        while self._lines.is_typed_ahead:
            if said := message(await self._lines.line(asyncio.Event()) or ""):
                self.queue.append(said)
        if begun := self._lines.take_unfinished():
            self._unanswering.append(begun)
            self._say("\n")  # the terminal has shown it

    async def _line(self, sign: str) -> str | Key | None:
        """One line without its end; None at the end of input, a Key for SIGINT."""
        interrupted = asyncio.Event()
        with interruptible(interrupted.set), self._saying(sign):
            line = await self._lines.line(interrupted)
        if interrupted.is_set():
            self._say("\n")
            return Key.INTERRUPT
        return line
