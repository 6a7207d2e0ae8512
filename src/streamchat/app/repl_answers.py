"""Gets answers for the REPL, shows them, and adds lines about them, such as a full window.

Rules: nothing that happens to one exchange ends the loop. What the program asks by itself
(a summary) is an aside: it is not a turn of the user.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field

from streamchat.app import token_count
from streamchat.app.auto_compact import decide_compaction
from streamchat.app.auto_title import LEAVING_S, ask_title, is_due
from streamchat.app.compaction_prompts import ask_for_summary, told_as_summary
from streamchat.app.context_window import measure_context, warning
from streamchat.app.exchange import Exchange
from streamchat.app.oneshot import build_failure
from streamchat.app.outcome import Result, ended_by, offer
from streamchat.app.prompt_keys import keymap_of
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.app.view_wrappers import frame_for_terminal
from streamchat.app.waiting import until_stopped
from streamchat.core.errors import NO_CREDENTIALS, CutOff, StreamchatError
from streamchat.core.key_check import (
    ASK,
    NOT_SENT,
    NOTE,
    OFF,
    FoundKey,
    find_keys_in,
    may_send,
    takes_long,
)
from streamchat.core.messages import THINKING_TYPES, Message, text_block, user_message
from streamchat.core.ports import Ending, Reader, Screen, Source, View
from streamchat.core.schema import Shape

NO_KEY_HERE = "No API key was found: /login asks for one."
DEAD_TIME_S = 1.0  # after a stop: a Ctrl-C in it was meant for what was stopped


async def _be_ready() -> None:
    """Nothing has to be done before a request."""


def _stay(_failure: StreamchatError) -> None:
    """Does nothing: a failure does not end a chat."""


@dataclass(slots=True)
class ReplAnswers:
    """What an answer needs: a session, its source, the keyboard and the screen.
    `advice(model)` returns a line to show once the model has answered, or "". Each failure
    is shown, then given to `on_failure`. `frame` wraps the view of a reply in another."""

    session: Session
    source: Source
    reader: Reader
    screen: Screen
    monotonic: Callable[[], float]
    advice: Callable[[str], Awaitable[str]]
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    on_failure: Callable[[StreamchatError], None] = _stay
    frame: Callable[[View, Shape | None], View] = frame_for_terminal
    before_request: Callable[[], Awaitable[None]] = _be_ready  # raises StreamchatError
    has_user: bool = True  # somebody answers questions; a script does not
    advised: set[str] = field(default_factory=set)
    agreed_system: str | None = None  # the user agreed to send it
    is_warned: bool = False  # the user knows that the context window is nearly full
    names_by_itself: bool = False  # auto_title
    _naming: asyncio.Task[None] | None = None
    _named: set[str] = field(default_factory=set)  # what was asked about in this chat
    exchange: Exchange | None = None  # the exchange in progress
    stopped_at: float = -math.inf  # when the user last stopped something

    def _fail(self, error: StreamchatError) -> None:
        is_keyless = error.kind == NO_CREDENTIALS and self.reader.can_choose
        self.screen.error(NO_KEY_HERE if is_keyless else error.message)
        self.on_failure(error)

    def _notice(self, text: str) -> None:
        if text:
            self.screen.notice(text)

    async def _answer(
        self, question: Message | None = None, *, is_aside: bool = False, model: str = ""
    ) -> Result:
        """Get a reply to the conversation as it is and show it; see Exchange for the
        arguments. The line about a failure says which command helps, except for an aside."""
        if model:
            own = self.session.conversation.model
            self._notice(f"{model} answers this once; {own} stays the model here.")
        result = await self._prepared_exchange(question, is_aside=is_aside, model=model)
        await self._advise(model or self.session.conversation.model)
        for remark in result.remarks:
            self._notice(remark)
        if result.reason and (result.ending is not Ending.INTERRUPTED or result.error):
            self.screen.error(result.reason + ("" if is_aside else offer(result)))
        elif self.session.shape and result.message:
            self._check_shape(self.session.shape, result.message.text)
        if failure := build_failure(result):
            self.on_failure(failure)
        if not is_aside:
            await self._compact_if_full(asks=result.ending is Ending.COMPLETE)
        if result.ending is not Ending.COMPLETE:
            self._hold_queue()
        return result

    async def _prepared_exchange(
        self, question: Message | None, *, is_aside: bool, model: str
    ) -> Result:
        try:
            await self.before_request()
        except StreamchatError as error:
            return ended_by(error, None, 0.0)
        return await self._exchange(question, is_aside=is_aside, model=model)

    def _check_shape(
        self, shape: Shape, text: str, describe: Callable[[str], str] = str
    ) -> None:
        if fault := shape.fault(text):
            text = describe(f"The answer does not fit the schema: {fault}.")
            self._fail(CutOff(text, kind="schema_mismatch"))

    async def _exchange(
        self, question: Message | None, *, is_aside: bool, model: str
    ) -> Result:
        shape = self.session.shape
        own = self.session.conversation.model
        view = self.screen.reply(model=model or own, trace=self.session.trace)
        view = self.frame(view, shape)
        exchange = Exchange(
            self.session,
            self.source,
            view,
            self.monotonic,
            self.retry_policy,
            model=model,
            question=question,
            is_aside=is_aside,
        )
        self.exchange = exchange
        try:
            async with self.reader.watching(exchange.stop):
                result = await exchange.run()
        finally:
            self.exchange = None
        if result.ending is Ending.INTERRUPTED:
            self.stopped_at = self.monotonic()
        return result

    async def _compact_if_full(self, *, asks: bool = True) -> None:
        """Warn, ask or compact when the model's context window is nearly full."""
        context = measure_context(self.session)
        is_news, self.is_warned = not self.is_warned, bool(warning(context))
        reader = self.reader if self.has_user and asks else None
        decision = await decide_compaction(self.session, context, reader, is_news=is_news)
        self._notice(decision.notice)
        if decision.compacts:
            await self._compact("")

    async def _count_if_allowed(self, text: str) -> None:
        """Count the request if the user allows sending it: the server counts it."""
        message = Message("user", (*self.session.attached, text_block(text)))
        if await self._may_send(message):
            await self._count(text)

    async def _may_send(self, message: Message) -> bool:
        """Whether to send a message that may hold a key."""
        policy, system = self.session.preferences.secrets, self.session.conversation.system
        asked = "" if system == self.agreed_system else system or ""
        try:
            sends = await may_send(
                () if policy == OFF else self._find_keys(message, asked),
                NOTE if policy == ASK and not self.has_user else policy,
                confirm=lambda question: self.reader.confirm(question, default=False),
                note=self._notice,
            )
        except KeyboardInterrupt:
            self.stopped_at = self.monotonic()
            self._notice(f"Stopped. {NOT_SENT}")
            return False
        except StreamchatError as error:
            self._fail(error)
            return False
        if sends:
            self.agreed_system = system
        return sends

    def _find_keys(self, message: Message, system: str) -> Sequence[FoundKey]:
        """Raises KeyboardInterrupt where the user stops it."""
        with self.reader.interrupting() if takes_long(message) else nullcontext():
            return find_keys_in(message, system)

    async def _count(self, text: str) -> None:
        try:
            await self.before_request()
            counted = await token_count.count_until_stopped(
                self.session, self.source, text, self.reader
            )
        except StreamchatError as error:
            self._fail(error)
        else:
            self._notice(counted)
            if not counted:
                self.stopped_at = self.monotonic()

    async def _compact(self, focus: str) -> None:
        question = user_message(ask_for_summary(focus))
        shape, self.session.shape = self.session.shape, None  # a summary is prose
        try:
            result = await self._answer(question, is_aside=True)
        finally:
            self.session.shape = shape
        if result.ending is not Ending.COMPLETE or result.message is None:
            self._notice("Not compacted. The conversation is unchanged.")
            return
        before = self.session.conversation.head
        self.session.go_on_from(told_as_summary(result.message.text), before)
        self.is_warned = False
        self._notice("The conversation continues from this summary. /undo goes back.")

    def unfold(self) -> None:
        """Show all thinking of the current reply, or of the last one."""
        thinking = self.exchange.thinking if self.exchange else ""
        reply = self.session.conversation.last_reply
        if not thinking and reply is not None:
            blocks = [b for b in reply.message.content if b.get("type") in THINKING_TYPES]
            thinking = "\n\n".join(str(b.get("thinking") or "") for b in blocks)
        self._notice(thinking.strip() or "No thinking to show (turn it on: /think adaptive).")

    async def _advise(self, model: str) -> None:
        """Show the advice on a model once (for example, that it retires soon)."""
        if model not in self.advised:
            self.advised.add(model)
            self._notice(await self.advice(model))

    async def _name(self) -> None:
        """Ask a cheap model for a title, and set it."""
        try:
            await self.before_request()
            titled = await until_stopped(ask_title(self.session, self.source), self.reader)
        except StreamchatError as error:
            self._fail(error)
            return
        if titled is None:
            self.stopped_at = self.monotonic()
            self._notice("Stopped. The title is as it was.")
            return
        self.session.record(self.session.conversation.rename(titled.result))
        self._notice(f"The title is '{titled.result}'.")

    def _name_in_time(self) -> None:
        """With `auto_title`, name the conversation once, in the background."""
        id = self.session.conversation.id
        is_new = id not in self._named and self._naming is None
        if self.names_by_itself and is_new and is_due(self.session):
            self._named.add(id)
            self._naming = asyncio.get_running_loop().create_task(self._name_quietly())

    async def _name_quietly(self) -> None:
        """Name the conversation; a failure leaves the title as it was."""
        conversation = self.session.conversation
        with suppress(StreamchatError):
            title = await ask_title(self.session, self.source)
            if conversation is self.session.conversation and not conversation.given_title:
                self.session.record(conversation.rename(title))
        self._naming = None

    async def wait_for_title(self) -> None:
        """The user is leaving; wait a moment for a title that was asked for."""
        if self._naming is not None:
            await asyncio.wait({self._naming}, timeout=LEAVING_S)

    def stop_naming(self) -> None:
        """Wait no longer for a title."""
        if self._naming is not None:
            self._naming.cancel()

    async def end_naming(self) -> None:
        """The chat ends."""
        self.stop_naming()
        if self._naming is not None:
            await asyncio.wait({self._naming})

    def _hold_queue(self) -> None:
        if count := self.reader.hold():
            waits = "1 queued message waits" if count == 1 else f"{count} queued messages wait"
            key = keymap_of(self.session).key_of("older")
            back = f" {key} takes {'it' if count == 1 else 'them'} back." if key else ""
            self._notice(f"{waits} for the next answer.{back}")
