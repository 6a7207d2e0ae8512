"""`exchange`: whatever ends a reply, what arrived is kept and how it ended is said."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from fakes import (
    Hang,
    RecordingView,
    ScriptedSource,
    Step,
    open_session,
    partial_events,
    reply_events,
)
from streamchat.errors import ApiError, CutOff, NoPermission, TryLater
from streamchat.events import Finished, Retrying
from streamchat.exchange import CHECKPOINT_BYTES, Exchange, Patience, Result
from streamchat.messages import INTERRUPTED
from streamchat.ports import Ending
from streamchat.records import Partial
from streamchat.session import Session


class Answered:
    """A question answered from a script; what came of it."""

    def __init__(self, *scripts: Sequence[Step], fault: BaseException | None = None) -> None:
        self.session: Session = open_session()
        self.source = ScriptedSource(list(scripts))
        self.view = RecordingView(fault=fault)
        self.pauses: list[float] = []
        self.session.say("question")
        self.exchange = Exchange(
            self.session,
            self.source,
            self.view,
            monotonic=lambda: 0.0,
            patience=Patience(pause=self._pause, jitter=lambda: 0.0),
        )

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def run(self) -> Result:
        return asyncio.run(self.exchange.run())

    @property
    def history(self) -> list[tuple[str, str, str | None]]:
        path = self.session.conversation.path
        return [(t.message.role, t.message.text, t.message.stop_reason) for t in path]


def test_a_whole_reply_is_kept_and_shown() -> None:
    answered = Answered(reply_events("Hel", "lo"))
    result = answered.run()
    assert (result.ending, result.reason) == (Ending.COMPLETE, "")
    assert answered.view.text == "Hello"
    assert answered.view.closings == [(Ending.COMPLETE, result.message)]
    assert answered.history == [
        ("user", "question", None),
        ("assistant", "Hello", "end_turn"),
    ]


@pytest.mark.parametrize(
    ("fault", "ending"),
    [(CutOff("The link broke."), Ending.CUT_OFF), (TryLater("Busy."), Ending.FAILED)],
)
def test_a_fault_in_mid_reply_keeps_what_arrived(fault: ApiError, ending: Ending) -> None:
    answered = Answered([*partial_events("Half an "), fault])
    result = answered.run()
    assert (result.ending, result.reason, result.error) == (ending, fault.message, fault)
    assert answered.history[1:] == [("assistant", "Half an ", INTERRUPTED)]


def test_after_the_first_event_nothing_is_sent_again() -> None:
    answered = Answered([*partial_events(), TryLater("Busy.", retryable=True)])
    answered.run()
    assert len(answered.source.requests) == 1
    assert answered.pauses == []


def test_before_the_first_event_it_is_sent_again_and_said() -> None:
    busy = TryLater("Busy.", retryable=True)
    told = TryLater("Busy.", retryable=True, retry_after_s=7)
    answered = Answered([busy], [told], reply_events("At last"))
    assert answered.run().ending is Ending.COMPLETE
    assert answered.pauses == [0.5, 7]
    retries = [e for e in answered.view.events if isinstance(e, Retrying)]
    assert retries == [Retrying(1, 0.5, "Busy."), Retrying(2, 7, "Busy.")]


@pytest.mark.parametrize(
    "error",
    [
        NoPermission("No."),
        TryLater("Later.", retryable=True, retry_after_s=61),
    ],
)
def test_what_waiting_does_not_heal_is_not_repeated(error: ApiError) -> None:
    answered = Answered([error])
    assert answered.run().error is error
    assert len(answered.source.requests) == 1
    assert answered.history == [("user", "question", None)]


def test_repetitions_are_bounded() -> None:
    busy: list[Step] = [TryLater("Busy.", retryable=True)]
    answered = Answered(*[busy] * 9)
    assert answered.run().ending is Ending.FAILED
    assert answered.pauses == [0.5, 1, 2, 4]


def run_and(stop_at: Callable[[Exchange], None], answered: Answered) -> Result:
    async def main() -> Result:
        return await answered.exchange.run()

    then_hang(answered, lambda: stop_at(answered.exchange))
    return asyncio.run(main())


def then_hang(answered: Answered, reached: Callable[[], object]) -> None:
    answered.source.scripts[0] = [*answered.source.scripts[0], Hang(reached)]


def test_stopping_keeps_what_arrived() -> None:
    answered = Answered(partial_events("So far"))
    result = run_and(Exchange.stop, answered)
    assert result.ending is Ending.INTERRUPTED
    assert answered.history[1:] == [("assistant", "So far", INTERRUPTED)]


def test_stopping_before_anything_arrived_keeps_no_empty_turn() -> None:
    answered = Answered([])
    result = run_and(Exchange.stop, answered)
    assert (result.ending, result.message) == (Ending.INTERRUPTED, None)
    assert answered.history == [("user", "question", None)]


def test_cancelling_the_caller_keeps_what_arrived_too() -> None:
    answered = Answered(partial_events("So far"))

    async def main() -> None:
        reached = asyncio.Event()
        then_hang(answered, reached.set)
        running = asyncio.create_task(answered.exchange.run())
        await reached.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())
    assert answered.history[1:] == [("assistant", "So far", INTERRUPTED)]
    assert [ending for ending, _ in answered.view.closings] == [Ending.INTERRUPTED]


def test_a_closed_output_ends_the_exchange_and_loses_nothing() -> None:
    answered = Answered(reply_events("Lost on", " the pipe"), fault=BrokenPipeError())
    with pytest.raises(BrokenPipeError):
        answered.run()
    assert answered.history[1:] == [("assistant", "Lost on", INTERRUPTED)]
    assert len(answered.view.closings) == 1


def test_four_kilobytes_are_checkpointed_at_once_and_never_twice() -> None:
    piece = "x" * CHECKPOINT_BYTES
    answered = Answered([*partial_events(piece, "ab", piece, "tail"), CutOff("Gone.")])
    answered.run()
    records = answered.session.journal.records  # type: ignore[attr-defined]
    partials = [r.text for r in records if isinstance(r, Partial)]
    assert partials == [piece, "ab" + piece]


def test_a_slow_reply_is_checkpointed_by_the_clock() -> None:
    answered = Answered(partial_events("slow"))

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        delays: list[float] = []
        schedule = loop.call_later

        def at_once(delay: float, *args: object) -> asyncio.TimerHandle:
            delays.append(delay)
            return schedule(0, *args)  # type: ignore[arg-type]

        loop.call_later = at_once  # type: ignore[method-assign, assignment]
        then_hang(answered, lambda: schedule(0.01, answered.exchange.stop))
        await answered.exchange.run()
        return delays

    assert asyncio.run(main()) == [2.0]
    records = answered.session.journal.records  # type: ignore[attr-defined]
    assert [r.text for r in records if isinstance(r, Partial)] == ["slow"]


@pytest.mark.parametrize(
    ("stop_reason", "ending"),
    [
        ("end_turn", Ending.COMPLETE),
        ("stop_sequence", Ending.COMPLETE),
        ("a_new_one", Ending.COMPLETE),
        ("max_tokens", Ending.CUT_OFF),
        ("model_context_window_exceeded", Ending.CUT_OFF),
        ("refusal", Ending.REFUSED),
    ],
)
def test_a_stop_reason_is_an_ending(stop_reason: str, ending: Ending) -> None:
    answered = Answered(reply_events("Well", stop_reason=stop_reason))
    assert answered.run().ending is ending
    assert answered.history[1:] == [("assistant", "Well", stop_reason)]


def test_an_empty_refusal_is_no_turn() -> None:
    answered = Answered(reply_events(stop_reason="refusal"))
    result = answered.run()
    assert (result.ending, result.message) == (Ending.REFUSED, None)
    assert answered.history == [("user", "question", None)]


def test_a_pause_is_sent_on() -> None:
    answered = Answered(reply_events("One, ", stop_reason="pause_turn"), reply_events("two"))
    assert answered.run().ending is Ending.COMPLETE
    assert [m.text for m in answered.source.requests[1].messages] == ["question", "One, "]
    assert answered.view.text == "One, two"


def test_a_full_disk_costs_a_warning_and_no_turn() -> None:
    answered = Answered(reply_events("Hello"))
    warnings: list[str] = []
    answered.session.warn = warnings.append
    answered.session.journal.full = True  # type: ignore[attr-defined]
    assert answered.run().ending is Ending.COMPLETE
    assert answered.history[1:] == [("assistant", "Hello", "end_turn")]
    assert warnings == ["The disk is full. The conversation goes on in memory."]


def test_an_empty_answer_is_said_to_be_one() -> None:
    result = Answered(reply_events()).run()
    assert (result.ending, result.reason) == (Ending.COMPLETE, "The answer was empty.")


def test_a_refusal_is_explained_as_far_as_the_server_does() -> None:
    events = reply_events("No.", stop_reason="refusal")
    details = {"category": "cyber", "explanation": "Not this."}
    end = events.pop()
    assert isinstance(end, Finished)
    events.append(Finished(end.message, details))
    assert Answered(events).run().reason == ("The model declined to answer (cyber): Not this.")


def test_a_blank_answer_is_no_turn() -> None:
    answered = Answered(reply_events(" \n"))
    assert answered.run().message is None
    assert answered.history == [("user", "question", None)]


def test_a_checkpoint_counts_bytes_not_characters() -> None:
    piece = "語" * (CHECKPOINT_BYTES // 3 + 1)
    answered = Answered([*partial_events(piece), CutOff("Gone.")])
    answered.run()
    records = answered.session.journal.records  # type: ignore[attr-defined]
    assert [r.text for r in records if isinstance(r, Partial)] == [piece]
