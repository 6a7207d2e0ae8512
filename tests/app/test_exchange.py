"""`exchange`: whatever ends a reply, what arrived is kept and how it ended is said."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from fakes import (
    MODEL,
    Hang,
    RecordingView,
    ScriptedSource,
    Step,
    open_session,
    partial_events,
    reply_events,
)
from streamchat.app.cap_watch import PRICED_CHARACTERS
from streamchat.app.checkpoints import CHECKPOINT_BYTES
from streamchat.app.commands.branches import continue_answer
from streamchat.app.commands.outcomes import AskModel
from streamchat.app.exchange import (
    MOST_PAUSES,
    Exchange,
)
from streamchat.app.oneshot import exit_status
from streamchat.app.outcome import Result
from streamchat.app.requesting import record_tools
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import CONTINUES_IN_MEMORY, Session
from streamchat.core.budget import Budget
from streamchat.core.capabilities import ModelFacts
from streamchat.core.errors import (
    INVALID_SIGNATURE,
    ApiError,
    CutOff,
    ExitStatus,
    InvalidRequest,
    NoPermission,
    OverBudget,
    TryLater,
)
from streamchat.core.events import (
    BlockStopped,
    Finished,
    ModelSwitched,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import INTERRUPTED, Message, Usage, has_thinking, text_block
from streamchat.core.ports import Ending
from streamchat.core.records import EmptyReply, Partial, Setting
from streamchat.core.web import WEB_VERSIONS, Web


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
            retry_policy=RetryPolicy(pause=self._pause, jitter=lambda: 0.0),
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


def test_after_the_first_words_nothing_is_sent_again() -> None:
    for error in (TryLater("Busy.", retryable=True), CutOff("Lost.", retryable=True)):
        answered = Answered([*partial_events("Half"), error])
        answered.run()
        assert len(answered.source.requests) == 1
        assert answered.pauses == []


def test_a_server_that_is_busy_after_it_began_is_asked_again_until_something_is_shown() -> None:
    busy = [*partial_events(), TryLater("Busy.", retryable=True)]
    answered = Answered(busy, reply_events("At last"))
    assert answered.run().ending is Ending.COMPLETE
    assert answered.history == [
        ("user", "question", None),
        ("assistant", "At last", "end_turn"),
    ]
    lost = Answered([*partial_events(), CutOff("Lost.", retryable=True)])
    assert lost.run().reason == "Lost."  # it may have been at work, and may cost again
    thought = [*partial_events(), ThinkingDelta("Hm."), TryLater("Busy.", retryable=True)]
    assert Answered(thought).run().reason == "Busy."


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


def test_who_tries_again_is_not_told_to() -> None:
    busy = TryLater("Too many. Try again in a moment.", retryable=True)
    told = TryLater("Too many. Try again in 2.5 s.", retryable=True, retry_after_s=2.5)
    answered = Answered([busy], [told], reply_events("At last"))
    answered.run()
    reasons = [e.reason for e in answered.view.events if isinstance(e, Retrying)]
    assert reasons == ["Too many.", "Too many."]


def test_what_was_waited_for_is_said_when_the_wait_is_stopped() -> None:
    busy = TryLater("Too many.", retryable=True)
    answered = Answered([busy])

    async def stopped(delay_s: float) -> None:
        answered.exchange.stop()
        await asyncio.sleep(60)

    answered.exchange.retry_policy = RetryPolicy(pause=stopped)
    result = answered.run()
    assert (result.ending, result.message, result.error) == (Ending.INTERRUPTED, None, busy)
    assert result.reason == "Interrupted while waiting to try again: Too many."
    assert exit_status(result) is ExitStatus.INTERRUPTED


def test_a_reply_that_is_stopped_after_a_repetition_says_nothing_of_it() -> None:
    answered = Answered([TryLater("Too many.", retryable=True)])
    stops = Hang(lambda: answered.exchange.stop())
    answered.source.scripts.append([*partial_events("Half"), stops])
    result = answered.run()
    assert (result.reason, result.error) == ("Interrupted.", None)


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
    assert warnings == [f"The disk is full. {CONTINUES_IN_MEMORY}"]


def test_an_empty_answer_is_said_to_be_one() -> None:
    result = Answered(reply_events()).run()
    assert (result.ending, result.reason) == (Ending.CUT_OFF, "The answer was empty.")
    assert exit_status(result) is ExitStatus.CUT_OFF
    assert result.received is not None
    assert (result.received.model, result.received.stop_reason) == (MODEL, "end_turn")


def test_an_answer_of_thinking_alone_is_empty() -> None:
    events = reply_events()
    end = events.pop()
    assert isinstance(end, Finished)
    thinking = {"type": "thinking", "thinking": "hm", "signature": "s"}
    events.append(Finished(replace(end.message, content=(thinking,))))
    answered = Answered(events)
    assert answered.run().reason == "The answer was empty."
    assert answered.history == [("user", "question", None)]


def test_what_an_empty_answer_cost_is_stored_and_counts() -> None:
    answered = priced(reply_events())
    answered.session.budget.price = lambda model, usage: 0.25
    result = answered.run()
    assert result.received is not None
    assert result.received.cost_usd == 0.25
    assert answered.view.closings == [(Ending.CUT_OFF, result.received)]
    [_, record] = answered.session.journal.records  # type: ignore[attr-defined]
    assert record == EmptyReply(answered.session.now(), result.received)
    assert answered.session.conversation.cost_usd == 0.25
    assert answered.session.budget.spent_usd == 0.25


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


# Stop reasons that are more than an ending


def test_a_paused_turn_is_sent_on_unchanged() -> None:
    answered = Answered(reply_events("First", stop_reason="pause_turn"), reply_events(" then"))
    assert answered.run().ending is Ending.COMPLETE
    sent = [[m.text for m in request.messages] for request in answered.source.requests]
    assert sent == [["question"], ["question", "First"]]
    assert [text for _, text, _ in answered.history] == ["question", "First", " then"]


def test_a_paused_answer_is_one_with_the_sum_of_its_usage() -> None:
    answered = Answered(reply_events("First", stop_reason="pause_turn"), reply_events(" then"))
    answered.session.budget.price = lambda model, usage: 0.25
    alone = Answered(reply_events("First")).run().message
    message = answered.run().message
    assert message is not None
    assert alone is not None
    assert alone.usage is not None
    assert message.text == "First then"
    assert message.usage == alone.usage.plus(alone.usage) != alone.usage
    assert message.cost_usd == 0.5


def test_pauses_are_bounded_and_each_is_kept_once() -> None:
    pause = reply_events("…", stop_reason="pause_turn")
    answered = Answered(*[pause] * (MOST_PAUSES + 5))
    result = answered.run()
    assert result.ending is Ending.CUT_OFF
    assert "paused" in result.reason
    assert len(answered.source.requests) == MOST_PAUSES
    records = answered.session.journal.records  # type: ignore[attr-defined]
    assert len(records) == 1 + MOST_PAUSES


CALL = {"type": "server_tool_use", "id": "s1", "name": "code_execution", "input": {}}


def pausing_events(container: str) -> list[Step]:
    *events, end = reply_events("", stop_reason="pause_turn")
    assert isinstance(end, Finished)
    message = replace(end.message, content=(CALL,))
    return [*events, Finished(message, container=container)]


def test_after_too_many_pauses_continue_goes_on_in_the_same_container() -> None:
    answered = Answered(*[pausing_events("c1")] * MOST_PAUSES)
    answered.run()
    outcome = continue_answer(answered.session, "")
    assert outcome == AskModel(otherwise=str(answered.session.conversation.head))
    rest = ScriptedSource([reply_events("So.")])
    asyncio.run(Exchange(answered.session, rest, RecordingView(), lambda: 0.0).run())
    [request] = rest.requests
    assert request.container == "c1"
    assert [m.content for m in request.messages[1:]] == [(CALL,)] * MOST_PAUSES


def test_another_question_after_too_many_pauses_leaves_the_open_call_out() -> None:
    answered = Answered(*[pausing_events("c1")] * MOST_PAUSES)
    answered.run()
    answered.session.say("never mind")
    rest = ScriptedSource([reply_events("Fine.")])
    asyncio.run(Exchange(answered.session, rest, RecordingView(), lambda: 0.0).run())
    [request] = rest.requests
    assert request.container == ""
    assert [(m.role, m.text) for m in request.messages] == [
        ("user", "question"),
        ("user", "never mind"),
    ]


def test_what_came_before_a_pause_is_kept_when_the_rest_fails() -> None:
    answered = Answered(reply_events("First", stop_reason="pause_turn"), [NoPermission("No.")])
    result = answered.run()
    assert result.ending is Ending.FAILED
    assert result.message is not None
    assert result.message.text == "First"


@pytest.mark.parametrize("stop_reason", ["tool_use", "end_turn"])
def test_an_asked_for_tool_is_named(stop_reason: str) -> None:
    call = {"type": "tool_use", "id": "t1", "name": "get_weather", "input": {}}
    events = reply_events("Let me see.", stop_reason=stop_reason)
    end = events.pop()
    assert isinstance(end, Finished)
    content = (*end.message.content, call)
    events.append(Finished(replace(end.message, content=content)))
    answered = Answered(events)
    result = answered.run()
    assert result.ending is Ending.COMPLETE
    [remark] = result.remarks
    assert "a tool (get_weather), which streamchat does not offer" in remark
    assert answered.session.request().messages[-1].content == (text_block("Let me see."),)


def test_an_answer_without_words_says_so() -> None:
    call = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    events = reply_events("", stop_reason="end_turn")
    end = events.pop()
    assert isinstance(end, Finished)
    events.append(Finished(replace(end.message, content=(call,))))
    assert Answered(events).run().remarks == ("The answer has no text.",)


def test_a_new_stop_reason_is_a_remark_and_none_is_a_cut() -> None:
    assert Answered(reply_events("x", stop_reason="tired")).run().remarks == (
        "The answer ended with a stop reason unknown to streamchat: tired.",
    )
    unsaid = reply_events("x")
    end = unsaid.pop()
    assert isinstance(end, Finished)
    unsaid.append(Finished(replace(end.message, stop_reason=None)))
    result = Answered(unsaid).run()
    assert (result.ending, result.remarks) == (Ending.CUT_OFF, ())
    assert "stop reason" in result.reason


# Thinking that the server refuses


def thought(answered: Answered) -> None:
    """A turn with thinking before the question."""
    thinking = {"type": "thinking", "thinking": "hm", "signature": "s"}
    reply = Message("assistant", (thinking, text_block("So.")), MODEL, "end_turn")
    answered.session.add(reply)
    answered.session.say("and?")


REFUSED = InvalidRequest("Invalid signature", kind=INVALID_SIGNATURE, http_status=400)


def kinds_sent(answered: Answered) -> list[list[str]]:
    """The types of all blocks of each request."""
    requests = answered.source.requests
    return [[b["type"] for m in request.messages for b in m.content] for request in requests]


def test_refused_thinking_is_left_out_once_and_that_is_said() -> None:
    answered = Answered([REFUSED], reply_events("Well"))
    thought(answered)
    result = answered.run()
    assert result.ending is Ending.COMPLETE
    [remark] = result.remarks
    assert "left out of this conversation" in remark
    assert answered.pauses == []
    assert kinds_sent(answered) == [["text", "thinking", "text", "text"], ["text"] * 3]
    assert not answered.session.conversation.sends_thinking
    record = answered.session.journal.records[-2]  # type: ignore[attr-defined]
    assert record == Setting({"sends_thinking": False})  # nor is it sent after a resume


def test_thinking_that_was_never_sent_is_not_left_out() -> None:
    answered = Answered([REFUSED])
    assert answered.run().error is REFUSED
    assert len(answered.source.requests) == 1


def test_a_server_that_refuses_no_thinking_either_fails() -> None:
    answered = Answered([REFUSED], [REFUSED])
    thought(answered)
    assert answered.run().error is REFUSED
    assert len(answered.source.requests) == 2
    assert answered.session.conversation.sends_thinking  # that was not what was wrong


# Costs and the cap


def cent_a_token(model: str, usage: Usage) -> float | None:
    if usage.output_tokens is None:
        return None
    return ((usage.prompt_tokens or 0) + usage.output_tokens) / 100


def priced(
    *scripts: Sequence[Step], cap_usd: float | None = None, counts: Sequence[int] = ()
) -> Answered:
    answered = Answered(*scripts)
    answered.session.budget = Budget(cent_a_token, cap_usd=cap_usd)
    answered.source.counts = list(counts)
    return answered


def test_a_reply_is_kept_with_its_cost() -> None:
    answered = priced(reply_events("a", "b"))
    result = answered.run()
    assert result.message is not None
    assert result.message.cost_usd == pytest.approx(0.12)
    assert answered.session.conversation.cost_usd == pytest.approx(0.12)
    assert answered.session.budget.spent_usd == pytest.approx(0.12)
    assert answered.view.closings == [(Ending.COMPLETE, result.message)]


def test_what_was_stopped_costs_by_its_letters() -> None:
    answered = priced([*partial_events("x" * 30), CutOff("Gone.")])
    result = answered.run()
    assert result.message is not None
    assert result.message.cost_usd == pytest.approx(0.20)
    assert result.message.usage == Usage(input_tokens=10)


def test_a_reply_of_which_nothing_is_kept_is_charged_too() -> None:
    answered = priced([*partial_events(), TryLater("Busy.")])
    assert answered.run().message is None
    assert answered.session.budget.spent_usd == pytest.approx(0.10)


def test_what_the_server_never_began_costs_nothing() -> None:
    answered = priced([NoPermission("No.")])
    answered.run()
    assert answered.session.budget.spent_usd == 0


def test_without_a_cap_nothing_is_counted() -> None:
    answered = priced(reply_events("a"))
    answered.run()
    assert answered.source.counted == []


def test_a_turn_that_would_pass_the_cap_is_not_sent() -> None:
    answered = priced(cap_usd=11.0, counts=[101])  # and 1,000 tokens of answer
    result = answered.run()
    assert (result.ending, result.message) == (Ending.FAILED, None)
    assert isinstance(result.error, OverBudget)
    assert answered.source.requests == []
    assert len(answered.source.counted) == 1


def test_the_searches_that_an_answer_may_make_are_reserved() -> None:
    answered = Answered()
    answered.session.web = Web(5)
    answered.session.budget = Budget(
        lambda _m, usage: float(usage.web_searches or 0), cap_usd=4
    )
    answered.source.counts = [1]
    result = answered.run()
    assert isinstance(result.error, OverBudget)
    assert answered.source.requests == []


def test_a_model_that_takes_no_search_is_asked_without() -> None:
    answered = Answered(reply_events("a"))
    answered.session.web = Web()
    answered.session.facts = lambda model: ModelFacts(model, searches_web=False)
    assert answered.run().remarks == (f"{MODEL} cannot use the web; it was asked without it.",)
    assert answered.source.requests[0].tools == ()


def test_a_search_counts_as_soon_as_it_is_made() -> None:
    call = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    started, *_ = partial_events()
    more = [
        event for n in range(3) for event in (BlockStopped(n, call), UsageUpdated(Usage(1)))
    ]
    answered = Answered([started, *more, TextDelta("never")])
    answered.session.web = Web(2)
    answered.session.budget = Budget(
        lambda _m, usage: float(usage.web_searches or 0), cap_usd=2
    )
    answered.source.counts = [1]
    result = answered.run()
    assert isinstance(result.error, OverBudget)
    assert answered.session.budget.spent_usd == 3


def test_a_turn_within_the_cap_is_counted_once_whatever_is_sent_again() -> None:
    busy = TryLater("Busy.", retryable=True)
    answered = priced([busy], reply_events("a"), cap_usd=11.0, counts=[100])
    assert answered.run().ending is Ending.COMPLETE


def test_a_stream_that_passes_the_cap_is_stopped_and_kept() -> None:
    piece = "x" * PRICED_CHARACTERS  # 133 tokens
    answered = priced([*partial_events(*[piece] * 12), Hang()], cap_usd=11.0, counts=[1])
    closed_when_shown: list[int] = []

    class Watching(RecordingView):
        def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
            closed_when_shown.append(answered.source.closed)

    answered.exchange.view = Watching()
    result = answered.run()
    assert result.ending is Ending.CUT_OFF
    assert isinstance(result.error, OverBudget)
    assert answered.history[1:] == [("assistant", piece * 9, INTERRUPTED)]
    assert closed_when_shown == [1]  # the connection was ended at once


def test_the_cap_is_checked_as_soon_as_the_server_says_what_it_read() -> None:
    start = Started("msg_1", MODEL, Usage(input_tokens=2_000, output_tokens=0))
    answered = priced([start, *reply_events("a")[1:]], cap_usd=11.0, counts=[1])
    result = answered.run()
    assert isinstance(result.error, OverBudget)
    assert answered.view.text == ""
    assert answered.session.budget.spent_usd == pytest.approx(20.0)


def test_the_cap_is_checked_when_the_server_says_what_it_wrote() -> None:
    """It may have searched, or thought, without a word to count by."""
    usage = UsageUpdated(Usage(input_tokens=10, output_tokens=2_000))
    start, opened, *rest = reply_events("a")
    answered = priced([start, opened, usage, *rest], cap_usd=11.0, counts=[1])
    result = answered.run()
    assert isinstance(result.error, OverBudget)
    assert answered.view.text == ""
    assert answered.session.budget.spent_usd == pytest.approx(20.10)


def test_a_cap_where_the_price_is_unknown_refuses() -> None:
    answered = priced(cap_usd=11.0, counts=[1])
    answered.session.budget.price = lambda model, usage: None
    result = answered.run()
    assert isinstance(result.error, OverBudget)
    assert "is unknown here" in result.reason


def test_a_count_that_fails_sends_nothing() -> None:
    answered = priced(cap_usd=11.0)
    answered.source.counts = [NoPermission("No.")]
    result = answered.run()
    assert (result.ending, result.reason) == (Ending.FAILED, "No.")
    assert answered.source.requests == []


def test_a_parameter_that_the_server_refuses_is_left_out_and_that_is_said() -> None:
    refused = InvalidRequest("temperature: Extra inputs are not permitted", http_status=400)
    answered = Answered([refused], reply_events("Fine."))
    answered.session.extra = {"top_k": 5, "temperature": 0.3}
    result = answered.run()
    assert result.ending is Ending.COMPLETE
    assert [dict(request.extra) for request in answered.source.requests] == [
        {"top_k": 5, "temperature": 0.3},
        {"top_k": 5},
    ]
    assert result.remarks == (
        "The server refused temperature; the request was sent without it.",
    )


class Slow(RecordingView):
    """A view that takes its time to show what arrived; `held` is what is stored then."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered
        self.reached = asyncio.Event()
        self.stored_first: list[tuple[str, str, str | None]] = []

    async def catch_up(self) -> None:
        self.stored_first = self.answered.history
        self.reached.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("ends_by", ["a key", "a signal"])
def test_showing_what_arrived_can_be_stopped_and_the_answer_is_stored_first(
    ends_by: str,
) -> None:
    answered = Answered(reply_events("Hello"))
    view = Slow(answered)
    answered.exchange.view = view

    async def run() -> Result | None:
        running = asyncio.create_task(answered.exchange.run())
        await view.reached.wait()
        if ends_by == "a key":
            answered.exchange.stop()
            return await running
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return None

    result = asyncio.run(run())
    assert view.stored_first == [("user", "question", None), ("assistant", "Hello", "end_turn")]
    assert [ending for ending, _ in view.closings] == [Ending.COMPLETE]
    assert result is None or result.ending is Ending.COMPLETE


# Other models

DECLINED = reply_events(stop_reason="refusal")
OVERLOADED = TryLater("The server is overloaded.", http_status=529)


def models_asked(answered: Answered) -> list[str]:
    return [request.model for request in answered.source.requests]


@pytest.mark.parametrize(
    ("first", "line"),
    [
        (DECLINED, f"{MODEL} declined to answer. second answers."),
        ([OVERLOADED], "The server is overloaded. second answers."),
    ],
)
def test_the_next_model_is_asked_when_one_declines_or_is_overloaded(
    first: Sequence[Step], line: str
) -> None:
    answered = Answered(first, reply_events("Fine.", model="second"))
    answered.session.fallback = (MODEL, "second", "third")
    result = answered.run()
    assert (result.ending, models_asked(answered)) == (Ending.COMPLETE, [MODEL, "second"])
    [switched] = [e for e in answered.view.events if isinstance(e, ModelSwitched)]
    assert switched.line == line
    assert answered.session.conversation.model == MODEL
    assert answered.session.conversation.path[-1].message.model == "second"


def test_when_all_have_declined_the_last_refusal_stands() -> None:
    answered = Answered(DECLINED, DECLINED)
    answered.session.fallback = ("second",)
    assert answered.run().ending is Ending.REFUSED
    assert models_asked(answered) == [MODEL, "second"]


@pytest.mark.parametrize(
    "script",
    [
        reply_events("I would rather not.", stop_reason="refusal"),
        [*partial_events("Half"), OVERLOADED],
        [TryLater("Too many.", http_status=429)],
        [NoPermission("No.", http_status=403)],
    ],
)
def test_no_other_model_is_asked_after_a_word_or_for_another_reason(
    script: Sequence[Step],
) -> None:
    answered = Answered(script)
    answered.session.fallback = ("second",)
    answered.run()
    assert models_asked(answered) == [MODEL]


def test_a_model_that_is_named_for_one_reply_gets_no_thinking_of_others() -> None:
    answered = Answered(reply_events("Fine.", model="other"))
    thought(answered)
    answered.session.effort, answered.session.thinking = "max", "adaptive"
    answered.session.facts = lambda model: ModelFacts(model, efforts=("low",))
    answered.exchange = replace_model(answered, "other")
    answered.run()
    [request] = answered.source.requests
    assert (request.model, request.effort, request.thinking) == ("other", None, "adaptive")
    assert kinds_sent(answered) == [["text"] * 3]
    assert answered.session.effort == "max"


def replace_model(answered: Answered, model: str) -> Exchange:
    return Exchange(
        answered.session,
        answered.source,
        answered.view,
        monotonic=lambda: 0.0,
        model=model,
    )


def test_the_reservation_of_a_model_that_declined_is_given_back() -> None:
    answered = priced(cap_usd=100.0, counts=[1, 1])
    answered.source.scripts = [list(DECLINED), list(reply_events("Fine."))]
    answered.session.fallback = ("second",)
    answered.run()
    assert answered.session.budget.reserved_usd == 0.0


# The web


def test_other_sites_leave_earlier_thinking_out() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
    said = Message("assistant", (thought, text_block("a")), MODEL, "end_turn", Usage(1, 1))
    answered = Answered([*partial_events("a"), Finished(said)], reply_events("b"))
    answered.session.web = Web()
    answered.run()
    for web, is_sent in ((Web(), True), (Web(allowed=("a.org",)), False)):
        answered.session.web = web
        record_tools(answered.session)
        sent = answered.session.request().messages
        assert any(map(has_thinking, sent)) is is_sent


def test_older_tools_are_tried_and_at_last_none_is_asked_for() -> None:
    refused = InvalidRequest("tools.0: unknown type 'web_search_20260318'", http_status=400)
    answered = Answered([refused], [refused], reply_events("Found."))
    answered.session.web = Web()
    assert answered.run().remarks == ()
    sent = [[tool["type"] for tool in request.tools] for request in answered.source.requests]
    assert [types[0] for types in sent] == [version.search for version in WEB_VERSIONS]
    recorded = answered.session.conversation.tools
    assert [tool.partition(" ")[0] for tool in recorded] == sent[-1]
    none = Answered([refused], [refused], [refused], reply_events("By heart."))
    none.session.web = Web()
    assert none.run().remarks == ("The server offers no web search; it was asked without one.",)
    assert none.source.requests[-1].tools == ()


def test_other_tools_leave_earlier_thinking_out() -> None:
    answered = Answered(reply_events("So."))
    thought(answered)
    answered.session.web = Web()
    answered.run()
    assert kinds_sent(answered) == [["text"] * 3]
    again = Answered(reply_events("So."))
    thought(again)
    again.run()
    assert kinds_sent(again) == [["text", "thinking", "text", "text"]]


def test_what_a_server_wrote_about_an_ending_is_part_of_one_line() -> None:
    novel = Answered(reply_events("x", stop_reason="very\nodd " * 1000)).run()
    [remark] = novel.remarks
    assert "\n" not in remark
    assert len(remark) < 200
    events = reply_events("No.", stop_reason="refusal")
    end = events.pop()
    assert isinstance(end, Finished)
    events.append(
        Finished(end.message, {"category": ["x"], "explanation": "Not\nthis. " * 900})
    )
    reason = Answered(events).run().reason
    assert "\n" not in reason
    assert len(reason) < 800


def test_prices_are_told_what_the_server_calls_the_model() -> None:
    answered = Answered(reply_events("a", model="by-another-name"))
    names: list[tuple[str, str]] = []
    answered.session.budget = Budget(cent_a_token, note_name=lambda *pair: names.append(pair))
    answered.run()
    assert names == [(MODEL, "by-another-name")]
