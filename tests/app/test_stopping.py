"""Ctrl-C stops what is long and stays in the chat."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from fakes import (
    MODEL,
    MemoryArchive,
    MemoryExporter,
    RecordingScreen,
    ScriptedReader,
    ScriptedSource,
    no_advice,
    open_session,
)
from streamchat.app.list_actions import ListActions
from streamchat.app.repl import Repl
from streamchat.app.repl_outcomes import LONG_REPORT
from streamchat.app.selecting import select_until_stopped
from streamchat.app.session import Session
from streamchat.app.waiting import STOPPED
from streamchat.core.attachment_blocks import Selection
from streamchat.core.conversation import Conversation
from streamchat.core.errors import NotFound
from streamchat.core.messages import Message, text_block
from streamchat.core.ports import (
    Input,
    Journal,
    Key,
    OpenedConversation,
    PickAct,
    Typed,
)
from streamchat.core.ports.configuration import Configuration, FixedConfiguration
from streamchat.core.records import Turn

STOP = ("notice", STOPPED)


class Interrupted(MemoryExporter):
    """The user presses Ctrl-C while it works."""

    def text(self, conversation: Conversation, format: str, *, replies: int | None) -> str:
        raise KeyboardInterrupt


@dataclass(slots=True)
class SlowScreen(RecordingScreen):
    """Shows what is long for ever."""

    async def history(
        self, turns: tuple[Turn, ...], *, model: str = "", whole: bool = False
    ) -> None:
        await asyncio.Event().wait()

    async def redraw(self, message: Message) -> None:
        await asyncio.Event().wait()


def stop_soon(stop: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_soon(stop)


def chat(
    *typed: str,
    exporter: MemoryExporter | None = None,
    session: Session | None = None,
    configuration: Configuration | None = None,
    during: Callable[[Callable[[], None]], None] = lambda _stop: None,
) -> tuple[SlowScreen, ScriptedReader]:
    """Type lines into a conversation, then Ctrl-C twice at once."""
    inputs: list[Input] = [*map(Typed, typed), Key.INTERRUPT, Key.INTERRUPT, Key.END]
    session, screen = session or open_session(), SlowScreen()
    session.say("why?")
    session.add(Message("assistant", (text_block("So."),), MODEL, "end_turn"))
    session.exporter = exporter or MemoryExporter()
    session.configuration = configuration or FixedConfiguration()
    reader = ScriptedReader(iter(inputs), during=during)
    repl = Repl(session, ScriptedSource([]), reader, screen, lambda: 5.0, no_advice)
    asyncio.run(repl.run())
    return screen, reader


def test_an_export_that_is_stopped_stays_in_the_chat() -> None:
    screen, reader = chat("/export - md", exporter=Interrupted())
    assert screen.shown == [STOP]
    assert [hint for _, hint in reader.prompts] == ["", "", "", ""]  # no hint to leave


class LongFiles(MemoryArchive):
    """The user presses Ctrl-C while a conversation is read or copied."""

    def open(self, ref: str, *, model: str) -> OpenedConversation:
        raise KeyboardInterrupt

    def read(self, ref: str, *, model: str = "") -> OpenedConversation:
        raise KeyboardInterrupt

    def fork(self, conversation: Conversation) -> tuple[Conversation, Journal]:
        raise KeyboardInterrupt


@pytest.mark.parametrize("line", ["/resume old", "/delete old", "/fork"])
def test_a_conversation_that_is_not_read_to_its_end_changes_nothing(line: str) -> None:
    session = open_session()
    session.archive = LongFiles()
    before = session.conversation
    screen, reader = chat(line, session=session)
    assert session.conversation is before
    assert screen.shown == [STOP]
    assert [hint for _, hint in reader.prompts] == ["", "", "", ""]


@pytest.mark.parametrize("line", ["/show", "/tree 1", "/redraw"])
def test_what_is_shown_for_long_is_stopped(line: str) -> None:
    screen, reader = chat(line, during=stop_soon)
    assert screen.shown[-1] == STOP
    assert [hint for _, hint in reader.prompts] == ["", "", "", ""]


@pytest.mark.parametrize("act", [PickAct.RENAME, PickAct.FORK, PickAct.EXPORT])
def test_what_the_list_does_is_stopped(act: PickAct) -> None:
    reader = ScriptedReader(iter(()), picks=iter(["old", None]), act=act)
    actions = ListActions(LongFiles(), Interrupted(), open_session().forget_typed)
    assert asyncio.run(actions.pick(reader, str)) is None
    assert reader.notes == ["", STOPPED]


class Long(MemoryExporter):
    def text(self, conversation: Conversation, format: str, *, replies: int | None) -> str:
        return "x" * LONG_REPORT


def test_a_long_report_is_stopped() -> None:
    screen, _ = chat(
        "/export - md",
        exporter=Long(),
        during=stop_soon,
    )
    assert screen.shown == [STOP]


def test_a_silent_pipe_is_left() -> None:
    session, gate = open_session(), threading.Event()

    def select(reference: str) -> Selection:
        gate.wait()
        raise NotFound("nothing came")

    session.select_files = select
    reader = ScriptedReader(iter(()), during=stop_soon)
    assert asyncio.run(select_until_stopped(session, "silent", reader)) is None
    gate.set()


class Piped(FixedConfiguration):
    """The user presses Ctrl-C while a value is read from a pipe."""

    def change(self, key: str, text: str) -> str:
        raise KeyboardInterrupt


def test_a_setting_that_waits_for_a_pipe_is_stopped() -> None:
    screen, _ = chat("/config system_file pipe", configuration=Piped())
    assert screen.shown == [STOP]
