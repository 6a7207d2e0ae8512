"""/script: the lines of a file, run in the chat as if they were typed.

Rules: a failure or a stop ends the script and never the chat. The next line answers a question
of a command; the user decides whether to send a message. A message that was not sent ends the
script too, and is put into the prompt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from streamchat.app.message_edit import MessageEdit
from streamchat.app.repl_outcomes import ReplOutcomes
from streamchat.app.waiting import let_keys_pass, until_stopped
from streamchat.core.errors import StreamchatError, UsageError
from streamchat.core.ports import Input, Reader, Script, Typed


async def _no_script(_path: str, _keyboard: Reader) -> Script:
    raise UsageError("A script cannot run a script.")


@dataclass(slots=True)
class ReplScripts(ReplOutcomes):
    """`open_script(path, keyboard)` gives the lines of a file; while they run, `keyboard`
    stops what is long. It raises StreamchatError."""

    open_script: Callable[[str, Reader], Coroutine[Any, Any, Script]] = _no_script
    script: Script | None = None  # the one that runs
    prefill: str = ""
    edited: MessageEdit | None = None
    is_unsent: bool = False  # the last message; it is in the prompt

    @property
    def answering(self) -> Reader:
        """The reader that answers the question of a command."""
        return self.script or self.reader

    async def _act_on(self, text: str, edited: MessageEdit | None, *, was_queued: bool) -> bool:
        raise NotImplementedError

    def _hand_back(self, text: str, edited: MessageEdit | None = None) -> None:
        """Put what was not sent into the prompt again."""
        self.prefill, self.edited, self.is_unsent = text, edited, True

    async def _read(self, prefill: str, hint: str, edited: MessageEdit | None) -> Input:
        """Read a line. Meanwhile the status line shows what an old message has attached."""
        self.session.kept = edited.attachments if edited else ()
        try:
            return await self.reader.read(prefill=prefill, hint=hint)
        finally:
            self.session.kept = ()

    async def _run_script(self, path: str) -> bool:
        """Whether the user stays."""
        try:
            opens = _no_script if self.script else self.open_script
            opened = await until_stopped(opens(path, self.reader), self.reader)
        except StreamchatError as error:
            self._fail(error)
            return True
        if opened is None:
            self._notice(self._stopped().notice)
            return True
        script = opened.result
        failures: list[StreamchatError] = []
        usual, self.on_failure = self.on_failure, failures.append
        self.script, self.stopped_at, self.is_unsent = script, -math.inf, False
        try:
            stays = await self._type_lines(script, failures)
        finally:
            self.script, self.on_failure = None, usual
        if self._ends(failures):
            self._notice(f"The script stopped at {script.place}.")
        return stays

    async def _type_lines(self, script: Script, failures: list[StreamchatError]) -> bool:
        while not self._ends(failures):
            edited, self.edited, self.prefill = self.edited, None, ""
            match await script.read():
                case Typed(text):
                    self.reader.echo(text)
                    if not await self._act_on(text, edited, was_queued=False):
                        return False
                    await self._hear_a_stop()
                case _:
                    break
        return True

    def _ends(self, failures: list[StreamchatError]) -> bool:
        return bool(failures) or self.is_unsent or self.stopped_at > -math.inf

    async def _hear_a_stop(self) -> None:
        """Let a stop take effect between two lines that take no time."""

        def stop() -> None:
            self.stopped_at = self.monotonic()

        async with self.reader.watching(stop):
            await let_keys_pass()
