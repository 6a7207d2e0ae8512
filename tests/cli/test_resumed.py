"""What was said last, before the first prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fakes import RecordingScreen, ScriptedReader, open_session
from streamchat.cli.resumed import STOPPED, show_resumed
from streamchat.core.records import Turn


class SlowScreen(RecordingScreen):
    """Shows a huge answer."""

    async def history(
        self, turns: tuple[Turn, ...], *, model: str = "", whole: bool = False
    ) -> None:
        await asyncio.Event().wait()


def test_an_answer_that_takes_long_to_show_can_be_stopped() -> None:
    async def show() -> list[object]:
        loop, screen = asyncio.get_running_loop(), SlowScreen()

        def stop_soon(stop: Callable[[], None]) -> None:
            loop.call_soon(stop)

        reader = ScriptedReader(iter(()), during=stop_soon)
        await show_resumed(open_session(), screen, reader)
        return list(screen.shown)

    assert asyncio.run(show()) == [("notice", STOPPED)]
