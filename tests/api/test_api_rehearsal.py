"""The reply that is played before the first real one."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from streamchat.api import rehearsal
from streamchat.api.reply_stream import ReplyStream
from streamchat.core.events import Event, Finished, TextDelta, ThinkingDelta


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The events that a rehearsal reads; whoever asks for a connection fails."""
    events: list[Event] = []

    class Recorded(ReplyStream):
        async def events(self) -> AsyncGenerator[Event]:
            async for event in super().events():
                events.append(event)
                yield event

    def refuse(_socket: socket.socket, address: Any) -> None:
        pytest.fail(f"a connection to {address}")

    monkeypatch.setattr(rehearsal, "ReplyStream", Recorded)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    return events


def test_thinking_and_text_are_read_to_their_end_and_nobody_is_asked(
    played: list[Event],
) -> None:
    rehearsal.rehearse()
    thought = [event.text for event in played if isinstance(event, ThinkingDelta)]
    said = [event.text for event in played if isinstance(event, TextDelta)]
    assert (thought, said) == (["Hm."], ["Yes."])
    assert isinstance(played[-1], Finished)


def test_one_that_is_cut_short_ends_as_a_real_one_would_and_says_nothing(
    played: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "_EVENTS", rehearsal._EVENTS[:-2])
    rehearsal.rehearse()
    assert TextDelta("Yes.") in played
    assert not any(isinstance(event, Finished) for event in played)
