"""The REPL: read a line, act on it, show the outcome, until the user leaves.

Rules: nothing that happens to one exchange ends the loop. A question that got no answer goes
back into the prompt. Editing an old message moves the head only when it is sent. The first
Ctrl-C on an empty line only says that a second one leaves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import assert_never

from streamchat.app import commands
from streamchat.app.commands.attachments import describe_unsent
from streamchat.app.commands.outcomes import (
    AskModel,
    AskTitle,
    AskUser,
    Compact,
    Compare,
    Copy,
    CountRequest,
    Done,
    Edit,
    EditFile,
    ImportFile,
    LongWork,
    OpenInEditor,
    Outcome,
    Quit,
    Redraw,
    Replay,
    RunScript,
    SayPrompt,
    ShowReport,
)
from streamchat.app.commands.registry import (
    UnknownCommand,
    command_names,
    dotted_command,
)
from streamchat.app.commands.unsaved import unless_unsaved
from streamchat.app.mentions import read_attached, read_mentioned
from streamchat.app.message_edit import MessageEdit
from streamchat.app.prompt_files import ask_missing, fill_prompt, join_prompt
from streamchat.app.prompt_keys import keymap_of
from streamchat.app.repl_scripts import ReplScripts
from streamchat.core.attachment_blocks import each_file_once
from streamchat.core.errors import StreamchatError
from streamchat.core.input_line import (
    CommandLine,
    CommandNames,
    Nothing,
    Say,
    ShellCommand,
    parse_input,
    typed,
)
from streamchat.core.messages import Block, Message, with_text
from streamchat.core.ports import AppliedTemplate, Ending, Key, Reader, Typed
from streamchat.core.ports.shell import Shell
from streamchat.core.records import Turn
from streamchat.core.templates import Template

DEAD_TIME_S = 1.0  # after a stop: a Ctrl-C in it was meant for what was stopped
LEAVE_HINT = "Ctrl-C again to exit"
EDIT_HINT = "an empty message changes nothing"


@dataclass(slots=True)
class Repl(ReplScripts):
    """Connects a session, the keyboard and the screen."""

    shell: Shell | None = None  # for !command
    allows_shell: bool = False  # from a queue too
    names: CommandNames = field(default_factory=command_names)
    hint: str = ""
    given_up: MessageEdit | None = None  # the last one that was left unsent
    was_asked: bool = False  # whether to leave, since the last line was typed

    async def run(self) -> None:
        """Loop until the user leaves."""
        while await self._step():
            pass
        self._notice(describe_unsent(self.session))

    async def _step(self) -> bool:
        prefill, hint, self.prefill, self.hint = self.prefill, self.hint, "", ""
        edited, self.edited = self.edited, None
        match await self._read(prefill, EDIT_HINT if edited else hint, edited):
            case Typed(text, was_queued, recalled):
                self.was_asked = False
                edited = edited or self._brought_back(recalled)
                return await self._act_on(text, edited, was_queued=was_queued)
            case Key.INTERRUPT if self.monotonic() - self.stopped_at < DEAD_TIME_S:
                self.hint, self.edited = hint, edited
                return True
            case Key.INTERRUPT if edited:
                self.given_up = edited
                return True
            case Key.INTERRUPT:
                self.hint = LEAVE_HINT
                return hint != LEAVE_HINT or await self._stays()
            case Key.END:
                return await self._stays()
            case Key.EDIT_PREVIOUS:
                if question := self.session.conversation.last_question:
                    self._edit(question)
                return True

    def _brought_back(self, recalled: str) -> MessageEdit | None:
        """The edited message that was given up, when Up has brought back its text."""
        edited, said = self.given_up, parse_input(recalled, self.names)
        if edited is None or not isinstance(said, Say) or said.text != edited.message.text:
            return None
        self._notice(edited.describe_kept())
        return replace(edited, after=self.session.conversation.next_parent)

    async def _stays(self) -> bool:
        """Whether the user stays; asked before an unsaved conversation is left. If the
        input ends right after the question, leave: nobody may be there to answer."""
        was_asked, self.was_asked = self.was_asked, True
        return not was_asked and await self._do(unless_unsaved(self.session, Quit))

    async def _act_on(self, text: str, edited: MessageEdit | None, *, was_queued: bool) -> bool:
        match parse_input(text, self.names):
            case Nothing():
                return True
            case Say(said) if self._keeps(said):
                return True
            case Say(said) if error := dotted_command(said):
                self._fail(error)
                self.prefill = text
                return True
            case Say(said, mentions):
                attached = await read_mentioned(
                    self.session, mentions, self.reader, self.screen
                )
                if attached is None:
                    self._hand_back(text, edited)
                else:
                    await self._say(said, edited, attached)
                return True
            case CommandLine() as line:
                self.given_up = edited or self.given_up
                return await self._run(line, text)
            case ShellCommand(command):
                self.edited = edited
                await self._run_in_shell(command, text, was_queued=was_queued)
                return True

    async def _run_in_shell(self, command: str, text: str, *, was_queued: bool) -> None:
        from streamchat.app import shell_commands  # for those who use it

        if self.shell is None or not command:
            self._notice(shell_commands.USAGE)
        elif was_queued and not self.allows_shell:
            key = keymap_of(self.session).key_of("send")
            self._notice(f"{shell_commands.WAITS} {key} runs it.")
            self.prefill = text
        else:
            try:
                ran = await shell_commands.run_command(self.session, self.shell, command)
            except StreamchatError as error:
                self._fail(error)
                return
            self._notice(ran.notice)
            if ran.was_stopped:
                self.stopped_at = self.monotonic()
            if ran.failure:
                self.on_failure(ran.failure)

    async def _say(
        self,
        text: str,
        edited: MessageEdit | None,
        attached: tuple[Block, ...] = (),
        *,
        model: str = "",
    ) -> None:
        conversation = self.session.conversation
        head = conversation.head
        after = edited.after if edited else conversation.next_parent
        message = with_text(edited.message, text) if edited else self.session.message(text)
        content = each_file_once((*attached, *message.content))
        message = replace(message, content=content)
        if not await self._may_send(message):
            self._take_back(message, after, text)
            return
        self.session.jump(after)
        question = self.session.add(message)
        result = await self._answer_with_others(model)
        if result.message is None and result.ending is Ending.REFUSED:
            self.session.record(conversation.decline(question.id))
        elif result.message is not None:
            self._name_in_time()
        else:
            self.session.jump(head)
            self._take_back(message, after, text)

    def _take_back(self, message: Message, after: str | None, text: str) -> None:
        """Put a message that was not sent, or not answered, into the prompt again."""
        is_edited = after != self.session.conversation.head or len(message.content) > 1
        self._hand_back(
            typed(text, self.names), MessageEdit(after, message) if is_edited else None
        )

    async def _run(self, line: CommandLine, text: str) -> bool:
        try:
            outcome = commands.dispatch(self.session, line)
        except StreamchatError as error:
            self._fail(error)
            self.prefill = text if isinstance(error, UnknownCommand) else ""
            return True
        return await self._do(outcome)

    async def _do(self, outcome: Outcome) -> bool:
        match outcome:
            case Done() | ShowReport() | Replay() | Redraw() | Copy():
                await self._show(outcome)
            case ImportFile() | OpenInEditor() | EditFile():
                await self._show(outcome)
            case LongWork():
                return await self._do(self._work(outcome))
            case AskModel() | Compare():
                await self._ask_model(outcome)
            case Edit(turn):
                self._edit(self.session.conversation.turn(turn))
            case CountRequest(text):
                await self._count_if_allowed(text)
            case AskTitle():
                await self._name()
            case Compact(focus):
                await self._compact(focus)
            case SayPrompt(template, words):
                await self._say_prompt(template, words)
            case AskUser() | RunScript() | Quit():
                return await self._may_leave(outcome)
            case _:
                assert_never(outcome)
        return True

    async def _may_leave(self, outcome: AskUser | RunScript | Quit) -> bool:
        match outcome:
            case AskUser(then, notice):
                self._notice(notice)
                return await self._ask(then)
            case RunScript(path):
                return await self._run_script(path)
            case Quit():
                return False

    async def _ask_model(self, outcome: AskModel | Compare) -> None:
        match outcome:
            case AskModel(otherwise, model, question):
                if (await self._answer(question, model=model)).message is None:
                    self.session.jump(otherwise)
            case Compare(models, is_blind):
                await self._compare_last(models, is_blind=is_blind)

    async def _say_prompt(self, template: Template, words: tuple[str, ...]) -> None:
        try:
            clipboard = self.session.clipboard.read_text
            rest, values = fill_prompt(template, words, stdin="", read_clipboard=clipboard)
            filled = await ask_missing(template, values, self.answering)
            if filled is None:
                return
            text = join_prompt(template, filled, rest)
            with self.session.configuration.under_prompt(template) as taken:
                self._notice("\n".join(taken.notes))
                await self._say_under(text, taken)
        except StreamchatError as error:
            self._fail(error)

    async def _say_under(self, text: str, taken: AppliedTemplate) -> None:
        """Say it with what the front matter of its prompt file attaches, to its model."""
        attached = await read_attached(self.session, taken.attach, self.reader, self.screen)
        if attached is None:
            self._hand_back(typed(text, self.names))
        else:
            await self._say(text, None, attached, model=taken.model)

    async def _ask(self, then: Callable[[Reader], Awaitable[Outcome]]) -> bool:
        try:
            outcome = await then(self.answering)
        except StreamchatError as error:
            self._fail(error)
            return True
        return await self._do(outcome)

    def _edit(self, question: Turn) -> None:
        """Put an old message into the prompt. The head moves only when it is sent."""
        after = self.session.conversation.before(question.id)
        self.edited = MessageEdit(after, question.message)
        self.prefill = typed(question.message.text, self.names)
        self._notice(self.edited.describe_kept())
