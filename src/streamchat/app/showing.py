"""Shows what a command returned, and does its long work, in a way that can be stopped.

Rules: Ctrl-C stops what is long and stays in the chat. Work that is stopped has changed
nothing; what was shown until then stays on the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, assert_never

from streamchat.app.commands import Copy, Done, LongWork, Outcome, Redraw, Replay, ShowReport
from streamchat.app.commands.last_answer import format_copied
from streamchat.app.comparing import Comparing
from streamchat.core.errors import StreamchatError
from streamchat.core.messages import Message, text_block

LONG_REPORT = 20_000  # characters; a shorter one is there at once
STOPPED = "Stopped."


@dataclass(slots=True)
class Showing(Comparing):
    """What a REPL does with the outcomes that ask nothing of the model or the user."""

    async def _show(self, outcome: Done | ShowReport | Replay | Redraw | Copy) -> None:
        match outcome:
            case Done(notice):
                self._notice(notice)
            case ShowReport(markdown) if len(markdown) > LONG_REPORT:
                report = Message("assistant", (text_block(markdown),))
                await self._until_stopped(self.screen.redraw(report))
            case ShowReport(markdown):
                self.screen.markdown(markdown)
            case Replay(notice, exchanges, whole):
                self._notice(notice)
                model = self.session.conversation.model
                turns = self.session.conversation.last_exchanges(exchanges)
                await self._until_stopped(self.screen.history(turns, model=model, whole=whole))
            case Redraw(reply):
                await self._until_stopped(self.screen.redraw(reply))
            case Copy(text, subject):
                self._notice(format_copied(subject, await self.screen.copy(text)))
            case _:
                assert_never(outcome)

    def _work(self, long_work: LongWork) -> Outcome:
        """Do it; the outcome is that it was stopped, if it was."""
        try:
            with self.reader.interrupting():
                return long_work.run()
        except KeyboardInterrupt:
            return self._stopped()
        except StreamchatError as error:
            self._fail(error)
            return Done()

    async def _until_stopped(self, showing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(showing)

        def stop() -> None:
            task.cancel()

        try:
            async with self.reader.watching(stop):
                await asyncio.wait({task})
        finally:
            task.cancel()
        if task.cancelled():
            self._notice(self._stopped().notice)
        else:
            task.result()

    def _stopped(self) -> Done:
        self.stopped_at = self.monotonic()
        return Done(STOPPED)
