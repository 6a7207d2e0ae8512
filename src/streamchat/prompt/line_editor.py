"""One line (or several) edited in place, from the first key to Enter.

Wraps prompt_toolkit's PromptSession. The line is the content of the prompt (see `provenance`);
`reader` decides what happens to it. Never on the alternate screen, and the terminal is never
asked where its cursor is.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from typing import TypeAlias

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition, vi_navigation_mode
from prompt_toolkit.formatted_text import FormattedText, to_formatted_text
from prompt_toolkit.input import Input as KeyInput
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindingsBase, merge_key_bindings
from prompt_toolkit.output import Output
from prompt_toolkit.shortcuts import print_formatted_text
from prompt_toolkit.shortcuts.prompt import PromptSession

from streamchat.core.errors import TerminalClosed
from streamchat.core.keymap import KeyMap
from streamchat.core.ports import Key
from streamchat.core.terminal import Joins
from streamchat.posix.fatal_signals import is_ignored
from streamchat.posix.signals import interruptible
from streamchat.posix.terminals import count_waiting
from streamchat.prompt import keys
from streamchat.prompt.ahead import taken_text
from streamchat.prompt.appearance import PromptLook, editing_mode_of
from streamchat.prompt.below_line import BelowLine
from streamchat.prompt.completion import SuggestFromHistory
from streamchat.prompt.echo import CONTINUATION, echo, is_taller
from streamchat.prompt.editor import edit_aside
from streamchat.prompt.emoji import EmojiWidths, StandIns
from streamchat.prompt.history import FileHistory
from streamchat.prompt.hooks import Hooks
from streamchat.prompt.key_parser import ESCAPE_SECONDS, KeyParser
from streamchat.prompt.marks import ShellMarks
from streamchat.prompt.pastes import Shown
from streamchat.prompt.provenance import Provenance
from streamchat.prompt.questions import TerminalQuestions
from streamchat.prompt.remarks import Remarks
from streamchat.prompt.sent import SentText
from streamchat.prompt.status_bar import add_status_bar
from streamchat.prompt.tty import PromptOutput, TerminalKeys, parse_keys

_Result: TypeAlias = str | Key | keys.Editing | keys.Searching
CHORD_SECONDS = 60.0  # Ctrl-X waits for its second key; Esc is known before, see KeyParser


class LineEditor:
    """The prompt on one terminal."""

    def __init__(
        self,
        keyboard: KeyInput,
        output: Output,
        *,
        look: PromptLook,
        environ: Mapping[str, str],
        hooks: Hooks,
        provenance: Provenance,
        history: FileHistory,
        completer: Completer,
        recall: keys.Recall,
        on_change: Callable[[str], None],
        questions: str,
        count_queued: Callable[[], int],
    ) -> None:
        """`on_change` is called with a line that is not in the history's file; `questions` are
        written to the terminal once the prompt is on the screen."""
        self._length = 0  # of the line, before the last change
        self._parser: KeyParser | None = None
        if isinstance(keyboard, Vt100Input):
            self._parser = parse_keys(keyboard)
            self._parser.on_protocol = lambda: self._questions.use_protocol()
            self._parser.on_answer = lambda answer: self._questions.heard(answer)
            self._parser.is_awaiting = lambda: self._questions.is_awaiting
        self._keyboard, self._output = keyboard, output
        self._look, self._environ, self._hooks = look, environ, hooks
        self._provenance, self._history = provenance, history
        self._marks = ShellMarks(output, look.marks)
        self.recall = recall
        self.shown = Shown(provenance.pastes)
        self._sent = SentText(hooks.question_style)
        self.remarks = Remarks(lambda: self._session.app.invalidate())
        stand_ins = output.stand_ins if isinstance(output, PromptOutput) else StandIns()
        self._emoji = EmojiWidths(look.joins, stand_ins)
        self._on_change = on_change
        self._keymap = hooks.keymap()
        self._below = BelowLine(hooks, look, output, count_queued)
        self._session = self._new_session(completer, self._load_keys())
        self._last_change = keys.LastChange(self._session.app, self._session.default_buffer)
        if look.status_line:
            add_status_bar(self._session.layout, self._below.parts, separator=look.separator)
        self._questions = TerminalQuestions(
            output,
            questions,
            look.may_have_protocol,
            is_reading=lambda: self._session.app.is_running,
            on_answer=hooks.on_answer,
        )

    def _load_keys(self) -> KeyBindingsBase:
        bound = keys.ActionKeys(self._keymap)
        return merge_key_bindings(
            [
                keys.load_vi(lambda: self._last_change()),
                keys.load_sending(bound, self._is_taller),
                keys.load_leaving(bound, self.remarks.show_hint_again, self._line_cleared),
                keys.load_escaping(bound, self._hooks.clock),
                keys.load_pasting(bound, self._provenance, self._hooks),
                keys.load_recalling(bound, self.recall),
                keys.load_completing(bound),
                keys.load_unfolding(bound, self._hooks.unfold),
                keys.load_cycling(bound, self._hooks, self.remarks.say),
                keys.load_editing(bound),
            ]
        )

    def _use_keymap(self, keymap: KeyMap) -> None:
        """Bind the keys anew, if they were changed."""
        if keymap != self._keymap:
            self._keymap = keymap
            self._session.key_bindings = self._load_keys()
            self._session.editing_mode = editing_mode_of(keymap)

    def _new_session(
        self, completer: Completer, bindings: KeyBindingsBase
    ) -> PromptSession[_Result]:
        session: PromptSession[_Result] = PromptSession(
            message=lambda: self._marks.around(self._sign()),
            multiline=True,
            prompt_continuation=CONTINUATION,
            editing_mode=editing_mode_of(self._keymap),
            key_bindings=bindings,
            completer=completer,
            complete_while_typing=False,
            history=self._history,
            enable_history_search=Condition(self.recall.searches),
            search_ignore_case=True,
            auto_suggest=SuggestFromHistory(),
            input_processors=[self.shown, self._emoji, self._sent],
            rprompt=self.remarks.at_the_right,
            placeholder=self.remarks.on_the_line,
            style=self._look.styles,
            include_default_pygments_style=False,
            color_depth=self._look.depth,
            input=self._keyboard,
            output=self._output,
        )
        session.app.ttimeoutlen = ESCAPE_SECONDS
        session.app.timeoutlen = CHORD_SECONDS
        session.app.terminal_size_polling_interval = None  # SIGWINCH reports it
        session.app.before_render += lambda _: self._below.fit_menu(session)
        session.app.after_render += self._rendered
        # The session would never complete while typing where Up searches the history.
        opens = Condition(lambda: self._below.menu_opens(session.default_buffer.document))
        session.default_buffer.complete_while_typing = opens
        session.default_buffer.on_text_changed += self._line_changed
        return session

    async def edit(self, document: Document) -> str | Key:
        """The line when it is sent, or the key by which the prompt was left. Raises
        TerminalClosed."""
        self._marks.end_output()
        result = await self._run(document)
        while isinstance(result, keys.Editing | keys.Searching):
            edits = isinstance(result, keys.Editing)
            elsewhere = self._edit_elsewhere if edits else self._search_history
            result = await self._run(await elsewhere(result.document))
        if isinstance(result, str):
            if self._session.app.erase_when_done:
                self._print(result)
            self._marks.begin_output()
        return result

    def echo(self, line: str) -> None:
        """Show a line as if it had been sent here."""
        self._marks.end_output()
        self._print(line)
        self._marks.begin_output()

    def _sign(self) -> str:
        """The sign; another one in the normal mode of vi."""
        is_normal = vi_navigation_mode() and not get_app().is_done
        return self._look.normal_sign if is_normal else self._look.sign

    async def _run(self, document: Document) -> _Result:
        self._use_keymap(self._hooks.keymap())
        self._session.app.erase_when_done = False
        self.recall.begin(document.text)
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

    async def _edit_elsewhere(self, document: Document) -> Document:
        """The text that the editor left, and below it what was typed before the user saw
        it."""
        before = self._provenance.text_for_editor(document.text)
        with interruptible(lambda: None):  # Ctrl-C is the editor's
            result = await edit_aside(before, self._environ, self._keyboard.fileno())
        if result.text != before:
            line = self._provenance.line_after_editor(document.text, result.text)
            if result.is_wanted:
                document = Document(line, len(line))
            else:
                self._history.keep_in_memory(line)
        if result.fault:
            kept = result.text != before and not result.is_wanted
            key = self._keymap.key_of("older")
            left = f" What it left is {f'one {key} away' if key else 'in the history'}."
            self._hooks.notice(result.fault + left * kept)
        if ahead := taken_text(self._keyboard):
            text = f"{document.text}\n{ahead}" if document.text else ahead
            document = Document(text, len(text))
        self._on_change(document.text)
        return document

    async def _search_history(self, document: Document) -> Document:
        """The line that was found, or the unchanged line."""
        from streamchat.prompt.history_search import HistorySearch, search_history

        found = await search_history(
            self._history,
            self._provenance,
            partial(HistorySearch, self._keyboard, self._output, self._look, self._keymap),
            document,
        )
        if found is not None:
            self.recall.replaced(document.text)
        return found or document

    def _is_taller(self, line: str) -> bool:
        return is_taller(line, self.shown, self._output.get_size())

    def _print(self, line: str) -> None:
        """Print the whole line; prompt_toolkit would show only the end of one taller than the
        window."""
        sign = to_formatted_text(self._marks.around(self._look.sign), style="class:prompt")
        size, styled = self._output.get_size(), self._sent.build_styler(line)
        print_formatted_text(
            FormattedText(echo(line, self.shown, sign, size, styled)),
            style=self._look.styles,
            color_depth=self._look.depth,
            output=self._output,
        )

    def _line_changed(self, buffer: Buffer) -> None:
        self.remarks.line_changed()
        if not (self.recall.line_changed(buffer) and self._history.is_written(buffer.text)):
            self._on_change(buffer.text)
        is_shorter, self._length = len(buffer.text) < self._length, len(buffer.text)
        if is_shorter and buffer.text and self._below.menu_opens(buffer.document):
            buffer.start_completion(complete_event=CompleteEvent(text_inserted=True))

    def close(self) -> None:
        """Read answers of the terminal that are still due, or the shell would take them as
        typed."""
        if isinstance(self._keyboard, TerminalKeys):
            self._keyboard.drain(lambda: self._questions.is_awaiting)

    def _line_cleared(self, line: str) -> None:
        self._history.keep_in_memory(line)
        self._on_change("")

    def _rendered(self, _: object) -> None:
        self._session.app.after_render -= self._rendered
        self._hooks.on_ready()
        self._questions.ask_soon()

    def adapt(self, joins: Joins, *, wants_grapheme_mode: bool) -> None:
        """Draw emoji as the terminal says that it does."""
        self._emoji.joins = joins
        if wants_grapheme_mode:
            self._questions.draw_graphemes()
        self._session.app.invalidate()
