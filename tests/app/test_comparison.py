"""Comparing answers in the REPL, with a scripted keyboard and models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import isnan
from typing import TypeAlias

import pytest

from fakes import (
    MODEL,
    Hang,
    MemoryJournal,
    RecordingScreen,
    ScriptedReader,
    ScriptedSource,
    Step,
    open_session,
    partial_events,
    reply_events,
)
from streamchat.app.comparison import Candidate, Comparison, list_candidates
from streamchat.app.repl import Repl
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.core.budget import Budget
from streamchat.core.conversation import Conversation
from streamchat.core.errors import CutOff, NoPermission, UsageError
from streamchat.core.events import (
    BlockStarted,
    Event,
    ModelSwitched,
    Started,
    TextDelta,
    ThinkingDelta,
)
from streamchat.core.messages import Message, Request, Usage, text_block
from streamchat.core.model_names import FAMILIES, ModelNames
from streamchat.core.ports import Ending, Input, Key, Typed
from streamchat.core.records import Record
from streamchat.core.schema import Shape

Scripts: TypeAlias = Mapping[str, Sequence[Sequence[Step]]]


@dataclass(slots=True)
class ModelSource:
    """Each model plays its next script, event by event in turn; requests are kept."""

    scripts: Scripts
    sent: list[tuple[str, list[str]]] = field(default_factory=list)
    count: int = 10

    async def count_tokens(self, request: Request) -> int:
        await asyncio.sleep(0)
        return self.count

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        asked = sum(model == request.model for model, _ in self.sent)
        self.sent.append((request.model, [m.text for m in request.messages]))
        script = self.scripts[request.model][asked]
        async for event in ScriptedSource([script]).stream(request):
            await asyncio.sleep(0)
            yield event


def answer(model: str, *pieces: str) -> list[Step]:
    return list(reply_events(*pieces, model=model))


class Dialogue:
    """A REPL run to its end on what is typed, with what each model answers."""

    def __init__(
        self,
        *inputs: str,
        scripts: Scripts,
        others: tuple[str, ...] = (),
        is_blind: bool = False,
        session: Session | None = None,
        during: Callable[[Callable[[], None]], None] = lambda _stop: None,
    ) -> None:
        self.session = session or open_session()
        self.source = ModelSource(scripts)
        self.screen = RecordingScreen()
        self.failures: list[str] = []
        keys: list[Input] = [*map(Typed, inputs), Key.END]
        self.reader = ScriptedReader(iter(keys), during=during)
        self.repl = Repl(
            self.session,
            self.source,
            self.reader,
            self.screen,
            lambda: 0.0,
            self._advice,
            retry_policy=RetryPolicy(retries=0),
            others=others,
            is_blind=is_blind,
            on_failure=lambda failure: self.failures.append(failure.kind),
        )

    def run(self) -> Dialogue:
        asyncio.run(self.repl.run())
        return self

    async def _advice(self, model: str) -> str:
        return ""

    @property
    def path(self) -> list[tuple[str, str]]:
        path = self.session.conversation.path
        return [(turn.message.text, turn.message.model or "") for turn in path]

    @property
    def tree(self) -> list[tuple[str, int | None]]:
        """Each turn, with the number of the turn that it follows."""
        turns = self.session.conversation.turns
        numbers = {turn.id: number for number, turn in enumerate(turns)}
        return [(turn.message.text, numbers.get(turn.parent or "")) for turn in turns]

    @property
    def notices(self) -> list[str]:
        return [text for kind, text in self.screen.shown if kind == "notice"]

    @property
    def errors(self) -> list[str]:
        return [text for kind, text in self.screen.shown if kind == "error"]


def both(*, more: int = 0) -> Scripts:
    own = [answer(MODEL, "one"), *(answer(MODEL, "later") for _ in range(more))]
    return {MODEL: own, "b": [answer("b", "two")]}


def test_others_answer_the_last_question_beside_the_answer_that_is_there() -> None:
    dialogue = Dialogue("why?", "/compare b", scripts=both()).run()
    assert dialogue.tree == [("why?", None), ("one", 0), ("two", 0)]
    assert dialogue.path == [("why?", ""), ("one", MODEL)]
    assert dialogue.source.sent == [(MODEL, ["why?"]), ("b", ["why?"])]
    labels = [text for kind, text in dialogue.screen.shown if kind == "label"]
    assert labels == [f"1 · {MODEL}", "2 · b"]
    assert [view.text for view in dialogue.screen.views] == ["one", "one", "two"]
    assert dialogue.screen.views[1].closings[0][0] is Ending.COMPLETE


def test_no_line_names_the_model_below_its_heading() -> None:
    dialogue = Dialogue("why?", "/compare b", scripts=both()).run()
    events = [event for view in dialogue.screen.views for event in view.events]
    assert not [event for event in events if isinstance(event, ModelSwitched)]


@pytest.mark.parametrize(("digit", "kept"), [("1", ("one", MODEL)), ("2", ("two", "b"))])
def test_a_digit_keeps_an_answer(digit: str, kept: tuple[str, str]) -> None:
    dialogue = Dialogue("why?", "/compare b", digit, scripts=both()).run()
    assert dialogue.path[-1] == kept
    stays = "" if kept[1] == MODEL else f" {MODEL} stays the model here."
    told = f"Kept {digit}, by {kept[1]}.{stays} /tree shows the others."
    assert dialogue.notices[-1] == told
    assert len(dialogue.source.sent) == 2


def test_any_other_message_goes_on_with_the_original_answer() -> None:
    dialogue = Dialogue("why?", "/compare b", "and then?", scripts=both(more=1)).run()
    assert dialogue.source.sent[-1] == (MODEL, ["why?", "one", "and then?"])


def test_a_digit_that_is_not_the_next_message_is_a_message() -> None:
    dialogue = Dialogue("why?", "/compare b", "and?", "2", scripts=both(more=2)).run()
    assert dialogue.source.sent[-1] == (MODEL, ["why?", "one", "and?", "later", "2"])


def test_a_command_in_between_leaves_the_choice() -> None:
    dialogue = Dialogue("why?", "/compare b", "/tree", "2", scripts=both()).run()
    assert dialogue.path[-1] == ("two", "b")


def test_another_branch_ends_the_choice() -> None:
    dialogue = Dialogue("why?", "/compare b", "/undo", "2", scripts=both(more=1)).run()
    assert dialogue.source.sent[-1] == (MODEL, ["2"])


def test_a_digit_without_an_answer_asks_again() -> None:
    dialogue = Dialogue("why?", "/compare b", "3", "2", scripts=both()).run()
    assert dialogue.errors == [
        "There is no answer 3. 1 or 2 alone keeps that answer; other messages follow 1."
    ]
    assert dialogue.path[-1] == ("two", "b")


def test_where_one_answer_alone_is_there_a_digit_is_a_message() -> None:
    scripts: Scripts = {
        MODEL: [answer(MODEL, "How many?"), answer(MODEL, "Seven.")],
        "b": [[NoPermission("b says no.")]],
    }
    dialogue = Dialogue("why?", "/compare b", "7", scripts=scripts).run()
    assert dialogue.path[-2:] == [("7", ""), ("Seven.", MODEL)]


def test_the_option_compares_the_next_question_once() -> None:
    scripts = both(more=1)
    dialogue = Dialogue("why?", "and?", scripts=scripts, others=("b",)).run()
    assert dialogue.source.sent == [
        (MODEL, ["why?"]),
        ("b", ["why?"]),
        (MODEL, ["why?", "one", "and?"]),
    ]
    assert dialogue.tree[:3] == [("why?", None), ("one", 0), ("two", 0)]


def test_one_that_fails_leaves_the_others() -> None:
    scripts: Scripts = {MODEL: [answer(MODEL, "one")], "b": [[NoPermission("No.")]]}
    dialogue = Dialogue("why?", "/compare b", scripts=scripts).run()
    assert dialogue.errors == ["2 · b: No."]
    assert dialogue.tree == [("why?", None), ("one", 0)]


def test_if_the_first_fails_the_conversation_goes_on_with_another() -> None:
    scripts: Scripts = {
        MODEL: [[NoPermission("No.")], answer(MODEL, "later")],
        "b": [answer("b", "two")],
    }
    dialogue = Dialogue("why?", "and?", scripts=scripts, others=("b",)).run()
    assert dialogue.source.sent[-1] == (MODEL, ["why?", "two", "and?"])


def test_if_all_fail_the_question_goes_back_into_the_prompt() -> None:
    scripts: Scripts = {MODEL: [[NoPermission("No.")]], "b": [[NoPermission("No.")]]}
    dialogue = Dialogue("why?", scripts=scripts, others=("b",)).run()
    assert dialogue.reader.prompts[-1][0] == "why?"
    assert dialogue.path == []


def test_what_arrived_of_one_that_is_cut_off_is_kept() -> None:
    cut = [*partial_events("half", model="b"), CutOff("Gone.")]
    scripts: Scripts = {MODEL: [answer(MODEL, "one")], "b": [cut]}
    dialogue = Dialogue("why?", "/compare b", "2", scripts=scripts).run()
    assert dialogue.path[-1] == ("half", "b")


def hanging() -> tuple[Scripts, list[Callable[[], None]]]:
    """Two answers that stop half-way, and what to call when both are there."""
    acts: list[Callable[[], None]] = []
    reached: list[str] = []

    def reach(model: str) -> None:
        reached.append(model)
        if len(reached) == 2:
            acts[0]()

    halves: dict[str, Sequence[Sequence[Step]]] = {
        model: [[*partial_events(f"half of {model}", model=model), Hang(partial(reach, model))]]
        for model in ("b", "c")
    }
    return {MODEL: [answer(MODEL, "one")], **halves}, acts


def test_stopping_ends_all() -> None:
    scripts, acts = hanging()

    def during(stop: Callable[[], None]) -> None:
        acts[:] = [stop]

    dialogue = Dialogue("why?", "/compare b c", scripts=scripts, during=during).run()
    assert [text for text, _ in dialogue.tree] == ["why?", "one", "half of b", "half of c"]
    assert [view.closings[0][0] for view in dialogue.screen.views[2:]] == [
        Ending.INTERRUPTED,
        Ending.INTERRUPTED,
    ]


def test_stopping_one_leaves_the_others() -> None:
    scripts, acts = hanging()
    ended: list[bool] = []

    def during(stop: Callable[[], None]) -> None:
        def one_then_all() -> None:
            ended.append(dialogue.reader.stop_one(2))
            ended.append(dialogue.reader.stop_one(7))
            ended.append(dialogue.reader.stop_one(1))  # it was there before
            asyncio.get_running_loop().call_soon(lambda: ended.append(has_ended()))
            asyncio.get_running_loop().call_later(0, stop)

        acts[:] = [one_then_all]

    def has_ended() -> bool:
        return bool(dialogue.screen.views[3].closings)

    dialogue = Dialogue("why?", "/compare b c", scripts=scripts, during=during)
    dialogue.run()
    assert ended == [True, False, True, False]
    endings = [view.closings[0][0] for view in dialogue.screen.views[2:]]
    assert endings == [Ending.INTERRUPTED, Ending.INTERRUPTED]


def test_the_cap_counts_all_before_any_is_sent() -> None:
    session = open_session()
    session.budget = Budget(
        lambda _model, usage: (usage.output_tokens or 0) / 1000, cap_usd=2.5
    )
    scripts = {name: [answer(name, "x")] for name in (MODEL, "b", "c")}
    dialogue = Dialogue("why?", scripts=scripts, others=("b", "c"), session=session).run()
    assert [model for model, _ in dialogue.source.sent] == [MODEL, "b"]
    assert len(dialogue.errors) == 1
    assert dialogue.errors[0].startswith("3 · c: Not sent: the turn would cost about $1.00")
    assert session.budget.reserved_usd == pytest.approx(0)


def test_the_cap_stops_all_that_arrive_together() -> None:
    """Each could still go on if the other cost only what was reserved for it."""
    session = open_session()
    session.budget = Budget(
        lambda _model, usage: (usage.output_tokens or 0) / 1000, cap_usd=2.5
    )
    pieces = ["x" * 450] * 12  # 150 tokens each: $1.80 in all
    scripts = {name: [partial_events(*pieces, model=name)] for name in (MODEL, "b")}
    dialogue = Dialogue("why?", scripts=scripts, others=("b",), session=session).run()
    assert [text.split(": ")[1] for text in dialogue.errors] == ["Stopped"] * 2
    assert session.budget.spent_usd <= 2.5 + 2 * 0.15  # the piece that passed it, of each
    assert session.budget.reserved_usd == pytest.approx(0)
    assert [message for _, message in dialogue.path][1:]


def test_blind_hides_the_names_until_one_is_kept() -> None:
    scripts: Scripts = {
        MODEL: [answer(MODEL, "one")],
        "b": [[NoPermission("b says no.")]],
        "c": [answer("c", "three")],
    }
    dialogue = Dialogue("why?", scripts=scripts, others=("b", "c"), is_blind=True)
    dialogue.run()
    said = "\n".join(text for _, text in dialogue.screen.shown)
    assert [text for kind, text in dialogue.screen.shown if kind == "label"] == ["1", "2", "3"]
    assert "the model says no" in said
    assert MODEL not in said
    started = [e for v in dialogue.screen.views for e in v.events if isinstance(e, Started)]
    assert {event.model for event in started} == {""}


def test_blind_no_answer_tells_by_its_time_that_it_was_there() -> None:
    thinking: list[Step] = [BlockStarted(0, "thinking"), ThinkingDelta("Well.")]
    begun, *text = answer("b", "two")
    scripts: Scripts = {**both(), "b": [[begun, *thinking, *text]]}
    dialogue = Dialogue("why?", "/compare --blind b", scripts=scripts).run()
    shown = [event for view in dialogue.screen.views for event in view.events]
    assert not any(event in thinking for event in shown)
    assert [event.text for event in shown if isinstance(event, TextDelta)].count("two") == 1
    times = [seconds for view in dialogue.screen.views[1:] for seconds in view.times]
    assert list(map(isnan, times)) == [True, True]
    new = Dialogue("why?", scripts=both(), others=("b",), is_blind=True).run()
    assert [view.times for view in new.screen.views] == [[0.0], [0.0]]


def test_blind_the_hint_does_not_tell_which_answer_is_the_conversation_s() -> None:
    dialogue = Dialogue("why?", scripts=both(), others=("b",), is_blind=True).run()
    assert dialogue.notices[-1] == (
        "1 or 2 alone keeps that answer; other messages follow the original one."
        " Both show the names."
    )


def test_keeping_one_shows_the_names() -> None:
    session = open_session()
    dialogue = Dialogue(
        "why?", "1", scripts=both(), others=("b",), is_blind=True, session=session
    )
    dialogue.run()
    kept = dialogue.notices[-1]
    assert kept.startswith("Kept 1, by ")
    assert MODEL in kept
    assert "2: " in kept


def test_going_on_shows_the_names_too() -> None:
    dialogue = Dialogue(
        "why?", "and?", scripts=both(more=1), others=("b",), is_blind=True
    ).run()
    assert any(
        text.startswith("Continuing with ") and MODEL in text for text in dialogue.notices
    )


def test_a_blind_comparison_is_shuffled() -> None:
    session = open_session()
    session.say("why?")
    made = Comparison(
        session,
        ModelSource({}),
        lambda: 0.0,
        RetryPolicy(),
        list_candidates(session, ["b", "c"], asks_own=True),
        lambda view: view,
        is_blind=True,
        shuffle=list.reverse,
    )
    assert [each.model for each in made.candidates] == ["c", "b", MODEL]
    assert made.labels == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("others", "problem"),
    [
        ([MODEL], f"Name a model other than {MODEL} to compare it with."),
        ([f"m{n}" for n in range(9)], "At most 9 answers can be compared, not 10."),
    ],
)
def test_what_cannot_be_compared(others: list[str], problem: str) -> None:
    session = open_session()
    session.say("why?")
    session.add(Message("assistant", (text_block("so"),), MODEL, "end_turn"))
    with pytest.raises(UsageError, match=problem):
        list_candidates(session, others)


def test_a_model_that_is_named_twice_is_asked_once() -> None:
    session = open_session()
    session.say("why?")
    found = list_candidates(session, ["b", MODEL, "b"], asks_own=True)
    assert found == (Candidate(MODEL, is_own=True), Candidate("b"))


def test_short_names_stand_for_models() -> None:
    session = open_session()
    session.model_names = ModelNames({"b": "claude-b"}, lambda: ())
    session.say("why?")
    models = [each.model for each in list_candidates(session, ["b", "claude-b", "opus"])]
    assert models == ["claude-b", FAMILIES["opus"]]


@pytest.mark.parametrize("line", ["/compare", "/compare b"])
def test_there_must_be_a_question(line: str) -> None:
    dialogue = Dialogue(line, scripts={}).run()
    assert dialogue.errors == ["There is no question to compare answers to."]


def test_the_file_goes_on_with_the_answer_that_was_there() -> None:
    """The turn of another answer and the head are written together."""

    class Writes(MemoryJournal):
        def append(self, *records: Record) -> None:
            writes.append(records)

    writes: list[tuple[Record, ...]] = []
    session = open_session()
    session.journal = Writes()
    Dialogue("why?", "/compare b", scripts=both(), session=session).run()
    again = Conversation(session.conversation.header)
    heads = []
    for written in writes:
        for record in written:
            again.apply(record)
        heads.append(again.path[-1].message.text)
    assert heads == ["why?", "one", "one"]


def test_the_totals_count_every_answer() -> None:
    session = open_session()
    session.budget = Budget(lambda _model, _usage: 1.0)
    Dialogue("why?", "/compare b", scripts=both(), session=session).run()
    assert session.budget.spent_usd == 2.0
    assert session.conversation.cost_usd == 2.0
    assert session.conversation.usage == Usage(20, output_tokens=2)


def test_the_tree_names_the_models_of_answers_to_one_question() -> None:
    dialogue = Dialogue("why?", "/compare b", "/tree", scripts=both()).run()
    [drawing] = [text for kind, text in dialogue.screen.shown if kind == "markdown"]
    assert f"{MODEL}: one" in drawing
    assert "b: two" in drawing


def test_an_answer_that_does_not_fit_the_schema_is_named() -> None:
    session = open_session()
    session.shape = Shape({}, lambda text: "no" if text == "two" else None)
    dialogue = Dialogue("why?", scripts=both(), others=("b",), session=session).run()
    assert dialogue.errors == ["2 · b: The answer does not fit the schema: no."]
    assert dialogue.failures == ["schema_mismatch"]
