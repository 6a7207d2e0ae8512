"""`Prompt`, the keyboard as the application sees it (`ports.Reader`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from prompt_toolkit.completion import Completer
from prompt_toolkit.document import Document
from prompt_toolkit.input import Input as KeyInput
from prompt_toolkit.output import Output

from streamchat.core.input_line import VERBATIM, CommandNames
from streamchat.core.ports import Input, Key, Typed, stops_none
from streamchat.core.terminal import Joins
from streamchat.posix.signals import interruptible, interrupting
from streamchat.posix.terminals import gives_single_keys
from streamchat.prompt.ahead import read_text, taken_text
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.aside import Interruption, watching_aside
from streamchat.prompt.completion import Arguments, CommandRow, LateCompleter
from streamchat.prompt.draft_files import DraftFile, adopt_drafts
from streamchat.prompt.drafts import Drafts, describe_adopted
from streamchat.prompt.file_offers import FileOffers
from streamchat.prompt.history import FileHistory
from streamchat.prompt.history_file import HistoryEntry
from streamchat.prompt.hooks import Hooks
from streamchat.prompt.keys import Recall
from streamchat.prompt.line_editor import LineEditor
from streamchat.prompt.menu import Menu
from streamchat.prompt.pastes import Pastes
from streamchat.prompt.provenance import Provenance
from streamchat.prompt.tty import TerminalKeys
from streamchat.prompt.type_ahead import AheadLine
from streamchat.prompt.watch import Actions, Watch

T = TypeVar("T")
_TURNS_OF_A_SIGNAL = 3  # turns of the event loop until a signal reaches it
LEAVE_NOTICE = "again stops this and exits."


class Prompt(Menu):
    """The keyboard and the prompt on one terminal.

    Owns what was typed and not yet sent: the queue of messages that wait for the end of an
    answer, and what a stop or a failure makes of it.
    """

    def __init__(
        self,
        keyboard: KeyInput,
        output: Output,
        *,
        history: Path | None,
        commands: Sequence[CommandRow],
        arguments: Arguments,
        environ: Mapping[str, str],
        look: PromptLook,
        drafts: Path | None = None,
        names: CommandNames | None = None,
        hooks: Hooks | None = None,
        questions: str = "",
    ) -> None:
        """Sent input is written to the file `history`, unsent input to the directory `drafts`.
        `names` tells commands from messages; `questions` are put to the terminal once the
        prompt is on the screen."""
        self._hooks = hooks or Hooks()
        super().__init__(keyboard, output, look, self._hooks.keymap)
        known = {name for row in commands for name in (row.name, *row.aliases)}
        self._provenance = Provenance(names or CommandNames(known), Pastes())
        self._history = FileHistory(history, self._provenance.line_of_entry)
        self._ahead = AheadLine(self._provenance)
        self._files = FileOffers(self._hooks.list_files, self._hooks.only_sendable)
        self._drafts_directory = drafts
        self._drafts = Drafts(
            DraftFile(drafts) if drafts else None,
            self._hooks.later,
            self._entry,
            lambda problem: self._editor.remarks.say(problem),
        )
        self._watch: Watch | None = None  # the last one
        self._put_back: list[str] = []  # from the queue to the history, not sent since
        self._holds = self._leaves = self._was_interrupted = False
        if isinstance(keyboard, TerminalKeys):
            keyboard.begin_silence()
        self._editor = LineEditor(
            keyboard,
            output,
            look=look,
            environ=environ,
            hooks=self._hooks,
            provenance=self._provenance,
            history=self._history,
            completer=LateCompleter(lambda: self._build_menu(commands, arguments)),
            recall=Recall(self._keep_queue, self._keep_left),
            on_change=self._line_changed,
            questions=questions,
            count_queued=lambda: len(self._ahead.queue),
        )

    def _build_menu(self, commands: Sequence[CommandRow], arguments: Arguments) -> Completer:
        from streamchat.prompt.menu_entries import MenuEntries

        return MenuEntries(commands, arguments, self._files, Path(self.look.here))

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        """See ports.Reader. Cancelling restores the terminal."""
        if self._was_interrupted:
            self._was_interrupted = False
            for _ in range(_TURNS_OF_A_SIGNAL):
                await asyncio.sleep(0)  # otherwise the prompt would handle that signal
        if self._leaves:
            self._leaves = False
            return Key.END
        if not (prefill or self._holds) and (line := self._ahead.take_next()) is not None:
            self._editor.echo(line)
            return replace(self._sent(line), was_queued=True)
        self._files.begin()
        adopted = self._adopt_drafts()
        if prefill and adopted:
            self._hooks.notice(adopted)
        self._editor.remarks.begin(hint or adopted, is_brief=not prefill)
        self._history.waiting = tuple(self._ahead.queue)
        with self._drafts.written_on_failure():
            result = await self._editor.edit(self._begun(prefill))
        if result != self._editor.recall.draft:
            self._keep_left(self._editor.recall.draft)
        if result is Key.END:
            self._drafts.write()
        if isinstance(result, Key):
            return result
        self._holds = False
        recalled = self._editor.recall.recalled
        return replace(
            self._sent(result), recalled=recalled and self._provenance.sent_input(recalled)
        )

    def echo(self, text: str) -> None:
        """See ports.Reader."""
        self._editor.echo(self._provenance.line_of_input(text))

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """See ports.Reader. The keys do what they do during an answer."""
        interruption = Interruption()
        watch = self._build_watch(interruption.send, stops_none, self._row_changed)
        try:
            with watching_aside(watch), interrupting(), interruption.open():
                yield
        except KeyboardInterrupt:
            self._was_interrupted = True
            raise
        finally:
            self._row_changed()
            self._drafts.hurry()  # the loop that would have written them has ended

    def suspend(self) -> bool:
        """See ports.Asker."""
        if self._watch and gives_single_keys(self.keyboard.fileno()):
            return self._watch.suspend_soon() or super().suspend()
        return super().suspend()

    def close(self) -> None:
        """See ports.Reader."""
        self._drafts.close()
        self._editor.close()
        if isinstance(self.keyboard, TerminalKeys):
            self.keyboard.end_silence()

    def _adopt_drafts(self) -> str:
        """Move unsent drafts of earlier chats into the history, once. Returns a line about
        it."""
        directory, self._drafts_directory = self._drafts_directory, None
        count = adopt_drafts(directory, self._history.adopt) if directory else 0
        return describe_adopted(count, self._hooks.keymap().key_of("older"))

    def _begun(self, prefill: str) -> Document:
        """The initial content of the prompt: a text to edit, and below it what was typed
        before the user saw that text."""
        row = self._ahead.take_row()
        self._line_changed(row.text)
        unread = read_text(self._hooks.take_unread())
        if not (prefill or unread):
            return row
        below = [row.text.replace(VERBATIM, ""), unread, taken_text(self.keyboard)]
        text = "\n".join(filter(None, [self._provenance.line_of_input(prefill), *below]))
        return Document(text, len(text))

    def _sent(self, line: str) -> Typed:
        done = (line, self._editor.recall.recalled)
        self._put_back = [each for each in self._put_back if each not in done]
        self._line_changed("")
        entry = self._entry(line)
        self._history.record(
            entry.text, conversation=entry.conversation, is_verbatim=entry.is_verbatim
        )
        self._editor.remarks.say(self._history.problem)
        self._history.problem = ""
        return Typed(self._provenance.sent_input(line))

    def _entry(self, line: str) -> HistoryEntry:
        return self._provenance.entry(line, self._hooks.conversation())

    def _line_changed(self, line: str) -> None:
        """The unsent texts are now the queue, what came back from it, and this line."""
        lines = dict.fromkeys([*self._put_back, *self._ahead.queue, line])
        self._drafts.changed(list(lines))

    def _row_changed(self) -> None:
        """Something was typed ahead. While leaving, it was saved already."""
        if not self._leaves:
            self._line_changed(self._ahead.row.text)

    def adapt(self, joins: Joins, *, wants_grapheme_mode: bool) -> None:
        """Draw emoji as the terminal says that it does."""
        self._editor.adapt(joins, wants_grapheme_mode=wants_grapheme_mode)

    def hold(self) -> int:
        """See ports.Reader."""
        self._holds = bool(self._ahead.queue)
        return len(self._ahead.queue)

    def _keep_left(self, line: str) -> None:
        """Let a line be recalled in whose place another one was sent."""
        if line.strip() and not self._history.holds(line):
            self._history.keep_in_memory(line)
            self._put_back.append(line)

    def _keep_queue(self) -> None:
        """Let the queue be recalled instead of sent."""
        for line in self._ahead.take_queue():
            self._history.keep_in_memory(line)
            self._put_back.append(line)

    @asynccontextmanager
    async def watching(
        self, stop: Callable[[], None], stop_one: Callable[[int], bool] = stops_none
    ) -> AsyncIterator[None]:
        """See ports.Reader."""

        def show() -> None:
            self._row_changed()
            self._hooks.show_ahead(self._ahead.shown(self._editor.shown))

        watch = self._build_watch(stop, stop_one, show)
        with self._drafts.written_on_failure(), interruptible(watch.actions.stop), watch:
            show()
            try:
                yield
            finally:
                self._hooks.show_ahead(None)

    def _build_watch(
        self,
        stop: Callable[[], None],
        stop_one: Callable[[int], bool],
        show: Callable[[], None],
    ) -> Watch:
        def stop_all() -> None:
            self._keep_queue()
            stop()

        def escape() -> None:
            digit = self._ahead.row.text
            if digit.isdecimal() and len(digit) == 1 and stop_one(int(digit)):
                self._ahead.take_row()
            else:
                stop_all()

        def leave(is_sure: bool) -> None:  # noqa: FBT001
            if is_sure:
                self._row_changed()
                self._leaves = True
                self._drafts.write()
                stop_all()
            else:
                self._hooks.notice(f"{hooks.keymap().key_of('exit')} {LEAVE_NOTICE}")

        hooks = self._hooks
        self._watch = Watch(
            self.keyboard,
            self.output,
            ahead=self._ahead,
            show=show,
            actions=Actions(stop_all, escape, hooks.unfold, hooks.redraw, leave, hooks.resting),
            keymap=hooks.keymap(),
        )
        return self._watch
