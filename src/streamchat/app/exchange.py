"""One exchange: a request and its reply. What arrived is kept, whatever ended the reply.

The reply is received by its own task, so that a key, a signal or a deadline can end it
and nothing else. The rules:

- What arrived is on disk at most 2 s or 4 KB late, and becomes a turn however the reply
  ended.
- A request is repeated only before there is something to read, visibly, and at most as
  often as `RetryPolicy` allows; once more without the thinking of earlier turns when the
  server refuses that.
- A reply that says nothing does not become a turn, but its cost is stored and counts.
- A request that would exceed a cap is not sent; a reply that exceeds it is stopped.
- A view that raises (a closed pipe, a bug) ends the exchange but loses nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from streamchat.app.cap_watch import CapWatch
from streamchat.app.checkpoints import Checkpoints
from streamchat.app.outcome import Result, ended_by, ended_itself, interrupted
from streamchat.app.prompt_cache import CacheExplanation
from streamchat.app.refused_parts import RefusedParts
from streamchat.app.reply_storage import ReplyStorage
from streamchat.app.requesting import record_tools, tell_system
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.core.errors import ApiError, StreamchatError, TryLater
from streamchat.core.events import (
    BlockStopped,
    Event,
    Finished,
    ModelSwitched,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
)
from streamchat.core.media_limits import require_fit
from streamchat.core.messages import Message
from streamchat.core.ports import Source, View
from streamchat.core.reply import ReplyFold

MOST_PAUSES = 10  # pause_turn replies that are continued without asking

_ADVICE = re.compile(r"\s*Try again in (a moment|[\d.]+ \w+)\.$")  # which is what we do


@dataclass(slots=True)
class Exchange:
    """Gets a reply to the conversation of `session` as it is.

    `question` is asked by the program itself. It becomes a turn together with the reply, or
    neither does; with `is_aside`, neither ever does, but the cost counts. With `after`, the
    reply follows that turn on a branch, and the head stays.
    """

    session: Session
    source: Source
    view: View
    monotonic: Callable[[], float]
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    model: str = ""  # asked instead of the conversation's own, for this reply
    question: Message | None = None
    is_aside: bool = False
    after: str = ""
    falls_back: bool = True  # whether another model may answer instead
    _asked: str = field(init=False)  # the model asked now; "" for the conversation's own
    _turn: ReplyFold = field(default_factory=ReplyFold)
    _turn_id: str = ""
    _started: bool = False
    _is_answering: bool = False  # something to read has arrived
    _repeating: ApiError | None = None  # why the request is being repeated
    _end: Finished | None = None
    _container: str = field(init=False, default="")  # where it continues after a pause
    _storage: ReplyStorage = field(init=False)
    _is_settled: bool = False  # what arrived of this turn was stored and charged
    _caps: CapWatch = field(init=False)
    _refused_parts: RefusedParts = field(init=False)
    _cache: CacheExplanation = field(init=False)
    _checkpoints: Checkpoints = field(init=False)
    _task: asyncio.Task[None] | None = None
    _showing: asyncio.Task[None] | None = None  # what arrived too fast

    def __post_init__(self) -> None:
        self._asked = self.model
        if self.question is None and not self.after:
            self._container = self.session.conversation.container
        self._refused_parts, self._caps = RefusedParts(self.session), CapWatch(self.session)
        self._cache = CacheExplanation(self.session)
        self._storage = ReplyStorage(self.session, self.question, self.is_aside, self.after)
        self._checkpoints = Checkpoints(
            lambda text: self._storage.checkpoint(self._turn_id, text)
        )

    def stop(self) -> None:
        """End the reply now and keep what arrived. May be called at any time."""
        for task in (self._task, self._showing):
            if task is not None:
                task.cancel()

    async def run(self) -> Result:
        """Receive the reply to its end.

        Raises only for causes outside the reply: a closed output, a bug, or cancellation
        of the caller. The turn is stored and the view closed first.
        """
        began = self.monotonic()
        self._task = asyncio.create_task(self._receive())
        try:
            # Unlike `await task`, this is not cancelled along with the task.
            await asyncio.wait({self._task})
            self._settle_turn()
            self._showing = asyncio.create_task(self.view.catch_up())
            await asyncio.wait({self._showing})
        finally:
            for task in (self._task, self._showing):
                if task is not None and not task.done():
                    task.cancel()
                    await asyncio.wait({task})
            result = self._settle(self._task, self.monotonic() - began)
        return result

    @property
    def last_turn(self) -> str:
        """The turn that the reply ends with; "" before it is stored, and for an aside."""
        return self._storage.last_turn

    @property
    def thinking(self) -> str:
        """The reasoning that has arrived so far."""
        return self._turn.thinking

    async def _receive(self) -> None:
        if self.question is None:
            self._storage.after = tell_system(self.session, self.after)
        record_tools(self.session)
        if not self.after:  # replies at the same time would find nothing
            self._cache.note()
        if self.model:
            self._feed(ModelSwitched(self.model))
        for _ in range(MOST_PAUSES):
            self._begin_turn()
            await self._reply_by_any()
            if not self._is_paused or self.is_aside:
                return
            self._container = self._end.container if self._end else ""
            self._settle_turn()

    @property
    def _is_paused(self) -> bool:
        return self._end is not None and self._end.message.stop_reason == "pause_turn"

    def _begin_turn(self) -> None:
        self._turn, self._turn_id, self._end = ReplyFold(), self.session.new_id(), None
        self._is_settled, self._caps = False, CapWatch(self.session)

    async def _reply_by_any(self) -> None:
        """A reply by the model that is asked, or by the next of the fallback models when it
        declines or is overloaded before it said anything."""
        fallback = self.session.fallback if self.falls_back else ()
        others = [each for each in fallback if each != self._model]
        while True:
            try:
                await self._reply()
                reason = self._why_declined()
            except ApiError as error:
                if not (_is_overloaded(error) and others) or self._is_answering:
                    raise
                reason = _ADVICE.sub("", error.message)
            if not reason or not others:
                return
            self._settle_turn()
            self._begin_turn()
            self._asked = others.pop(0)
            self._feed(ModelSwitched(self._asked, reason))

    def _why_declined(self) -> str:
        """A line for a refusal that came before any word; "" for every other reply."""
        refused = self._end is not None and self._end.message.stop_reason == "refusal"
        return (
            f"{self._model} declined to answer." if refused and not self._is_answering else ""
        )

    async def _reply(self) -> None:
        attempt = 1
        while True:
            try:
                return await self._attempt()
            except ApiError as error:
                if self._refused_parts.can_send_less(error) and not self._started:
                    continue
                delay = self.retry_policy.delay_s(attempt, error)
                if delay is None or not self._may_repeat(error):
                    raise
                self._repeating = error
                self._feed(Retrying(attempt, delay, _ADVICE.sub("", error.message)))
                await self.retry_policy.pause(delay)
                attempt += 1

    def _may_repeat(self, error: ApiError) -> bool:
        """Whether to repeat the request: a server may report overload after the start, if
        nothing was shown yet."""
        is_busy = isinstance(error, TryLater) and not self._is_answering
        return is_busy or not self._started

    async def _attempt(self) -> None:
        self._started = self._is_answering = False
        storage = self._storage
        request = self._refused_parts.request(storage.question, self._asked, storage.after)
        request = replace(request, container=self._container)
        require_fit(request.messages, request.model)
        await self._caps.admit(request, self.source)
        self._cache.ask(request)
        async with aclosing(self.source.stream(request)) as events:
            async for event in events:
                self._feed(event)
                self._caps.watch(event, self._turn, self._model)

    @property
    def _model(self) -> str:
        return self._turn.model or self._asked or self.session.conversation.model

    def _feed(self, event: Event) -> None:
        self._turn.feed(event)
        match event:
            case Started(model=model):
                self._started, self._repeating = True, None
                self._cache.begin(event)
                self._refused_parts.settle()
                own = self.session.conversation.model
                self.session.budget.note_name(self._asked or own, model)
            case TextDelta(text):
                self._is_answering = True
                self._checkpoints.note(text)
            case ThinkingDelta():
                self._is_answering = True
            case BlockStopped(block=block):
                self._is_answering |= block.get("type") != "text" or bool(block.get("text"))
            case Finished():
                self._checkpoints.forget()
                self._end = event
            case _:
                pass
        self.view.feed(event)

    def _settle(self, task: asyncio.Task[None], seconds: float) -> Result:
        """Store what arrived, then show how the reply ended. Storing comes first because
        showing can fail."""
        self._checkpoints.forget()
        self._settle_turn()
        fault = None if task.cancelled() else task.exception()
        result = self._result(task, seconds)
        self.view.close(result.ending, result.received, seconds)
        showing = self._showing
        if showing is not None and not showing.cancelled():
            fault = fault or showing.exception()
        if fault is not None and not isinstance(fault, StreamchatError):
            raise fault
        remarks = (self._cache.line, *self._refused_parts.remarks, *result.remarks)
        return replace(result, remarks=tuple(filter(None, remarks)))

    def _result(self, task: asyncio.Task[None], seconds: float) -> Result:
        return replace(self._judged(task, seconds), received=self._storage.received)

    def _judged(self, task: asyncio.Task[None], seconds: float) -> Result:
        if task.cancelled():
            return interrupted(self._repeating, self._storage.kept, seconds)
        if (fault := task.exception()) is not None:
            return ended_by(fault, self._storage.kept, seconds)
        return ended_itself(self._end, self._storage.kept, seconds)

    def _settle_turn(self) -> None:
        """Add what arrived to the conversation and charge its cost, once."""
        if self._is_settled:
            return
        self._is_settled = True
        usage = self._turn.usage_so_far()
        cost = self._caps.charge(self._model, usage)
        self._cache.end(self._turn)
        received = self._turn.received()
        if received is not None:
            self._storage.keep(
                replace(received, cost_usd=cost),
                turn_id=self._turn_id,
                told=self._refused_parts.told,
                container=self._end.container if self._end and self._is_paused else "",
            )


def _is_overloaded(error: ApiError) -> bool:
    """Whether the server is overloaded: status 529, or an error in a stream whose status is
    200."""
    says_so = error.kind == TryLater.kind and error.http_status in (None, 200)
    return isinstance(error, TryLater) and (error.http_status == 529 or says_so)
