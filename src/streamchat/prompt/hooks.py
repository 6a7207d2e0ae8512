"""The functions of the rest of the program that the prompt calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from streamchat.core.keymap import DEFAULT_KEYMAP, KeyMap
from streamchat.core.ports import NoClipboard, Pasted, TypeAhead
from streamchat.core.status_line import StatusPart
from streamchat.prompt.drafts import Cancellable, Later


def _nothing() -> None:
    pass


def _no_parts(_queued: int) -> Sequence[StatusPart]:
    return ()


def _ignore(_: object) -> None:
    pass


def _later(seconds: float, call: Callable[[], None]) -> Cancellable:
    return asyncio.get_running_loop().call_later(seconds, call)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Each may be left out.

    `status` gives the parts of the line below the prompt, by the number of messages that are
    queued, and must be cheap; `question_style` how a text looks once it is sent.
    `conversation` gives the id of the open conversation, None while nothing may be saved.
    `on_ready` is called once, when the first prompt is on the screen. `notice` shows a line
    about the program between two prompts. `unfold` is called by Ctrl-O. `clock` is
    monotonic, in seconds; `later` calls a function after that many seconds.

    While a reply is shown, `redraw` is called by Ctrl-L, `show_ahead` when something was typed,
    and `resting` surrounds a suspension.

    `keymap` gives the keys as they are bound now, before each prompt and answer.
    `next_model` and `next_effort` change these, and return a line that says so.
    `shows_menu` tells whether a menu opens while the user types; `list_files` gives the files
    that `@` offers, in a thread, and `only_sendable` those of a few that can be sent.
    `paste` takes what is on the clipboard. `take_unread` gives, once, what the terminal took
    beside questions that another part of the program asked.
    `on_answer` gets the terminal's answers to questions, whenever they come.
    """

    status: Callable[[int], Sequence[StatusPart]] = _no_parts
    question_style: Callable[[], str] = str
    conversation: Callable[[], str | None] = str
    on_ready: Callable[[], None] = _nothing
    notice: Callable[[str], None] = _ignore
    unfold: Callable[[], None] = _nothing
    redraw: Callable[[], None] = _nothing
    show_ahead: Callable[[TypeAhead | None], None] = _ignore
    resting: Callable[[], AbstractContextManager[None]] = nullcontext
    on_answer: Callable[[str], object] = str
    next_model: Callable[[], str] = str
    next_effort: Callable[[], str] = str
    shows_menu: Callable[[], bool] = lambda: True
    list_files: Callable[[], Sequence[str]] = tuple
    only_sendable: Callable[[Sequence[str]], Sequence[str]] = tuple
    paste: Callable[[], Awaitable[Pasted]] = NoClipboard().paste
    take_unread: Callable[[], str] = str
    keymap: Callable[[], KeyMap] = lambda: DEFAULT_KEYMAP
    clock: Callable[[], float] = time.monotonic
    later: Later = _later
