"""One exchange: a request, its reply, and what is kept of it whatever ended it.

The reply is received by a task of its own, so that a key, a signal or a deadline can end
it alone. Rules: what arrived is on disk at most 2 s or 4 KB late and becomes a turn
however the reply ended; a request is sent again only before its first event, visibly,
and never more often than `Patience` says, and once more without the thinking when its
signature is refused; where there is a cap of costs, a request that would pass it is not
sent and a reply that does is stopped; a view that raises (a closed pipe, a bug) ends the
exchange but loses nothing.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from streamchat.app.context_window import expected
from streamchat.app.outcome import Result, ended_by, ended_itself, interrupted
from streamchat.app.session import Session
from streamchat.core.errors import INVALID_SIGNATURE, ApiError, StreamchatError
from streamchat.core.events import (
    Event,
    Finished,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import Message, Request, Usage, without_empty_text
from streamchat.core.ports import Source, View
from streamchat.core.reply import ReplyFold

CHECKPOINT_S = 2.0
CHECKPOINT_BYTES = 4096
LONGEST_WAIT_S = 60.0  # a server that asks for more is told to the user instead
MOST_PAUSES = 10  # pause_turn replies sent on without asking
PRICED_CHARACTERS = 400  # how much of an answer may come between two looks at its cost

_ADVICE = re.compile(r"\s*Try again in (a moment|[\d.]+ s)\.$")  # which is what we do

_THINKING_REFUSED = (
    "The server refused earlier thinking as not signed for this conversation;"
    " it was sent again without any."
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to wait before a request is sent again."""

    retries: int = 4
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random

    def delay_s(self, attempt: int, error: ApiError) -> float | None:
        """Seconds before repetition `attempt` (1 is the first); None: do not repeat."""
        if not error.retryable or attempt > self.retries:
            return None
        if error.retry_after_s is not None:
            return error.retry_after_s if error.retry_after_s <= LONGEST_WAIT_S else None
        return min(0.5 * 2.0 ** (attempt - 1), 8.0) * (1 - 0.25 * self.jitter())


@dataclass(slots=True)
class Exchange:
    """Answers the conversation of `session` as it stands."""

    session: Session
    source: Source
    view: View
    monotonic: Callable[[], float]
    patience: Patience = field(default_factory=Patience)
    _turn: ReplyFold = field(default_factory=ReplyFold)
    _turn_id: str = ""
    _started: bool = False
    _repeating: ApiError | None = None  # why the request is sent again
    _end: Finished | None = None
    _kept: Message | None = None  # with what came before a pause
    _is_settled: bool = False  # what arrived of this turn is kept, and charged
    _is_admitted: bool = False  # the cap allows this turn
    _unpriced_characters: int = 0
    _remarks: list[str] = field(default_factory=list)
    _unsaved: list[str] = field(default_factory=list)
    _unsaved_bytes: int = 0
    _timer: asyncio.TimerHandle | None = None
    _task: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """End the reply now; what arrived is kept. May be called at any time."""
        if self._task is not None:
            self._task.cancel()

    async def run(self) -> Result:
        """Receive the reply to its end.

        Raises only what is not the reply's: a closed output, a bug, or the cancellation
        of the caller; the turn is kept and the view closed before.
        """
        began = self.monotonic()
        self._task = asyncio.create_task(self._receive())
        try:
            await asyncio.wait({self._task})  # unlike `await task`, not cancelled with it
        finally:
            if not self._task.done():
                self._task.cancel()
                await asyncio.wait({self._task})
            result = self._settle(self._task, self.monotonic() - began)
        return result

    @property
    def thinking(self) -> str:
        """The summary of the reasoning, as far as it has come."""
        return self._turn.thinking

    async def _receive(self) -> None:
        for _ in range(MOST_PAUSES):
            self._begin_turn()
            await self._reply()
            if self._end is None or self._end.message.stop_reason != "pause_turn":
                return
            self._settle_turn()

    def _begin_turn(self) -> None:
        self._turn, self._turn_id, self._end = ReplyFold(), self.session.new_id(), None
        self._is_settled, self._is_admitted = False, False

    async def _reply(self) -> None:
        attempt = 1
        while True:
            try:
                return await self._attempt()
            except ApiError as error:
                if self._drops_thinking(error):
                    continue
                delay = None if self._started else self.patience.delay_s(attempt, error)
                if delay is None:
                    raise
                self._repeating = error
                self._feed(Retrying(attempt, delay, _ADVICE.sub("", error.message)))
                await self.patience.pause(delay)
                attempt += 1

    def _drops_thinking(self, error: ApiError) -> bool:
        """Leave all thinking out from here on, when that is what the server refused."""
        refused = error.kind == INVALID_SIGNATURE and self.session.sends_thinking
        if refused:
            self.session.sends_thinking = False
            self._remarks.append(_THINKING_REFUSED)
        return refused

    async def _attempt(self) -> None:
        self._started = False
        request = self.session.request()
        await self._admit(request)
        async with aclosing(self.source.stream(request)) as events:
            async for event in events:
                self._feed(event)
                self._watch_cost(event)

    async def _admit(self, request: Request) -> None:
        """Raises OverBudget when the turn would pass the cap."""
        if self.session.budget.binds and not self._is_admitted:
            tokens = await self.source.count_tokens(request)
            self.session.budget.admit(request.model, expected(self.session, tokens))
            self._is_admitted = True

    def _watch_cost(self, event: Event) -> None:
        """Raises OverBudget when the reply passes the cap."""
        match event:
            case TextDelta(text) | ThinkingDelta(text):
                self._unpriced_characters += len(text)
                due = self._unpriced_characters >= PRICED_CHARACTERS
            case Started() | UsageUpdated():
                due = True
            case _:
                due = False
        usage = self._turn.usage_so_far()
        if due and usage is not None:
            self._unpriced_characters = 0
            self.session.budget.check(self._model, usage)

    @property
    def _model(self) -> str:
        return self._turn.model or self.session.conversation.model

    def _feed(self, event: Event) -> None:
        self._turn.feed(event)
        match event:
            case Started():
                self._started, self._repeating = True, None
            case TextDelta(text):
                self._note_unsaved(text)
            case Finished():
                self._forget_unsaved()
                self._end = event
            case _:
                pass
        self.view.feed(event)

    def _note_unsaved(self, text: str) -> None:
        self._unsaved.append(text)
        self._unsaved_bytes += len(text.encode(errors="replace"))
        if self._unsaved_bytes >= CHECKPOINT_BYTES:
            self._checkpoint()
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(CHECKPOINT_S, self._checkpoint)

    def _checkpoint(self) -> None:
        text = "".join(self._unsaved)
        self._forget_unsaved()
        self.session.checkpoint(self._turn_id, text)

    def _forget_unsaved(self) -> None:
        self._unsaved.clear()
        self._unsaved_bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _settle(self, task: asyncio.Task[None], seconds: float) -> Result:
        """Keep what arrived, then show how it ended; on disk before anything can fail."""
        self._forget_unsaved()
        self._settle_turn()
        fault = None if task.cancelled() else task.exception()
        result = self._result(task, seconds)
        self.view.close(result.ending, result.message, seconds)
        if fault is not None and not isinstance(fault, StreamchatError):
            raise fault
        return replace(result, remarks=(*self._remarks, *result.remarks))

    def _result(self, task: asyncio.Task[None], seconds: float) -> Result:
        if task.cancelled():
            return interrupted(self._repeating, self._kept, seconds)
        if (fault := task.exception()) is not None:
            return ended_by(fault, self._kept, seconds)
        return ended_itself(self._end, self._kept, seconds)

    def _settle_turn(self) -> None:
        """Put what arrived into the conversation, and what it costs on the bill; once."""
        if self._is_settled:
            return
        self._is_settled = True
        usage = self._turn.usage_so_far()
        cost = self.session.budget.price(self._model, usage) if usage else None
        if usage:
            self.session.budget.charge(cost)
        message = self._turn.message()
        if message is not None and without_empty_text(message.content):
            message = replace(message, cost_usd=cost)
            kept = self.session.add(message, turn_id=self._turn_id).message
            self._kept = kept if self._kept is None else _joined(self._kept, kept)


def _joined(before: Message, after: Message) -> Message:
    """A paused answer and how it went on, as the one that was shown."""
    costs = (before.cost_usd, after.cost_usd)
    return replace(
        after,
        content=(*before.content, *after.content),
        usage=(before.usage or Usage()).plus(after.usage),
        cost_usd=None if None in costs else sum(filter(None, costs)),
    )
