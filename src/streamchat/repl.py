"""The loop: read a line, act on it, show what came of it, until the user leaves.

`advice` gives a line to show about a model, or "", once it has answered.

Rules: nothing that happens to one exchange ends the loop; a question that got no answer
is handed back for editing; an old message that is edited moves the head only when it is
sent; the first Ctrl-C on an empty line only says that a second one leaves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import assert_never

from streamchat import commands
from streamchat.commands import Answer, Done, Edit, Outcome, Quit, Replay, Report
from streamchat.errors import StreamchatError
from streamchat.exchange import Exchange, Patience
from streamchat.line import Nothing, Run, Say, parse, typed
from streamchat.messages import Message, with_text
from streamchat.ports import Ending, Key, Reader, Screen, Source, Typed
from streamchat.records import Turn
from streamchat.session import Session

LEAVE_HINT = "Ctrl-C again to leave"
EDIT_HINT = "Enter or Ctrl-C leaves the conversation as it was"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that stands in the prompt again. Sent, it follows the turn `after`."""

    after: str | None
    message: Message


@dataclass(slots=True)
class Repl:
    """A session, the keyboard and the screen, joined."""

    session: Session
    source: Source
    reader: Reader
    screen: Screen
    monotonic: Callable[[], float]
    advice: Callable[[str], Awaitable[str]]
    patience: Patience = field(default_factory=Patience)
    prefill: str = ""
    hint: str = ""
    draft: Draft | None = None
    advised: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Until the user leaves."""
        while await self._step():
            pass

    async def _step(self) -> bool:
        prefill, hint, self.prefill, self.hint = self.prefill, self.hint, "", ""
        draft, self.draft = self.draft, None
        match await self.reader.read(prefill=prefill, hint=EDIT_HINT if draft else hint):
            case Typed(text):
                return await self._act_on(text, draft)
            case Key.INTERRUPT if draft:
                return True
            case Key.INTERRUPT:
                self.hint = LEAVE_HINT
                return hint != LEAVE_HINT
            case Key.END:
                return False
            case Key.EDIT_PREVIOUS:
                if question := self.session.conversation.last_question:
                    self._edit(question)
                return True

    async def _act_on(self, text: str, draft: Draft | None) -> bool:
        match parse(text):
            case Nothing():
                return True
            case Say(said):
                await self._say(said, draft)
                return True
            case Run() as line:
                return await self._run(line)

    async def _say(self, text: str, draft: Draft | None) -> None:
        conversation = self.session.conversation
        head = conversation.head
        after = draft.after if draft else head
        message = with_text(draft.message, text) if draft else self.session.message(text)
        self._jump(after)
        self.session.add(message)
        if not await self._answer():
            self._jump(head)
            self.prefill = typed(text)
            if after != head or len(message.content) > 1:
                self.draft = Draft(after, message)

    def _jump(self, turn: str | None) -> None:
        if turn != self.session.conversation.head:
            self.session.record(self.session.conversation.jump(turn))

    async def _run(self, line: Run) -> bool:
        try:
            outcome = commands.run(self.session, line)
        except StreamchatError as error:
            self.screen.error(error.message)
            return True
        return await self._do(outcome)

    async def _do(self, outcome: Outcome) -> bool:
        match outcome:
            case Done(notice):
                self._notice(notice)
            case Report(markdown):
                self.screen.markdown(markdown)
            case Answer(otherwise):
                if not await self._answer():
                    self._jump(otherwise)
            case Replay(notice, exchanges, whole):
                self._notice(notice)
                path = self.session.conversation.path
                self.screen.history(last_exchanges(path, exchanges), whole=whole)
            case Edit(turn):
                self._edit(self.session.conversation.turn(turn))
            case Quit():
                return False
            case _:
                assert_never(outcome)
        return True

    def _notice(self, text: str) -> None:
        if text:
            self.screen.notice(text)

    def _edit(self, question: Turn) -> None:
        """Hand an old message to the prompt; the head moves when it is sent."""
        after = self.session.conversation.before(question.id)
        self.draft = Draft(after, question.message)
        self.prefill = typed(question.message.text)
        carried = sum(block.get("type") != "text" for block in question.message.content)
        if carried:
            self._notice(f"What is attached to it ({carried}) stays with it.")

    async def _answer(self) -> bool:
        """Get a reply to the conversation as it stands, and show it; False if nothing
        of one arrived."""
        model = self.session.conversation.model
        view = self.screen.reply(model=model, trace=self.session.trace)
        exchange = Exchange(self.session, self.source, view, self.monotonic, self.patience)
        async with self.reader.watching(exchange.stop):
            result = await exchange.run()
        await self._advise(model)
        if result.reason and result.ending is not Ending.INTERRUPTED:
            self.screen.error(result.reason)
        return result.message is not None

    async def _advise(self, model: str) -> None:
        """Say once for each model what to know about it (that it ends soon)."""
        if model not in self.advised:
            self.advised.add(model)
            self._notice(await self.advice(model))


def last_exchanges(path: tuple[Turn, ...], count: int | None) -> tuple[Turn, ...]:
    """The turns from the `count`-th last question on; all of them when None."""
    if count is None:
        return path
    asked = [at for at, turn in enumerate(path) if turn.message.role == "user"]
    return path[asked[-count] if count < len(asked) else 0 :]
