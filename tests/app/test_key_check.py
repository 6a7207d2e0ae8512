"""A message that seems to hold a key waits for a y."""

from __future__ import annotations

import asyncio

import pytest

from fakes import (
    RecordingScreen,
    ScriptedReader,
    ScriptedSource,
    no_advice,
    open_session,
    reply_events,
)
from streamchat.app.repl import Repl
from streamchat.app.status_line import StatusLine
from streamchat.core.errors import ExitStatus, StreamchatError
from streamchat.core.ports import Input, Key, Typed

KEY = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"
SAID = f"This message holds what looks like a GitHub token ({KEY[:8]}…)"


class Chat:
    def __init__(
        self, *typed: str, answers: tuple[bool, ...] = (), secrets: str = "ask"
    ) -> None:
        inputs: list[Input] = [*map(Typed, typed), Key.END]
        self.session = open_session()
        self.session.preferences.secrets = secrets
        self.reader = ScriptedReader(iter(inputs), answers=iter(answers))
        self.screen = RecordingScreen()
        self.failures: list[StreamchatError] = []
        self.source = ScriptedSource([reply_events("Noted.") for _ in typed], counts=[7])

    def run(self, *, has_user: bool = True) -> list[str]:
        """What was said, questions and answers."""
        repl = Repl(
            self.session,
            self.source,
            self.reader,
            self.screen,
            lambda: 0.0,
            advice=no_advice,
            on_failure=self.failures.append,
            has_user=has_user,
        )
        asyncio.run(repl.run())
        return [turn.message.text for turn in self.session.conversation.path]


def test_it_is_sent_after_a_y() -> None:
    chat = Chat(f"use {KEY}", answers=(True,))
    assert chat.run() == [f"use {KEY}", "Noted."]
    assert chat.reader.questions == [f"{SAID}. Send it?"]


def test_without_a_y_it_stands_in_the_prompt_again_and_nothing_is_stored() -> None:
    chat = Chat(f"use {KEY}", "hello", answers=(False,))
    assert chat.run() == ["hello", "Noted."]
    assert [prefill for prefill, _ in chat.reader.prompts] == ["", f"use {KEY}", ""]


def test_a_long_search_can_be_stopped_and_the_message_stands_in_the_prompt_again() -> None:
    chat = Chat("x" * 600_000)
    chat.reader.interrupts = True
    assert chat.run() == []
    assert [len(prefill) for prefill, _ in chat.reader.prompts] == [0, 600_000]
    assert chat.screen.shown == [("notice", "Stopped. It was not sent.")]


def test_other_messages_are_sent_without_a_question() -> None:
    chat = Chat("hello")
    assert chat.run() == ["hello", "Noted."]
    assert chat.reader.questions == []


def test_an_attachment_is_looked_into_and_kept() -> None:
    chat = Chat("look", "look", answers=(False, True))
    source = {"type": "text", "media_type": "text/plain", "data": KEY}
    block = {"type": "document", "source": source, "title": "deploy.env"}
    chat.session.attach((block,))
    shown: list[str] = []
    chat.reader.on_read = lambda: shown.append(StatusLine(chat.session).parts()[-1].text)
    assert chat.run() == ["look", "Noted."]
    assert shown == ["deploy.env 40 B", "deploy.env 40 B", "look"]
    assert chat.reader.questions == [f"{SAID} in deploy.env. Send it?"] * 2
    assert chat.session.conversation.path[0].message.content[0] == block


def test_refuse_is_a_wrong_use() -> None:
    chat = Chat(f"use {KEY}", secrets="refuse")
    assert chat.run() == []
    assert [failure.status for failure in chat.failures] == [ExitStatus.USAGE]
    assert [failure.message for failure in chat.failures] == [
        f"{SAID}. It was not sent. The setting secrets decides this."
    ]


def test_off_asks_nothing() -> None:
    chat = Chat(f"use {KEY}", secrets="off")
    assert chat.run() == [f"use {KEY}", "Noted."]


def test_where_nobody_answers_a_note_is_enough() -> None:
    chat = Chat(f"use {KEY}")
    assert chat.run(has_user=False) == [f"use {KEY}", "Noted."]
    assert f"{SAID}. It is sent." in [
        text for kind, text in chat.screen.shown if kind == "notice"
    ]


@pytest.mark.parametrize(("answer", "counted"), [(False, 0), (True, 1)])
def test_what_is_counted_is_sent_too(answer: bool, counted: int) -> None:
    chat = Chat(f"/tokens {KEY}", answers=(answer,))
    chat.run()
    assert len(chat.source.counted) == counted


def test_a_system_prompt_is_searched_and_asked_about_once() -> None:
    chat = Chat("hello", "again", answers=(False, True))
    session = chat.session
    session.record(session.conversation.configure(system=f"Use {KEY}."))
    assert chat.run() == ["again", "Noted."]
    asked = f"{SAID} in the system prompt. Send it?"
    assert chat.reader.questions == [asked, asked]


def test_a_system_prompt_that_was_agreed_to_is_not_asked_about_again() -> None:
    chat = Chat("hello", "again", answers=(True,))
    session = chat.session
    session.record(session.conversation.configure(system=f"Use {KEY}."))
    assert chat.run() == ["hello", "Noted.", "again", "Noted."]
