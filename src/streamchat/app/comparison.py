"""Asks several models the same question at the same time.

Each reply is an exchange of its own, in its own task: what arrived is kept, however the others
end. The conversation continues with the first; the others are branches below the same
question.

Rules: the cap is asked for each before it is sent. No fallback model answers for one of these.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from streamchat.app.comparison_views import Nameless, UnderHeading
from streamchat.app.exchange import Exchange
from streamchat.app.outcome import Result
from streamchat.app.requesting import tell_system
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.core.capabilities import is_same_model
from streamchat.core.errors import UsageError
from streamchat.core.messages import Message
from streamchat.core.ports import ComparisonView, Ending, Source, View
from streamchat.core.records import Turn
from streamchat.core.reply import joined, replayed

MOST_ANSWERS = 9  # a digit keeps one


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the answers: the model that gives it, and the turns that exist already."""

    model: str
    answer: Message | None = None
    turn: str = ""  # the last one of the answer
    is_own: bool = False  # by the model of the conversation


def list_candidates(
    session: Session, others: Sequence[str], *, asks_own: bool = False
) -> tuple[Candidate, ...]:
    """The answer to the last question first, then the others. With `asks_own`, the model of
    the conversation is to answer as well. Raises UsageError if there is nothing to compare."""
    question = session.conversation.last_question
    if question is None:
        raise UsageError("There is no question to compare answers to.")
    own = _own(session, question, asks_own=asks_own)
    named = map(session.model_names, others)
    models = _distinct([each.model for each in own], named)
    return (*own, *(Candidate(model) for model in models))


def require_others(session: Session, others: Sequence[str]) -> None:
    """Raises UsageError unless they can be compared with the model of the conversation."""
    if others:
        _distinct([session.conversation.model], map(session.model_names, others))


def _distinct(own: list[str], others: Iterable[str]) -> list[str]:
    """The others that are to be asked, each once."""
    known = list(own)
    for model in others:
        if not any(is_same_model(model, each) for each in known):
            known.append(model)
    if len(known) == len(own):
        raise UsageError(f"Name a model other than {known[0]} to compare it with.")
    if len(known) > MOST_ANSWERS:
        raise UsageError(f"At most {MOST_ANSWERS} answers can be compared, not {len(known)}.")
    return known[len(own) :]


def _own(session: Session, question: Turn, *, asks_own: bool) -> list[Candidate]:
    path = session.conversation.path
    after = path[[turn.id for turn in path].index(question.id) + 1 :]
    answers = [turn.message for turn in after if turn.role == "assistant"]
    if answers:
        message = reduce(joined, answers)
        model = message.model or session.conversation.model
        return [Candidate(model, message, after[-1].id)]
    return [Candidate(session.conversation.model, is_own=True)] if asks_own else []


@dataclass(frozen=True, slots=True)
class Answered:
    """How a candidate ended; `result` is None for an answer that was there before."""

    candidate: Candidate
    turn: str  # "" if there is no answer
    result: Result | None = None


@dataclass(slots=True)
class Comparison:
    """Gets the answers of `candidates` to the last question. `frame` puts the view of each
    into another."""

    session: Session
    source: Source
    monotonic: Callable[[], float]
    retry_policy: RetryPolicy
    candidates: Sequence[Candidate]
    frame: Callable[[View], View]
    is_blind: bool = False
    shuffle: Callable[[list[Candidate]], None] = random.shuffle
    _exchanges: dict[int, Exchange] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.is_blind:  # or the order would give the names away
            mixed = list(self.candidates)
            self.shuffle(mixed)
            self.candidates = mixed

    @property
    def labels(self) -> list[str]:
        """The headings of the answers: 2 · MODEL."""
        models = [each.model for each in self.candidates]
        return [
            str(number) if self.is_blind else f"{number} · {model}"
            for number, model in enumerate(models, 1)
        ]

    def stop(self) -> None:
        """End all replies now."""
        for exchange in self._exchanges.values():
            exchange.stop()

    def stop_one(self, number: int) -> bool:
        """End the reply with that number; False if there is none. One that has ended already
        stays as it is."""
        exchange = self._exchanges.get(number - 1)
        if exchange is not None:
            exchange.stop()
        return 0 < number <= len(self.candidates)

    async def run(self, shown: ComparisonView) -> tuple[Answered, ...]:
        """Receive all replies to their ends. Raises what Exchange.run raises, after all are
        stored and the view is closed."""
        views = [self._wrapped(view) for view in shown.views]
        try:
            tasks = self._begin(views)
            try:
                await self._wait(tasks)
                await shown.catch_up()
            finally:
                await _end_all(tasks)
        finally:
            shown.close()
        results = {number: task.result() for number, task in tasks.items()}
        answered = tuple(
            self._answered(number, each, results.get(number))
            for number, each in enumerate(self.candidates)
        )
        self._go_on(answered)
        return answered

    def _wrapped(self, view: View) -> View:
        if not self.is_blind:
            return self.frame(UnderHeading(view))
        # An existing answer has no time, which would give it away.
        return self.frame(Nameless(view, is_timed=not self._has_answer))

    @property
    def _has_answer(self) -> bool:
        return any(each.answer for each in self.candidates)

    def _begin(self, views: Sequence[View]) -> dict[int, asyncio.Task[Result]]:
        """Start the exchanges, and show the answers that are there."""
        if not self._has_answer:
            tell_system(self.session)
        asked = tell_system(self.session, self.session.conversation.last_asked or "")
        tasks = {}
        for number, (each, view) in enumerate(zip(self.candidates, views, strict=True)):
            if each.answer is not None:
                _show(each.answer, view)
                continue
            is_main = each is self._main and not self._has_answer
            self._exchanges[number] = Exchange(
                self.session,
                self.source,
                view,
                self.monotonic,
                self.retry_policy,
                model="" if each.is_own else each.model,
                after="" if is_main else asked,
                falls_back=False,
            )
        for number, exchange in self._exchanges.items():
            tasks[number] = asyncio.create_task(exchange.run())
        return tasks

    @property
    def _main(self) -> Candidate:
        """The reply with which the conversation continues."""
        chosen = (each for each in self.candidates if each.answer or each.is_own)
        return next(chosen, self.candidates[0])

    async def _wait(self, tasks: dict[int, asyncio.Task[Result]]) -> None:
        """Wait until all have ended; a bug or a closed output in one stops the others."""
        running = set(tasks.values())
        done, rest = await asyncio.wait(running, return_when=asyncio.FIRST_EXCEPTION)
        if rest and any(task.exception() for task in done if not task.cancelled()):
            self.stop()
            await asyncio.wait(rest)

    def _answered(self, number: int, each: Candidate, result: Result | None) -> Answered:
        exchange = self._exchanges.get(number)
        turn = exchange.last_turn if exchange else each.turn
        return Answered(each, turn, result)

    def _go_on(self, answered: Sequence[Answered]) -> None:
        """If the first gave no answer, continue with another one."""
        main = next(each for each in answered if each.candidate is self._main)
        there = next((each.turn for each in answered if each.turn), "")
        if not main.turn and there:
            self.session.jump(there)


def _show(answer: Message, view: View) -> None:
    for event in replayed(answer):
        view.feed(event)
    view.close(Ending.COMPLETE, answer, math.nan)


async def _end_all(tasks: dict[int, asyncio.Task[Result]]) -> None:
    """End all replies; each exchange stores what arrived before this returns."""
    running = [task for task in tasks.values() if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
