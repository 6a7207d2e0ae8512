"""Releases of the SDK that lack the private names which the edge uses still give answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from anthropic import AsyncStream

from faults import ALL, Case
from loop_time import leaping_time
from receiving import receive
from server import ScriptedServer, text_reply
from shares import share
from streamchat.api.event_stream import Wire


async def _stream(self: AsyncStream[Any]) -> AsyncIterator[Any]:
    """How another release may read an event stream."""
    async for sse in self.raw_events(self.response):
        yield self._client._process_response_data(
            data=sse.json(), cast_to=self._cast_to, response=self.response
        )


@pytest.fixture
def without_iter_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(AsyncStream, "_iter_events")
    monkeypatch.setattr(AsyncStream, "__stream__", _stream)


@pytest.mark.parametrize("case", share(ALL, every=5), ids=str)
@pytest.mark.usefixtures("without_iter_events")
def test_faults_end_as_they_do_with_the_release_that_is_known(
    case: Case, server: ScriptedServer
) -> None:
    server.enqueue(case.reply)
    with leaping_time(server.clock):
        received = receive(server.base_url, deadlines=case.deadlines)
    assert (received.text, received.is_whole) == (case.kept, case.ends is None)
    assert isinstance(received.error, case.ends.error if case.ends else type(None))
    assert case.ends is None or case.ends.says in str(received.error)


@pytest.mark.usefixtures("without_iter_events")
def test_the_events_are_those_that_the_known_release_gives(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.enqueue(*[text_reply("Grüße, ", "日本 \u2028🙂!", thinking="hm")] * 2)
    other = receive(server.base_url)
    monkeypatch.undo()
    known = receive(server.base_url)
    assert (other.read, other.raw) == (known.read, known.raw)
    assert other.text == "Grüße, 日本 \u2028🙂!"


def test_without_the_clients_decoder_the_public_one_is_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = property(lambda _stream: None, lambda _stream, _decoder: None)
    monkeypatch.setattr(Wire, "_decoder", nothing, raising=False)
    server.enqueue(text_reply("Hel", "lo").cut(every=1))
    assert receive(server.base_url).text == "Hello"
