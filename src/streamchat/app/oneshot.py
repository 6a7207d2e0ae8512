"""One answer, then exit: for a prompt on the command line or a pipe.

Rules: stdout carries the answer and nothing else. The exit status says how the reply ended,
and what arrived is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from streamchat.app.exchange import Exchange
from streamchat.app.outcome import Result
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.core.errors import ApiError, CutOff, ExitStatus, StreamchatError
from streamchat.core.ports import Ending, Source, View

_STATUSES = {
    Ending.COMPLETE: ExitStatus.OK,
    Ending.REFUSED: ExitStatus.FAILURE,
    Ending.CUT_OFF: ExitStatus.CUT_OFF,
    Ending.FAILED: ExitStatus.FAILURE,
    Ending.INTERRUPTED: ExitStatus.INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class OneShot:
    """Answers once. While `interruptible(stop)` is entered, Ctrl-C calls `stop`."""

    session: Session
    source: Source
    view: View
    monotonic: Callable[[], float]
    retry_policy: RetryPolicy
    interruptible: Callable[[Callable[[], None]], AbstractContextManager[None]]

    async def run(self, prompt: str, *, asked: str = "") -> Result:
        """Ask, and show the reply; `asked` is the prompt without what was piped in. Raises
        what Exchange.run raises."""
        head = self.session.conversation.head
        question = self.session.say(prompt, asked=asked if asked != prompt else "")
        exchange = Exchange(
            self.session, self.source, self.view, self.monotonic, self.retry_policy
        )
        with self.interruptible(exchange.stop):
            result = await exchange.run()
        if is_taken_back(result):
            self.session.jump(head)  # or every later turn would send it again
            blocks = question.message.content
            self.session.attached = tuple(b for b in blocks if b.get("type") != "text")
        elif result.message is None:
            self.session.record(self.session.conversation.decline(question.id))
        return result


def is_taken_back(result: Result) -> bool:
    """Whether the question is taken back because nothing came. One that the model declined
    stays, for another model."""
    return result.message is None and result.ending is not Ending.REFUSED


def exit_status(result: Result) -> ExitStatus:
    """The exit status for the way a reply ended."""
    if result.error is None or result.ending is Ending.INTERRUPTED:
        return _STATUSES[result.ending]
    return result.error.status


def build_failure(result: Result) -> StreamchatError | None:
    """The error to report for an incomplete reply, with the exit status; None for a complete
    one."""
    failure = _failure(result)
    if failure is not None:
        failure.status = exit_status(result)
    return failure


def _failure(result: Result) -> StreamchatError | None:
    match result.ending:
        case Ending.COMPLETE:
            return None
        case Ending.CUT_OFF if result.error is None:
            return CutOff(result.reason, kind="max_tokens")
        case Ending.REFUSED:
            return ApiError(f"{result.reason} Use -m MODEL to ask another.", kind="refusal")
        case Ending.INTERRUPTED:
            return ApiError(result.reason, kind="interrupted", retryable=True)
        case _:
            return result.error or ApiError(result.reason)
