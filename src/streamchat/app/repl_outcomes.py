"""Shows what a command returned, and does its long work, in a way that can be stopped.

Rules: Esc and Ctrl-C stop what is long and stays in the chat. Work that is stopped has changed
nothing, but for what an import says that it saved; what was shown until then stays on the
screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeAlias, assert_never

from streamchat.app.commands.last_answer import format_copied
from streamchat.app.commands.outcomes import (
    Copy,
    Done,
    EditFile,
    ImportFile,
    LongWork,
    OpenInEditor,
    Outcome,
    Redraw,
    Replay,
    ShowReport,
)
from streamchat.app.prompt_keys import describe_waiting
from streamchat.app.repl_comparisons import ReplComparisons
from streamchat.app.waiting import STOPPED, until_stopped
from streamchat.core.errors import StreamchatError, UsageError
from streamchat.core.messages import Message, text_block
from streamchat.core.ports import ImportResult

Shown: TypeAlias = (
    Done | ShowReport | Replay | Redraw | Copy | ImportFile | EditFile | OpenInEditor
)
ImportSteps: TypeAlias = Generator[ImportResult | StreamchatError | None]
"""A conversation that was saved, one that cannot be read, or one that was not asked for.
Nothing is saved in the first step, which may take long: it reads the file."""
LONG_REPORT = 20_000  # characters; a shorter one appears at once


async def _no_editor(_text: str, _name: str) -> str:
    raise UsageError("No editor can be opened here.")


def _no_import(_path: str, _name: str) -> ImportSteps:
    raise UsageError("Nothing can be imported here.")


@dataclass(slots=True)
class ReplOutcomes(ReplComparisons):
    """What a REPL does with the outcomes that ask nothing of the model or the user.
    `open_in_editor(text, name)` opens a file of that name in the user's editor and returns
    its path; it raises UsageError. `import_file(path, name)` goes through a file, one
    conversation a step."""

    open_in_editor: Callable[[str, str], Awaitable[str]] = _no_editor
    edit_file: Callable[[str, str], Awaitable[str]] = _no_editor
    import_file: Callable[[str, str], ImportSteps] = _no_import

    async def _show(self, outcome: Shown) -> None:
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
            case ImportFile(path, name):
                await self._import(path, name)
            case OpenInEditor() | EditFile():
                await self._use_editor(outcome)
            case Copy(text, subject):
                self._notice(format_copied(subject, await self.screen.copy(text)))
            case _:
                assert_never(outcome)

    def _work(self, long_work: LongWork) -> Outcome:
        """Do the work; returns its outcome, or one that says that it was stopped."""
        try:
            with self.reader.interrupting():
                return long_work.run()
        except KeyboardInterrupt:
            return self._stopped()
        except StreamchatError as error:
            self._fail(error)
            return Done()

    async def _import(self, path: str, name: str) -> None:
        """Import the file; what was saved before a failure or a stop stays."""
        from streamchat.app import import_report  # for those who use it

        self._notice(describe_waiting(self.session, "Importing"))
        seen: list[ImportResult | StreamchatError] = []
        try:
            with closing(self.import_file(path, name)) as steps:
                with self.reader.interrupting():
                    first = list(islice(steps, 1))
                rest = chain(first, steps)
                await self._until_stopped(self._take_in(rest, path, name, seen))
        except KeyboardInterrupt:
            self._notice(self._stopped().notice)
        except StreamchatError as error:
            self._fail(error)
        if taken := [each for each in seen if isinstance(each, ImportResult)]:
            self._notice(import_report.format_counts(taken))

    async def _take_in(
        self,
        steps: Iterable[ImportResult | StreamchatError | None],
        path: str,
        name: str,
        seen: list[ImportResult | StreamchatError],
    ) -> None:
        """Report each conversation as it is saved. Keys are served between two
        conversations."""
        from streamchat.app import import_report

        for each in steps:
            if each is not None:
                seen.append(each)
            match each:
                case StreamchatError():
                    self._fail(each)
                case ImportResult(problem=""):
                    self._notice("  ".join(import_report.describe_taken(each)))
                case ImportResult():
                    self._fail(import_report.why_left_out(each))
            await asyncio.sleep(0)
        if not seen or (name and not any(isinstance(each, ImportResult) for each in seen)):
            raise import_report.found_none(path, name)

    async def _use_editor(self, outcome: EditFile | OpenInEditor) -> None:
        try:
            match outcome:
                case EditFile(path, text):
                    await self.edit_file(path, text)
                    self._notice(f"It is in {path}.")
                case OpenInEditor(text, name):
                    path = await self.open_in_editor(text, name)
                    keep = "save it elsewhere to keep it"
                    self._notice(f"It is in {path} until you leave; {keep}.")
        except StreamchatError as error:
            self._fail(error)

    async def _until_stopped(self, showing: Coroutine[Any, Any, None]) -> None:
        if await until_stopped(showing, self.reader) is None:
            self._notice(self._stopped().notice)

    def _stopped(self) -> Done:
        self.stopped_at = self.monotonic()
        return Done(STOPPED)
