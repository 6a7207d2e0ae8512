"""A person at a terminal: keys go in through a pipe, the screen is read through pyte."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyte
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input

from patience import PATIENCE_S
from shared_bindings import share_bindings
from streamchat.core.input_line import CommandNames
from streamchat.core.keymap import DEFAULT_KEYMAP, KeyMap
from streamchat.core.ports import Input, Pasted, TypeAhead
from streamchat.core.status_line import StatusPart
from streamchat.prompt import Hooks, Prompt, PromptLook
from streamchat.prompt.completion import Choice
from streamchat.prompt.drafts import Later
from streamchat.prompt.tty import PromptOutput

share_bindings()

Result = TypeVar("Result")
_TURNS_AT_REST = 50
SIZE = Size(rows=10, columns=40)


@dataclass(frozen=True, slots=True)
class Row:
    """A slash command as the prompt sees it."""

    name: str
    aliases: tuple[str, ...] = ()
    argument: str = ""
    help: str = ""


ROWS = (
    Row("help", ("?",), help="List the commands."),
    Row("model", argument="[NAME]", help="Show or change it."),
    Row("retry", help="Ask again."),
    Row("resume", argument="[REF]", help="Open another."),
)

NAMES = CommandNames(
    known={"system", *(name for row in ROWS for name in (row.name, *row.aliases))},
    multiline={"system"},
)


class Timer:
    """One that never ends."""

    def cancel(self) -> None:
        """Nothing to stop."""


class Paper(io.StringIO):
    """What was written to the terminal, and a way to wait for more of it."""

    def __init__(self) -> None:
        super().__init__()
        self._written = asyncio.Event()

    def write(self, text: str) -> int:
        self._written.set()
        return super().write(text)

    def say(self, notice: str) -> None:
        """A line about the program, as the screen would show it."""
        self.write(f"{notice}\r\n")

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for the write after which `holds`."""
        while not holds():
            self._written.clear()
            await self._written.wait()

    async def rests(self) -> None:
        """Wait until many turns of the loop in a row have written nothing."""
        turns = length = 0
        while turns < _TURNS_AT_REST:
            await asyncio.sleep(0)
            turns = turns + 1 if len(self.getvalue()) == length else 0
            length = len(self.getvalue())


class _Screen(pyte.HistoryScreen):
    """As in tmux, what is erased from the first cell of the screen on is kept."""

    def erase_in_display(self, how: int = 0, *args: object, **kwargs: object) -> None:
        if how == 0 and (self.cursor.x, self.cursor.y) == (0, 0):
            self.history.top.extend(self.buffer.pop(y) for y in range(self.lines))
        super().erase_in_display(how, *args, **kwargs)


@dataclass
class Desk:
    keys: PipeInput
    paper: Paper
    prompt: Prompt
    size: Size

    def type(self, text: str) -> None:
        self.keys.send_text(text)

    def paste(self, text: str) -> None:
        self.type(f"\x1b[200~{text}\x1b[201~")

    def terminal(self) -> pyte.HistoryScreen:
        screen = _Screen(self.size.columns, self.size.rows, history=1000)
        pyte.Stream(screen).feed(self.paper.getvalue())
        return screen

    def screen(self) -> list[str]:
        """The rows of the screen down to the last that is not blank."""
        return _rows(self.terminal().display)

    def whole(self) -> list[str]:
        """The rows of the scrollback and of the screen."""
        terminal = self.terminal()
        above = [
            "".join(row[column].data for column in range(self.size.columns))
            for row in terminal.history.top
        ]
        return _rows([*above, *terminal.display])

    async def sees(self, text: str) -> None:
        await self.paper.until(lambda: any(text in row for row in self.screen()))

    def read(self, typed: str = "", *, prefill: str = "", hint: str = "") -> Input:
        """Type, and tell what one prompt returns."""
        if typed:
            self.type(typed)
        return run(self.prompt.read(prefill=prefill, hint=hint))


def _rows(display: Sequence[str]) -> list[str]:
    rows = [row.rstrip() for row in display]
    while rows and not rows[-1]:
        rows.pop()
    return rows


@dataclass(frozen=True, slots=True)
class KnownArguments:
    of: Callable[[str], Sequence[Choice]]

    def __call__(self, command: str, typed: str) -> Sequence[Choice]:
        return self.of(command)

    async def gather(self, command: str) -> None:
        """Nothing takes time here."""


async def _nothing_to_paste() -> Pasted:
    return Pasted()


@contextmanager
def desk(
    *,
    history: Path | None = None,
    drafts: Path | None = None,
    arguments: Callable[[str], Sequence[Choice]] | KnownArguments = lambda _: [],
    environ: Mapping[str, str] | None = None,
    look: PromptLook | None = None,
    status: Callable[[int], Sequence[StatusPart]] = lambda _: (),
    question_style: Callable[[], str] = str,
    on_ready: Callable[[], None] = lambda: None,
    unfold: Callable[[], None] = lambda: None,
    size: Size = SIZE,
    show_ahead: Callable[[TypeAhead | None], None] = lambda _: None,
    clock: Callable[[], float] = lambda: 0.0,
    keymap: KeyMap = DEFAULT_KEYMAP,
    files: Sequence[str] = (),
    rows: Sequence[Row] = ROWS,
    shows_menu: bool = False,
    next_model: Callable[[], str] = str,
    next_effort: Callable[[], str] = str,
    paste: Callable[[], Awaitable[Pasted]] = _nothing_to_paste,
    later: Later = lambda _seconds, _call: Timer(),
    take_unread: Callable[[], str] = str,
    conversation: Callable[[], str | None] = lambda: "c1",
) -> Iterator[Desk]:
    paper = Paper()
    hooks = Hooks(
        status=status,
        question_style=question_style,
        conversation=conversation,
        later=later,
        on_ready=on_ready,
        notice=paper.say,
        unfold=unfold,
        show_ahead=show_ahead,
        clock=clock,
        keymap=lambda: keymap,
        list_files=lambda: files,
        shows_menu=lambda: shows_menu,
        next_model=next_model,
        next_effort=next_effort,
        paste=paste,
        take_unread=take_unread,
    )
    with create_pipe_input() as keys:
        prompt = Prompt(
            keys,
            PromptOutput(paper, lambda: size, "xterm"),
            history=history,
            drafts=drafts,
            commands=rows,
            names=NAMES,
            arguments=arguments
            if isinstance(arguments, KnownArguments)
            else KnownArguments(arguments),
            environ=environ or {},
            look=look or PromptLook(marks=False),
            hooks=hooks,
        )
        try:
            yield Desk(keys, paper, prompt, size)
        finally:
            prompt.close()


def run(work: Awaitable[Result]) -> Result:
    """Run to the end, and not for ever."""

    async def bounded() -> Result:
        async with asyncio.timeout(PATIENCE_S):
            return await work

    return asyncio.run(bounded())
