"""One exchange: a request, its reply, and what is kept of it whatever ended it.

The reply is received by a task of its own, so that a key, a signal or a deadline can end
it alone. Rules: what arrived is on disk at most 2 s or 4 KB late and becomes a turn
however the reply ended; a request is sent again only before its first event, visibly,
and never more often than `Patience` says; a view that raises (a closed pipe, a bug)
ends the exchange but loses nothing.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from streamchat.errors import ApiError, CutOff
from streamchat.events import Event, Finished, Retrying, Started, TextDelta
from streamchat.messages import JsonObject, Message, without_empty_text
from streamchat.ports import Ending, Source, View
from streamchat.session import Session
from streamchat.turn import Turn

CHECKPOINT_S = 2.0
CHECKPOINT_BYTES = 4096
LONGEST_WAIT_S = 60.0  # a server that asks for more is told to the user instead
MOST_PAUSES = 10  # pause_turn replies sent on without asking

_CUT_OFF_REASONS = {
    "max_tokens": "The answer reached the limit of tokens (--max-tokens raises it).",
    "model_context_window_exceeded": "The conversation fills the model's context window.",
}


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


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended. `message` is what was kept (None: nothing had arrived), `reason`
    the line to show for any ending that is not complete."""

    ending: Ending
    message: Message | None
    seconds: float
    reason: str = ""
    error: ApiError | None = None


@dataclass(slots=True)
class Exchange:
    """Answers the conversation of `session` as it stands."""

    session: Session
    source: Source
    view: View
    monotonic: Callable[[], float]
    patience: Patience = field(default_factory=Patience)
    _turn: Turn = field(default_factory=Turn)
    _turn_id: str = ""
    _started: bool = False
    _end: Finished | None = None
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

    async def _receive(self) -> None:
        for _ in range(MOST_PAUSES):
            self._turn, self._turn_id = Turn(), self.session.new_id()
            await self._reply()
            message = self._turn.message()
            if message is None or message.stop_reason != "pause_turn":
                return
            self._keep(message)

    async def _reply(self) -> None:
        attempt = 1
        while True:
            try:
                return await self._attempt()
            except ApiError as error:
                delay = None if self._started else self.patience.delay_s(attempt, error)
                if delay is None:
                    raise
                self._feed(Retrying(attempt, delay, error.message))
                await self.patience.pause(delay)
                attempt += 1

    async def _attempt(self) -> None:
        self._started = False
        async for event in self.source.stream(self.session.request()):
            self._feed(event)

    def _feed(self, event: Event) -> None:
        self._turn.feed(event)
        match event:
            case Started():
                self._started = True
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
        message = self._turn.message()
        if message is not None:
            message = self._keep(message)
        fault = None if task.cancelled() else task.exception()
        result = _result(task, self._end, message, seconds)
        self.view.close(result.ending, message, seconds)
        if fault is not None and not isinstance(fault, ApiError):
            raise fault
        return result

    def _keep(self, message: Message) -> Message | None:
        if not without_empty_text(message.content):
            return None
        return self.session.add(message, turn_id=self._turn_id).message


def _result(
    task: asyncio.Task[None], end: Finished | None, message: Message | None, seconds: float
) -> Result:
    if task.cancelled():
        return Result(Ending.INTERRUPTED, message, seconds, "Interrupted.")
    match task.exception():
        case CutOff() as error:
            return Result(Ending.CUT_OFF, message, seconds, error.message, error)
        case ApiError() as error:
            return Result(Ending.FAILED, message, seconds, error.message, error)
        case None:
            ending, reason = _judged(end, message)
            return Result(ending, message, seconds, reason)
        case _:
            return Result(Ending.FAILED, message, seconds, "streamchat failed.")


def _judged(end: Finished | None, kept: Message | None) -> tuple[Ending, str]:
    """What a reply that came to its end is, by its stop reason."""
    stop_reason = end.message.stop_reason if end else None
    if stop_reason == "refusal":
        return Ending.REFUSED, _refusal_in_words((end.stop_details if end else None) or {})
    if stop_reason in _CUT_OFF_REASONS:
        return Ending.CUT_OFF, _CUT_OFF_REASONS[stop_reason]
    return Ending.COMPLETE, "" if kept else "The answer was empty."


def _refusal_in_words(details: JsonObject) -> str:
    category, explanation = details.get("category"), details.get("explanation")
    about = f" ({category})" if category else ""
    why = f": {explanation}" if explanation else "."
    return f"The model declined to answer{about}{why} /retry MODEL asks another one."
