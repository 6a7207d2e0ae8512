"""`Prompt`, the keyboard as the application sees it (`ports.Reader`).

The prompt is drawn in place, never on the alternate screen, and never asks the terminal
where its cursor is: a terminal that answers late would type the answer.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path

from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import (
    FormattedText,
    to_formatted_text,
)
from prompt_toolkit.input import Input as KeyInput
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import merge_key_bindings
from prompt_toolkit.output import Output
from prompt_toolkit.shortcuts import print_formatted_text
from prompt_toolkit.shortcuts.prompt import PromptSession

from streamchat.core.errors import TerminalClosed
from streamchat.core.input_line import CommandNames
from streamchat.core.ports import Archive, Input, Key, Typed
from streamchat.core.sanitize import clean
from streamchat.core.terminal import Joins
from streamchat.posix.fatal_signals import is_ignored
from streamchat.posix.signals import interruptible
from streamchat.prompt import keys
from streamchat.prompt.ahead import taken_text
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.completion import (
    Arguments,
    CommandCompleter,
    CommandRow,
    SuggestFromHistory,
)
from streamchat.prompt.confirm import confirm
from streamchat.prompt.early import count_waiting
from streamchat.prompt.echo import CONTINUATION, echo, is_taller
from streamchat.prompt.editor import edited
from streamchat.prompt.emoji import EmojiWidths, StandIns
from streamchat.prompt.history import FileHistory
from streamchat.prompt.key_parser import ESCAPE_SECONDS, KeyParser
from streamchat.prompt.marks import Marks
from streamchat.prompt.pastes import Pastes, Shown
from streamchat.prompt.picker import Picker
from streamchat.prompt.provenance import Provenance
from streamchat.prompt.questions import Questions
from streamchat.prompt.remarks import Remarks
from streamchat.prompt.tty import PromptOutput, TerminalKeys, parse_keys
from streamchat.prompt.watch import Watch

CHORD_SECONDS = 60.0  # Ctrl-X waits for its second key; Esc is known before, see KeyParser
MENU_ROWS = 8


def _nothing() -> None:
    pass


class Prompt:
    """The keyboard and the prompt on one terminal."""

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
        names: CommandNames | None = None,
        status: Callable[[], str] = str,
        conversation: Callable[[], str | None] = str,
        on_ready: Callable[[], None] = _nothing,
        unfold: Callable[[], None] = _nothing,
        resting: Callable[[], AbstractContextManager[None]] = nullcontext,
        clock: Callable[[], float] = time.monotonic,
        questions: str = "",
        on_answer: Callable[[str], object] = str,
    ) -> None:
        """`status` gives a short line for the right of the prompt and must be cheap;
        what is sent is written to `history` with the id of the open `conversation`, and
        not at all while that is None;
        `on_ready` is called once, when the first prompt is on the screen; `unfold` by
        Ctrl-O; `resting` surrounds a suspension in a reply; `clock` is monotonic; `questions`
        are written to the terminal once the prompt stands, and `on_answer` gets what it
        answers, whenever that comes."""
        self._parser: KeyParser | None = None
        if isinstance(keyboard, Vt100Input):
            self._parser = parse_keys(keyboard)
            self._parser.on_protocol = lambda: self._questions.use_protocol()
            self._parser.on_answer = on_answer
        self._keyboard = keyboard
        self._output = output
        self._look = look
        self._environ = environ
        self._conversation = conversation
        self._on_ready = on_ready
        self._unfold = unfold
        self._resting = resting
        self._marks = Marks(output, look.marks)
        self._remarks = Remarks(status, self._redraw)
        self._recall = keys.Recall()
        self._pastes = Pastes()
        self._shown = Shown(self._pastes)
        stand_ins = output.stand_ins if isinstance(output, PromptOutput) else StandIns()
        self._emoji = EmojiWidths(look.joins, stand_ins)
        known = {name for row in commands for name in (row.name, *row.aliases)}
        self._provenance = Provenance(names or CommandNames(known), self._pastes)
        self._history = FileHistory(history, self._provenance.line_of_entry)
        self._session = self._new_session(CommandCompleter(commands, arguments), environ, clock)
        self._questions = Questions(
            output, questions, look.may_have_protocol, lambda: self._session.app.is_running
        )

    def _new_session(
        self,
        completer: CommandCompleter,
        environ: Mapping[str, str],
        clock: Callable[[], float],
    ) -> PromptSession[str | Key | keys.Editing]:
        session: PromptSession[str | Key | keys.Editing] = PromptSession(
            message=partial(self._marks.around, self._look.sign),
            multiline=True,
            prompt_continuation=CONTINUATION,
            editing_mode=EditingMode.VI if self._look.vi else EditingMode.EMACS,
            key_bindings=merge_key_bindings(
                [
                    keys.load_sending(self._is_taller),
                    keys.load_leaving(self._remarks.show_hint_again, clock),
                    keys.load_pasting(self._provenance),
                    keys.load_recalling(self._recall),
                    keys.load_completing(),
                    keys.load_unfolding(self._unfold),
                    keys.load_editing(environ, self._remarks.say),
                ]
            ),
            completer=completer,
            complete_while_typing=False,
            history=self._history,
            enable_history_search=Condition(self._recall.searches),
            search_ignore_case=True,
            auto_suggest=SuggestFromHistory(),
            input_processors=[self._shown, self._emoji],
            rprompt=self._remarks.at_the_right,
            placeholder=self._remarks.on_the_line,
            enable_suspend=True,
            style=self._look.styles,
            include_default_pygments_style=False,
            color_depth=self._look.depth,
            input=self._keyboard,
            output=self._output,
        )
        session.app.ttimeoutlen = ESCAPE_SECONDS
        session.app.timeoutlen = CHORD_SECONDS
        session.app.terminal_size_polling_interval = None  # SIGWINCH tells
        session.app.before_render += self._fit_menu
        session.app.after_render += self._rendered
        session.default_buffer.on_text_changed += lambda _: self._remarks.line_changed()
        return session

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        """One prompt, until it is sent or left. Cancelling restores the terminal."""
        self._remarks.begin(hint, is_brief=not prefill)
        text = self._provenance.line_of_input(prefill)
        if text and (ahead := taken_text(self._keyboard)):
            text = f"{text}\n{ahead}"
        self._marks.end_output()
        result = await self._line(Document(text, len(text)))
        while isinstance(result, keys.Editing):
            result = await self._line(await self._edited(result))
        if isinstance(result, Key):
            return result
        if self._session.app.erase_when_done:
            self._echo(result)
        self._marks.begin_output()
        return self._sent(result)

    async def _line(self, document: Document) -> str | Key | keys.Editing:
        self._session.app.erase_when_done = False
        self._recall.given = document.text
        if self._parser is not None and count_waiting(self._keyboard.fileno()):
            self._parser.expect_typed_ahead()
        try:
            with self._parser.taking_lines() if self._parser else nullcontext():
                return await self._session.prompt_async(
                    default=document,
                    set_exception_handler=False,
                    handle_sigint=not is_ignored(signal.SIGINT),
                )
        except EOFError as error:
            if isinstance(self._keyboard, TerminalKeys):
                raise TerminalClosed() from error
            return Key.END

    async def _edited(self, editing: keys.Editing) -> Document:
        """What the editor left, and below it what was typed without sight of it."""
        document, terminal = editing.document, self._keyboard.fileno()
        before = self._provenance.text(document.text)
        with interruptible(_nothing):  # Ctrl-C is the editor's
            after = await asyncio.to_thread(
                edited, before, editing.command, self._environ, terminal
            )
        if after is None:
            self._remarks.say("the editor failed")
        elif after != before:
            text = self._provenance.line_after_editor(document.text, after)
            document = Document(text, len(text))
        if ahead := taken_text(self._keyboard):
            text = f"{document.text}\n{ahead}" if document.text else ahead
            document = Document(text, len(text))
        return document

    def _is_taller(self, line: str) -> bool:
        return is_taller(line, self._shown, self._output.get_size())

    def _echo(self, line: str) -> None:
        """What prompt_toolkit would have shown only the end of."""
        marked = self._marks.around(self._look.sign)
        sign = to_formatted_text(marked, style="class:prompt")
        print_formatted_text(
            FormattedText(echo(line, self._shown, sign, self._output.get_size())),
            style=self._look.styles,
            color_depth=self._look.depth,
            output=self._output,
        )

    def _sent(self, line: str) -> Typed:
        entry = self._provenance.entry(line, self._conversation())
        self._history.record(
            entry.text, conversation=entry.conversation, is_verbatim=entry.is_verbatim
        )
        self._remarks.say(self._history.problem)
        self._history.problem = ""
        return Typed(self._provenance.sent_input(line))

    async def confirm(self, question: str, *, default: bool) -> bool:
        """Ask a question of yes or no; leaving it is a no."""
        return await confirm(
            self._keyboard,
            self._output,
            clean(question),
            self._look.styles,
            default=default,
        )

    async def pick(self, archive: Archive, age: Callable[[float], str]) -> str | None:
        """Let the user find a conversation; its path, or None when they left."""
        return await Picker(self._keyboard, self._output, archive, self._look, age).run()

    @asynccontextmanager
    async def watching(self, stop: Callable[[], None]) -> AsyncIterator[None]:
        """While entered, Esc, Ctrl-C and SIGINT call `stop`."""
        with ExitStack() as stack:
            stack.enter_context(interruptible(stop))
            stack.enter_context(
                Watch(
                    self._keyboard,
                    self._output,
                    stop=stop,
                    unfold=self._unfold,
                    resting=self._resting,
                )
            )
            yield

    def _redraw(self) -> None:
        self._session.app.invalidate()

    def _fit_menu(self, _: object) -> None:
        """In a window without that much room prompt_toolkit would show nothing else."""
        rows = self._output.get_size().rows
        self._session.reserve_space_for_menu = min(MENU_ROWS, rows)

    def _rendered(self, _: object) -> None:
        self._session.app.after_render -= self._rendered
        self._on_ready()
        self._questions.ask_soon()

    def adapt(self, joins: Joins, *, wants_grapheme_mode: bool) -> None:
        """Draw emoji as the terminal says that it does."""
        self._emoji.joins = joins
        if wants_grapheme_mode:
            self._questions.draw_graphemes()
        self._redraw()
