"""`repl`: whole dialogues, with a scripted keyboard and model."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from itertools import repeat

import pytest

from fakes import (
    Hang,
    RecordingScreen,
    ScriptedReader,
    ScriptedSource,
    Step,
    open_session,
    partial_events,
    reply_events,
)
from streamchat.app.repl import EDIT_HINT, LEAVE_HINT, Repl
from streamchat.app.session import Session
from streamchat.core.budget import Budget
from streamchat.core.capabilities import ModelFacts
from streamchat.core.errors import CutOff, NoPermission, StreamchatError, TryLater
from streamchat.core.events import ThinkingDelta
from streamchat.core.messages import Message, Usage, text_block
from streamchat.core.ports import Input, Key, Typed


class Dialogue:
    """A REPL run to its end on what is typed and answered."""

    def __init__(
        self,
        *inputs: Input | str,
        answers: Sequence[Sequence[Step]] = (),
        during: Callable[[Callable[[], None]], None] = lambda _stop: None,
        queued: int = 0,
        monotonic: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.session = open_session()
        self.queued, self.monotonic = queued, monotonic
        self.again(*inputs, answers=answers, during=during)

    def again(
        self,
        *inputs: Input | str,
        answers: Sequence[Sequence[Step]] = (),
        during: Callable[[Callable[[], None]], None] = lambda _stop: None,
        counts: Sequence[int | StreamchatError] = (),
        agrees: bool = False,
    ) -> RecordingScreen:
        """The same session once more."""
        keys = [Typed(entry) if isinstance(entry, str) else entry for entry in inputs]
        self.reader = ScriptedReader(
            iter(keys), during=during, answers=repeat(agrees), queued=self.queued
        )
        self.screen = RecordingScreen()
        self.source = ScriptedSource(list(answers), counts=list(counts))
        self.session.warn = self.screen.error
        self.repl = Repl(
            self.session,
            self.source,
            self.reader,
            self.screen,
            self.monotonic,
            self._advice,
        )
        asyncio.run(self.repl.run())
        return self.screen

    async def _advice(self, model: str) -> str:
        return "It ends soon." if model == "claude-old" else ""

    @property
    def history(self) -> list[str]:
        return [turn.message.text for turn in self.session.conversation.path]

    @property
    def sent(self) -> list[list[str]]:
        return [[m.text for m in request.messages] for request in self.source.requests]


def test_a_dialogue_remembers_itself() -> None:
    dialogue = Dialogue(
        "one", "  ", "two", Key.END, answers=[reply_events("1"), reply_events("2")]
    )
    assert dialogue.history == ["one", "1", "two", "2"]
    assert dialogue.sent == [["one"], ["one", "1", "two"]]
    assert [view.text for view in dialogue.screen.views] == ["1", "2"]


def test_ctrl_c_twice_leaves_and_says_so_after_the_first() -> None:
    dialogue = Dialogue(Key.INTERRUPT, Key.INTERRUPT)
    assert dialogue.reader.prompts == [("", ""), ("", LEAVE_HINT)]


def test_a_line_between_two_ctrl_c_stays() -> None:
    dialogue = Dialogue(Key.INTERRUPT, " ", Key.INTERRUPT, Key.END)
    assert [hint for _, hint in dialogue.reader.prompts] == ["", LEAVE_HINT, "", LEAVE_HINT]


def test_exit_commands_leave() -> None:
    for line in ("/exit", "/quit", "/q", "exit", "quit"):
        assert Dialogue(line).history == []


def test_a_failed_question_is_handed_back() -> None:
    dialogue = Dialogue("why?", Key.END, answers=[[NoPermission("The key is refused.")]])
    assert dialogue.screen.shown == [("error", "The key is refused.")]
    assert dialogue.reader.prompts == [("", ""), ("why?", "")]
    assert dialogue.history == []


def test_a_failed_answer_holds_the_queue_and_says_so() -> None:
    dialogue = Dialogue(
        "one",
        Key.END,
        answers=[[*partial_events("Half"), CutOff("The reply was cut off.")]],
        queued=2,
    )
    assert dialogue.reader.holds == 1
    notice = "2 queued messages wait for the next answer. Up takes them back."
    assert dialogue.screen.shown[-1] == ("notice", notice)


def test_a_whole_answer_holds_nothing() -> None:
    assert Dialogue("one", Key.END, answers=[reply_events("1")], queued=2).reader.holds == 0


def test_a_ctrl_c_just_after_a_stop_is_not_one_to_leave() -> None:
    def stop_later(stop: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(0.01, stop)

    times = itertools.count(step=0.4)
    dialogue = Dialogue(
        "go",
        *4 * [Key.INTERRUPT],
        answers=[[*partial_events("It"), Hang()]],
        during=stop_later,
        monotonic=lambda: next(times),
    )
    assert [hint for _, hint in dialogue.reader.prompts] == ["", "", "", "", LEAVE_HINT]


@pytest.mark.parametrize("line", ["/serch x", "/", "/no"])
def test_an_unknown_command_is_handed_back_for_editing(line: str) -> None:
    dialogue = Dialogue(line, Key.END)
    assert dialogue.reader.prompts == [("", ""), (line, "")]
    assert [kind for kind, _ in dialogue.screen.shown] == ["error"]
    assert dialogue.history == []


@pytest.mark.parametrize(
    "text", ["// main.go", "///// five", "/* licence */", "/clear it\n2,000 lines", "/exit\n"]
)
def test_text_that_looks_like_a_command_is_sent_and_handed_back_as_it_is(text: str) -> None:
    refused = NoPermission("The key is refused.")
    dialogue = Dialogue(text, text, Key.END, answers=[[refused], [refused]])
    assert dialogue.sent == [[text], [text]]
    assert dialogue.reader.prompts == [("", ""), (text, ""), (text, "")]


def test_a_stopped_reply_is_kept_and_sent_again() -> None:
    def stop_later(stop: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(0.01, stop)

    dialogue = Dialogue(
        "long?",
        Key.END,
        answers=[[*partial_events("It begins"), Hang()]],
        during=stop_later,
    )
    assert dialogue.history == ["long?", "It begins"]
    assert dialogue.reader.prompts == [("", ""), ("", "")]
    assert dialogue.screen.shown == []


def test_what_a_stopped_wait_was_for_is_said() -> None:
    def stop_later(stop: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(0.01, stop)

    busy = TryLater("Too many.", retryable=True, retry_after_s=30)
    dialogue = Dialogue("why?", Key.END, answers=[[busy]], during=stop_later)
    assert dialogue.screen.shown == [
        ("error", "Interrupted while waiting to try again: Too many.")
    ]
    assert dialogue.reader.prompts == [("", ""), ("why?", "")]


TWO = [reply_events("1"), reply_events("2")]


@pytest.mark.parametrize("way", [Key.EDIT_PREVIOUS, "/edit"])
@pytest.mark.parametrize("leaving", [Key.INTERRUPT, "", "  \n"])
def test_an_edit_that_is_left_changes_nothing(way: Input | str, leaving: Input | str) -> None:
    dialogue = Dialogue("a", "b", way, leaving, Key.END, answers=TWO)
    assert dialogue.reader.prompts[3:] == [("b", EDIT_HINT), ("", "")]
    assert dialogue.history == ["a", "1", "b", "2"]
    assert dialogue.session.conversation.records[-1] == dialogue.session.conversation.path[-1]


@pytest.mark.parametrize("way", [Key.EDIT_PREVIOUS, "/edit", "/edit 1"])
def test_an_edited_message_begins_a_branch(way: Input | str) -> None:
    dialogue = Dialogue("a", "b", way, "B", Key.END, answers=[*TWO, reply_events("3")])
    assert dialogue.history == ["a", "1", "B", "3"]
    assert dialogue.sent[-1] == ["a", "1", "B"]
    assert [t.message.text for t in dialogue.session.conversation.turns] == list("a1b2B3")


def test_a_message_in_the_middle_is_edited_and_the_old_branch_found_again() -> None:
    dialogue = Dialogue(
        *("a", "b", "/edit 2", "A", "/tree 4", "c", Key.END),
        answers=[*TWO, reply_events("3"), reply_events("4")],
    )
    assert dialogue.sent == [["a"], ["a", "1", "b"], ["A"], ["a", "1", "b", "2", "c"]]
    assert dialogue.screen.shown == [
        ("notice", "Now at turn 4 of 6."),
        *(("history", text) for text in "a1b2"),
    ]
    assert dialogue.history == ["a", "1", "b", "2", "c", "4"]


def test_an_edit_that_gets_no_answer_is_handed_back_and_can_still_be_left() -> None:
    dialogue = Dialogue(
        *("a", "b", "/edit 2", "A", Key.INTERRUPT, Key.END),
        answers=[*TWO, [NoPermission("No.")]],
    )
    assert dialogue.reader.prompts[-2:] == [("A", EDIT_HINT), ("", "")]
    assert dialogue.history == ["a", "1", "b", "2"]


def test_an_edit_that_gets_no_answer_can_be_sent_again() -> None:
    dialogue = Dialogue(
        *("a", "b", "/edit 2", "A", "A!", Key.END),
        answers=[*TWO, [NoPermission("No.")], reply_events("3")],
    )
    assert dialogue.sent[-1] == ["A!"]
    assert dialogue.history == ["A!", "3"]


def test_a_command_ends_an_edit() -> None:
    dialogue = Dialogue("a", "b", "/edit 2", "/undo", "c", Key.END, answers=[*TWO, TWO[0]])
    assert dialogue.sent[-1] == ["a", "1", "c"]


def test_what_is_attached_stays_with_an_edited_message() -> None:
    picture = {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
    dialogue = Dialogue(Key.END)
    session = dialogue.session
    session.add(Message("user", (picture, text_block("old"))))
    session.add(Message("assistant", (text_block("1"),), "m", "end_turn"))
    screen = dialogue.again(Key.EDIT_PREVIOUS, "new", Key.END, answers=[reply_events("2")])
    [request] = dialogue.source.requests
    assert [m.content for m in request.messages] == [(picture, text_block("new"))]
    assert screen.shown == [("notice", "Its attachment is kept.")]


def test_a_command_of_another_program_comes_back_into_the_prompt() -> None:
    dialogue = Dialogue(".exit", Key.END)
    assert dialogue.source.requests == []
    assert dialogue.reader.prompts == [("", ""), (".exit", "")]


def test_what_was_attached_and_not_sent_is_said_at_the_end() -> None:
    document = {"type": "document", "title": "a.md"}
    dialogue = Dialogue(Key.END)
    dialogue.session.attach([document])
    assert dialogue.again(Key.END).shown == [
        ("notice", "Attached, but not sent: a.md (document).")
    ]
    dialogue.session.of_role = dialogue.session.attached
    assert dialogue.again(Key.END).shown == []


@pytest.mark.parametrize("instead", [Key.INTERRUPT, "/help"])
def test_what_was_attached_comes_back_with_the_text_that_up_brings_back(
    instead: Input | str,
) -> None:
    dialogue = Dialogue("look", Key.END, answers=[reply_events("1")])
    image = {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
    dialogue.session.attach([image])
    failed, refused = Typed("what is it?"), [NoPermission("No.")]
    again = Typed("what is it, then?", recalled="what is it?")
    screen = dialogue.again(
        failed, instead, "not this", again, Key.END, answers=[refused, *TWO]
    )
    assert screen.shown[-1] == ("notice", "Its attachment is kept.")
    third, last = (request.messages[-1].content for request in dialogue.source.requests[1:])
    assert (third, last) == (
        (text_block("not this"),),
        (image, text_block("what is it, then?")),
    )
    assert dialogue.history[-2] == "what is it, then?"


def test_what_was_said_with_two_slashes_comes_back_with_two() -> None:
    dialogue = Dialogue("//exit now", Key.EDIT_PREVIOUS, Key.END, answers=[TWO[0]])
    assert dialogue.history == ["/exit now", "1"]
    assert dialogue.reader.prompts[-1] == ("//exit now", EDIT_HINT)


def test_each_head_is_asked_with_its_own_branch() -> None:
    """Three branches walked in turn: each request is exactly the path to its head."""
    dialogue = Dialogue(
        *("a", "b", "/edit", "c", "/edit 2", "d", "/tree 4", "e", "/tree 6", "f", Key.END),
        answers=[reply_events(str(n)) for n in range(1, 7)],
    )
    assert [" ".join(texts) for texts in dialogue.sent] == [
        *("a", "a 1 b", "a 1 c", "d", "a 1 b 2 e", "a 1 c 3 f"),
    ]


def test_incognito_asks_and_keeps_nothing() -> None:
    dialogue = Dialogue("/incognito", "psst", Key.END, answers=[TWO[0]])
    assert dialogue.history == ["psst", "1"]
    assert not dialogue.session.journal.saves


def test_esc_esc_on_an_empty_conversation_does_nothing() -> None:
    assert Dialogue(Key.EDIT_PREVIOUS, Key.END).reader.prompts == [("", ""), ("", "")]


def test_retry_asks_again_and_keeps_the_old_answer_in_the_tree() -> None:
    dialogue = Dialogue(
        "q", "/retry claude-other", Key.END, answers=[reply_events("a"), reply_events("b")]
    )
    assert dialogue.history == ["q", "b"]
    assert dialogue.sent == [["q"], ["q"]]
    assert dialogue.source.requests[1].model == "claude-other"
    assert len(dialogue.session.conversation.turns) == 3


def test_a_retry_that_fails_goes_back_to_the_old_answer() -> None:
    dialogue = Dialogue(
        "q", "/retry", Key.END, answers=[reply_events("a"), [NoPermission("No.")]]
    )
    assert dialogue.history == ["q", "a"]
    assert dialogue.reader.prompts[-1] == ("", "")


def test_an_unknown_command_names_the_nearest() -> None:
    dialogue = Dialogue("/modle", Key.END)
    [(kind, text)] = dialogue.screen.shown
    assert kind == "error"
    assert "did you mean /model?" in text


def test_two_slashes_are_sent_as_one() -> None:
    dialogue = Dialogue("//help me", Key.END, answers=[reply_events("ok")])
    assert dialogue.history == ["/help me", "ok"]


def test_show_replays_the_last_exchanges() -> None:
    dialogue = Dialogue(
        "a", "b", "/show 1", Key.END, answers=[reply_events("1"), reply_events("2")]
    )
    assert dialogue.screen.shown == [("history", "b"), ("history", "2")]


def test_redraw_prints_the_last_answer_again() -> None:
    dialogue = Dialogue("/redraw", "a", "/redraw", Key.END, answers=[reply_events("1")])
    assert dialogue.screen.shown == [
        ("notice", "There is no answer yet."),
        ("redrawn", "1"),
    ]


def test_what_is_to_know_about_a_model_is_said_once() -> None:
    dialogue = Dialogue(
        "/model claude-old",
        "a",
        "b",
        Key.END,
        answers=[reply_events("1"), reply_events("2")],
    )
    said = [text for kind, text in dialogue.screen.shown if kind == "notice"]
    assert said == ["claude-old answers from now on.", "It ends soon."]


# What is offered about an ending


def test_a_cut_answer_is_gone_on_with() -> None:
    dialogue = Dialogue(
        "tell me",
        "/continue",
        Key.END,
        answers=[[*partial_events("Once upon"), CutOff("Gone.")], reply_events(" a time.")],
    )
    assert dialogue.screen.shown == [
        ("error", "Gone. /continue asks for the rest, /retry asks again.")
    ]
    question = dialogue.sent[1][-1]
    assert "interrupted and ended with:\n\nOnce upon\n" in question
    assert dialogue.history == ["tell me", "Once upon", question, " a time."]


def test_going_on_that_fails_leaves_the_cut_answer() -> None:
    dialogue = Dialogue(
        "q",
        "/continue",
        Key.END,
        answers=[[*partial_events("Half"), CutOff("Gone.")], [NoPermission("No.")]],
    )
    assert dialogue.history == ["q", "Half"]
    assert dialogue.reader.prompts[-1] == ("", "")


def test_a_declined_question_can_be_asked_of_another_model() -> None:
    refusal = reply_events(stop_reason="refusal")
    dialogue = Dialogue("q", "/retry other", Key.END, answers=[refusal, reply_events("Sure.")])
    assert dialogue.screen.shown[0] == (
        "error",
        "The model declined to answer. /retry MODEL asks another model.",
    )
    assert dialogue.reader.prompts[1] == ("", "")
    assert dialogue.history == ["q", "Sure."]


def test_a_declined_question_is_left_out_when_another_is_asked() -> None:
    refusal = reply_events(stop_reason="refusal")
    dialogue = Dialogue("bad", "good", Key.END, answers=[refusal, reply_events("Sure.")])
    assert dialogue.sent == [["bad"], ["good"]]
    assert dialogue.history == ["good", "Sure."]


# The context and its end


def small_window(session: Session, tokens: int) -> None:
    session.facts = lambda model: ModelFacts(model, window=tokens)
    session.preferences.auto_compact = "off"


def test_near_the_end_of_the_context_it_is_said_once() -> None:
    dialogue = Dialogue(Key.END)
    small_window(dialogue.session, 13)
    screen = dialogue.again("a", "b", Key.END, answers=[reply_events("1"), reply_events("2")])
    assert screen.shown == [
        (
            "notice",
            "This conversation fills 84% of the model's context window (13 tokens)."
            " /compact replaces it with a summary.",
        )
    ]


def test_after_a_summary_the_end_of_the_context_is_said_again() -> None:
    dialogue = Dialogue(Key.END)
    small_window(dialogue.session, 13)
    answers = [reply_events(text) for text in ("1", "Sum.", "2", "3")]
    screen = dialogue.again("a", "/compact", "b", "c", Key.END, answers=answers)
    notices = [text.split(".")[0] for kind, text in screen.shown if kind == "notice"]
    full = "This conversation fills 84% of the model's context window (13 tokens)"
    assert notices == [full, "The conversation continues from this summary", full]


def test_a_conversation_goes_on_from_a_summary_and_back() -> None:
    dialogue = Dialogue(
        "long talk",
        "/compact the names",
        "next",
        Key.END,
        answers=[reply_events("yes"), reply_events("Ada, Bob."), reply_events("fine")],
    )
    asked, sent = dialogue.sent[1:]
    assert asked[:2] == ["long talk", "yes"]
    assert asked[2].endswith("Pay special attention to this: the names")
    assert sent == ["This is a summary of our conversation so far:\n\nAda, Bob.", "next"]
    assert dialogue.session.conversation.title == "long talk"
    assert dialogue.screen.shown == [
        ("notice", "The conversation continues from this summary. /undo goes back.")
    ]
    dialogue.again("/undo 2", Key.END)
    assert dialogue.history == ["long talk", "yes"]


def test_a_summary_is_no_question_to_edit_or_ask_again() -> None:
    dialogue = Dialogue(
        "talk",
        "/compact",
        Key.EDIT_PREVIOUS,
        "/retry",
        Key.END,
        answers=[reply_events("yes"), reply_events("Sum.")],
    )
    assert dialogue.reader.prompts[-1] == ("", "")
    assert dialogue.screen.shown[-1] == ("error", "There is no question to ask again.")
    assert len(dialogue.history) == 1


@pytest.mark.parametrize(
    "answer",
    [
        [NoPermission("No.")],
        [*partial_events("Half a"), CutOff("Gone.")],
        reply_events("Half a", stop_reason="max_tokens"),
        reply_events(stop_reason="refusal"),
    ],
)
def test_no_whole_summary_changes_nothing(answer: Sequence[Step]) -> None:
    dialogue = Dialogue("talk", "/compact", Key.END, answers=[reply_events("yes"), answer])
    assert dialogue.history == ["talk", "yes"]
    kinds = [kind for kind, _ in dialogue.screen.shown]
    assert kinds == ["error", "notice"]
    assert "/continue" not in dialogue.screen.shown[0][1]
    assert dialogue.screen.shown[1][1] == "Not compacted. The conversation is unchanged."


# Tokens and dollars


def dollars(model: str, usage: Usage) -> float:
    return ((usage.prompt_tokens or 0) + (usage.output_tokens or 0)) / 1000


def test_the_next_request_is_counted_and_priced() -> None:
    dialogue = Dialogue("a", Key.END, answers=[reply_events("1")])
    small_window(dialogue.session, 1000)
    dialogue.session.budget = Budget(dollars, cap_usd=5.0, spent_usd=0.5)
    screen = dialogue.again("/tokens and now?", Key.END, counts=[250])
    assert screen.shown == [
        (
            "notice",
            "The next request has 250 tokens, 25.0% of 1k.\n"
            "It costs about $0.2500, or $1.25 with an answer of 1,000 tokens.\n"
            "Probably none of it is in the prompt cache.\n"
            "Spent: this session $0.5000 of $5.00.",
        )
    ]
    [request] = dialogue.source.counted
    assert [m.text for m in request.messages] == ["a", "1", "and now?"]
    assert dialogue.history == ["a", "1"]


def test_a_count_that_fails_is_an_error_and_one_that_hangs_can_be_stopped() -> None:
    dialogue = Dialogue(Key.END)
    screen = dialogue.again("/tokens", Key.END, counts=[NoPermission("No key.")])
    assert screen.shown == [("error", "No key.")]
    screen = dialogue.again("/tokens", Key.END, counts=[1], during=lambda stop: stop())
    assert screen.shown == []


def test_after_a_refused_key_the_way_to_another_is_told() -> None:
    dialogue = Dialogue(Key.END)
    screen = dialogue.again(
        "hi", Key.END, answers=[[NoPermission("Refused.", http_status=401)]]
    )
    assert ("error", "Refused. /login sets another key.") in screen.shown


def test_a_question_over_the_cap_is_handed_back() -> None:
    dialogue = Dialogue(Key.END)
    dialogue.session.budget = Budget(dollars, cap_usd=0.5)
    screen = dialogue.again("dear?", Key.END, counts=[1])
    [(kind, text)] = screen.shown
    assert kind == "error"
    assert text.endswith("/budget changes the cap.")
    assert dialogue.reader.prompts[-1] == ("dear?", "")
    assert dialogue.history == []


# Thinking, unfolded


def test_the_last_thinking_is_shown_whole() -> None:
    dialogue = Dialogue(Key.END)
    dialogue.repl.unfold()
    assert dialogue.screen.shown == [
        ("notice", "No thinking to show (turn it on: /think adaptive).")
    ]
    thinking = {"type": "thinking", "thinking": "First this.", "signature": "s"}
    hidden = {"type": "redacted_thinking", "data": "x"}
    dialogue.session.say("q")
    dialogue.session.add(Message("assistant", (thinking, hidden, text_block("So."))))
    dialogue.repl.unfold()
    assert dialogue.screen.shown[-1] == ("notice", "First this.")


def test_thinking_is_unfolded_while_it_arrives() -> None:
    dialogue = Dialogue(Key.END)

    def look(stop: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, lambda: dialogue.repl.unfold())
        loop.call_later(0.02, stop)

    arriving: list[Step] = [*partial_events(), ThinkingDelta("Let me "), ThinkingDelta("see.")]
    screen = dialogue.again("q", Key.END, answers=[[*arriving, Hang()]], during=look)
    assert screen.shown == [("notice", "Let me see.")]
