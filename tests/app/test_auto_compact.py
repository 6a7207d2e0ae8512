"""What is done when the context window is nearly full, through the REPL."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from fakes import (
    ENTER,
    RecordingScreen,
    ScriptedReader,
    ScriptedSource,
    no_advice,
    open_session,
    reply_events,
)
from streamchat.app.repl import Repl
from streamchat.core.capabilities import ModelFacts
from streamchat.core.events import Event, Finished
from streamchat.core.messages import Usage
from streamchat.core.ports import Input, Key, Typed
from streamchat.core.ports.configuration import FixedConfiguration


class Remembering(FixedConfiguration):
    def __init__(self) -> None:
        self.saved: list[tuple[str, str | None]] = []

    def save(self, key: str, text: str | None) -> str:
        self.saved.append((key, text))
        return f"{key} is {text}, saved."


def reply(text: str, tokens: int) -> list[Event]:
    """A reply that read so many tokens."""
    events = reply_events(text)
    end = events[-1]
    assert isinstance(end, Finished)
    message = replace(end.message, usage=Usage(tokens, 0))
    return [*events[:-1], replace(end, message=message)]


class Chat:
    """A window of 1,000 tokens, and answers that fill it to `fills`."""

    def __init__(
        self, *fills: int, picks: tuple[str | None, ...] = (), auto: str = "ask"
    ) -> None:
        inputs: list[Input] = [*(Typed(f"q{fill}") for fill in fills), Key.END]
        self.session = open_session()
        self.session.facts = lambda model: ModelFacts(model, window=1000)
        self.session.preferences.auto_compact = auto
        self.session.configuration = self.configuration = Remembering()
        self.reader = ScriptedReader(iter(inputs), picks=iter(picks))
        self.screen = RecordingScreen()
        replies = [reply(f"a{fill}", fill) for fill in fills]
        self.source = ScriptedSource([*replies, reply("a summary", 10)])

    def run(self, *, has_user: bool = True) -> list[str]:
        """The texts of the conversation at the end."""
        repl = Repl(
            self.session,
            self.source,
            self.reader,
            self.screen,
            lambda: 0.0,
            advice=no_advice,
            has_user=has_user,
        )
        asyncio.run(repl.run())
        return [turn.message.text for turn in self.session.conversation.path]

    @property
    def notices(self) -> str:
        return "\n".join(text for kind, text in self.screen.shown if kind == "notice")


def test_at_80_percent_the_user_is_asked_once() -> None:
    chat = Chat(790, 800, 850, picks=(None,))
    assert chat.run() == ["q790", "a790", "q800", "a800", "q850", "a850"]
    [question] = chat.reader.questions
    assert question.startswith("This conversation fills 80% of the model's context window")
    assert question.endswith("Replace the earlier turns with a summary?")
    assert chat.configuration.saved == []


def test_an_enter_that_was_meant_for_something_else_changes_nothing() -> None:
    chat = Chat(800, 850, picks=(ENTER,))
    assert chat.run() == ["q800", "a800", "q850", "a850"]
    assert (chat.reader.are_unexpected, chat.configuration.saved) == ([True], [])


def test_now_compacts_at_once() -> None:
    chat = Chat(800, picks=("Compact now",))
    [summary] = chat.run()
    assert "a summary" in summary
    assert chat.session.preferences.auto_compact == "ask"


@pytest.mark.parametrize(("pick", "value"), [("Always compact", "on"), ("Never", "off")])
def test_the_other_answers_are_remembered(pick: str, value: str) -> None:
    chat = Chat(800, picks=(pick,))
    assert chat.run() == ["q800", "a800"]
    assert chat.configuration.saved == [("auto_compact", value)]
    assert chat.session.preferences.auto_compact == value
    assert f"auto_compact is {value}, saved." in chat.notices


def test_with_auto_compact_a_summary_is_made_at_95_percent_without_a_question() -> None:
    chat = Chat(940, 950, auto="on")
    [summary] = chat.run()
    assert "a summary" in summary
    assert chat.reader.questions == []
    assert "fills 95% of the model's context window (1k tokens). Compacting now." in (
        chat.notices
    )


def test_never_says_so_once_and_asks_nothing() -> None:
    chat = Chat(800, 990, auto="off")
    assert chat.run() == ["q800", "a800", "q990", "a990"]
    assert chat.notices.count("of the model's context window") == 1


def test_a_script_is_not_asked() -> None:
    chat = Chat(800)
    assert chat.run(has_user=False) == ["q800", "a800"]
    assert chat.reader.questions == []


def test_where_nothing_can_be_saved_it_counts_until_the_end() -> None:
    chat = Chat(800, picks=("Never",))
    chat.session.configuration = FixedConfiguration()
    chat.run()
    assert chat.session.preferences.auto_compact == "off"
    assert "This applies until you leave" in chat.notices
