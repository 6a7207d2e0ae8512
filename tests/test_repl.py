"""`repl`: whole dialogues, with a scripted keyboard and model."""

import asyncio
from collections.abc import Callable, Sequence

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
from streamchat.ports import Input, Key, Stop, Typed
from streamchat.repl import LEAVE_HINT, Repl


class Dialogue:
    """A REPL run to its end on what is typed and answered."""

    def __init__(
        self,
        *inputs: Input | str,
        answers: Sequence[Sequence[Step]] = (),
        during: Callable[[Stop], None] = lambda _stop: None,
    ) -> None:
        keys = [Typed(entry) if isinstance(entry, str) else entry for entry in inputs]
        self.session = open_session()
        self.reader = ScriptedReader(iter(keys), during=during)
        self.screen = RecordingScreen()
        self.source = ScriptedSource(list(answers))
        self.session.warn = self.screen.error
        repl = Repl(
            self.session, self.source, self.reader, self.screen, lambda: 0.0, self._advice
        )
        asyncio.run(repl.run())

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


def test_esc_esc_takes_the_last_question_back() -> None:
    dialogue = Dialogue("first", Key.EDIT_PREVIOUS, Key.END, answers=[reply_events("answer")])
    assert dialogue.reader.prompts[-1] == ("first", "")
    assert dialogue.history == []


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
