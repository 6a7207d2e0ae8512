"""`repl`: whole dialogues, with a scripted keyboard and model."""

import asyncio
from collections.abc import Callable, Sequence

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
from streamchat.errors import NoPermission
from streamchat.messages import Message, text_block
from streamchat.ports import Input, Key, Stop, Typed
from streamchat.repl import EDIT_HINT, LEAVE_HINT, Repl


class Dialogue:
    """A REPL run to its end on what is typed and answered."""

    def __init__(
        self,
        *inputs: Input | str,
        answers: Sequence[Sequence[Step]] = (),
        during: Callable[[Stop], None] = lambda _stop: None,
    ) -> None:
        self.session = open_session()
        self.again(*inputs, answers=answers, during=during)

    def again(
        self,
        *inputs: Input | str,
        answers: Sequence[Sequence[Step]] = (),
        during: Callable[[Stop], None] = lambda _stop: None,
    ) -> RecordingScreen:
        """The same session once more."""
        keys = [Typed(entry) if isinstance(entry, str) else entry for entry in inputs]
        self.reader = ScriptedReader(iter(keys), during=during)
        self.screen = RecordingScreen()
        self.source = ScriptedSource(list(answers))
        self.session.warn = self.screen.error
        repl = Repl(
            self.session, self.source, self.reader, self.screen, lambda: 0.0, self._advice
        )
        asyncio.run(repl.run())
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


def test_a_stopped_reply_is_kept_and_sent_again() -> None:
    def stop_later(stop: Stop) -> None:
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
        ("notice", "Here is turn 4 of 6."),
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
    assert screen.shown == [("notice", "What is attached to it (1) stays with it.")]


def test_what_was_said_with_two_slashes_comes_back_with_two() -> None:
    dialogue = Dialogue("//exit now", Key.EDIT_PREVIOUS, Key.END, answers=[TWO[0]])
    assert dialogue.history == ["/exit now", "1"]
    assert dialogue.reader.prompts[-1] == ("//exit now", EDIT_HINT)


def test_each_head_is_asked_with_its_own_branch_and_no_thinking_of_others() -> None:
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


def test_what_is_to_know_about_a_model_is_said_once() -> None:
    dialogue = Dialogue(
        "/model claude-old",
        "a",
        "b",
        Key.END,
        answers=[reply_events("1"), reply_events("2")],
    )
    said = [text for kind, text in dialogue.screen.shown if kind == "notice"]
    assert said == ["claude-old answers from here on.", "It ends soon."]
