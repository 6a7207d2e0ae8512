"""Comparisons in the REPL: shows them, says how they ended, and keeps one of the answers.

Rule: a digit alone keeps an answer only as the next message. Whatever else moves the
conversation on ends the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamchat.app.comparison import Answered, Candidate, Comparison, list_candidates
from streamchat.app.oneshot import build_failure
from streamchat.app.outcome import Result
from streamchat.app.repl_answers import ReplAnswers
from streamchat.core.capabilities import is_same_model
from streamchat.core.errors import StreamchatError, UsageError
from streamchat.core.ports import Ending


@dataclass(frozen=True, slots=True)
class Compared:
    """The answers that can be kept now: their models and their last turns, by number. They
    can be kept while the conversation is at `head`."""

    conversation: str
    head: str | None
    models: tuple[str, ...]
    turns: tuple[str, ...]
    is_blind: bool = False

    @property
    def main(self) -> int:
        """The number of the answer with which the conversation continues."""
        return self.turns.index(self.head or "") + 1

    def format_hint(self) -> str:
        """How to keep one; "" if there are fewer than two."""
        there = [str(number) for number, turn in enumerate(self.turns, 1) if turn]
        if len(there) < 2:
            return ""
        digits = f"{', '.join(there[:-1])} or {there[-1]}"
        if self.is_blind:  # a number would give away the conversation's own
            return (
                f"{digits} alone keeps that answer; other messages follow the original one."
                " Both show the names."
            )
        return f"{digits} alone keeps that answer; other messages follow {self.main}."

    def format_names(self) -> str:
        """1: MODEL, 2: MODEL"""
        return ", ".join(f"{number}: {model}" for number, model in enumerate(self.models, 1))


def describe_failure(comparison: Comparison, number: int, text: str) -> str:
    """The line about one of the answers; without the model's name while that is hidden."""
    candidate, label = comparison.candidates[number - 1], comparison.labels[number - 1]
    if comparison.is_blind:
        text = text.replace(candidate.model, "the model")
    return f"{label}: {text}"


def build_compared(comparison: Comparison, answered: Sequence[Answered]) -> Compared:
    """The choice after a comparison."""
    conversation = comparison.session.conversation
    return Compared(
        conversation.id,
        conversation.head,
        tuple(each.candidate.model for each in answered),
        tuple(each.turn for each in answered),
        comparison.is_blind,
    )


@dataclass(slots=True)
class ReplComparisons(ReplAnswers):
    """`others` are asked the next message too; once."""

    others: tuple[str, ...] = ()
    is_blind: bool = False
    compared: Compared | None = None  # what can be kept

    async def _answer_with_others(self, model: str = "") -> Result:
        """The answer to the last question, beside those of the others if there are any. With
        `model`, that one is asked, alone."""
        others, self.others = self.others, ()
        if model or not others:
            return await self._answer(model=model)
        try:
            candidates = list_candidates(self.session, others, asks_own=True)
        except UsageError as error:
            self._fail(error)
            return await self._answer()
        answered = await self._compare(candidates, is_blind=self.is_blind)
        there = [each for each in answered if each.turn]
        chosen = there[0] if there else answered[0]
        if chosen.result is None:
            raise AssertionError("the question is new, so each answer has a result")
        return chosen.result

    async def _compare_last(self, models: tuple[str, ...], *, is_blind: bool) -> None:
        try:
            candidates = list_candidates(self.session, models)
        except StreamchatError as error:
            self._fail(error)
        else:
            await self._compare(candidates, is_blind=is_blind)

    async def _compare(
        self, candidates: Sequence[Candidate], *, is_blind: bool
    ) -> tuple[Answered, ...]:
        comparison = Comparison(
            self.session,
            self.source,
            self.monotonic,
            self.retry_policy,
            candidates,
            lambda view: self.frame(view, self.session.shape),
            is_blind=is_blind,
        )
        shown = self.screen.compare(comparison.labels)
        async with self.reader.watching(comparison.stop, comparison.stop_one):
            answered = await comparison.run(shown)
        for number, each in enumerate(answered, 1):
            if each.result is not None:
                await self._tell(comparison, number, each.result)
        self.compared = build_compared(comparison, answered)
        self._notice(self.compared.format_hint())
        await self._compact_if_full()
        return answered

    async def _tell(self, comparison: Comparison, number: int, result: Result) -> None:
        """Report one of the answers, if there is something to report."""

        def describe(text: str) -> str:
            return describe_failure(comparison, number, text)

        if not comparison.is_blind:
            await self._advise(comparison.candidates[number - 1].model)
        for remark in result.remarks:
            self._notice(describe(remark))
        if result.ending is Ending.INTERRUPTED:
            self.stopped_at = self.monotonic()
        if result.reason and (result.ending is not Ending.INTERRUPTED or result.error):
            self.screen.error(describe(result.reason))
        elif self.session.shape and result.message:
            self._check_shape(self.session.shape, result.message.text, describe)
        if failure := build_failure(result):
            self.on_failure(failure)
        if result.ending is not Ending.COMPLETE:
            self._hold_queue()

    def _keeps(self, text: str) -> bool:
        """Act on a digit that keeps an answer; False for every other message."""
        compared, conversation = self.compared, self.session.conversation
        self.compared = None
        if compared is None or (compared.conversation, compared.head) != (
            conversation.id,
            conversation.head,
        ):
            return False
        is_digit = len(text) == 1 and text.isascii() and text.isdecimal()
        if not (is_digit and compared.format_hint()):
            if compared.is_blind:
                self._notice(f"Continuing with {compared.main}. {compared.format_names()}.")
            return False
        self._keep(compared, int(text))
        return True

    def _keep(self, compared: Compared, number: int) -> None:
        turn = compared.turns[number - 1] if 0 < number <= len(compared.turns) else ""
        if not turn:
            self.compared = compared
            self._fail(UsageError(f"There is no answer {number}. {compared.format_hint()}"))
            return
        self.session.jump(turn)
        names = f" {compared.format_names()}." if compared.is_blind else ""
        kept, own = compared.models[number - 1], self.session.conversation.model
        if not is_same_model(kept, own):
            names += f" {own} stays the model here."
        self._notice(f"Kept {number}, by {kept}.{names} /tree shows the others.")
