"""--script: the lines of a file run as if they were typed, with the output of a pipe.

It stops at the first failure, with its exit status.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from streamchat.app.pipe_screen import PipeScreen
from streamchat.app.repl import Repl
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.app.waiting import in_background
from streamchat.cli.apply_settings import Chat
from streamchat.cli.attaching import attach, select_attachments
from streamchat.cli.banner import DEMO_NOTE
from streamchat.cli.clipboard import SystemClipboard
from streamchat.cli.live_server import LiveServer
from streamchat.cli.live_settings import changing_settings
from streamchat.cli.oneshot_output import piped_view
from streamchat.cli.piped_input import read_piped
from streamchat.cli.resumed import describe_resumed
from streamchat.cli.run import Run
from streamchat.cli.run_compared import open_piped
from streamchat.cli.script import ScriptLine, ScriptReader
from streamchat.cli.script_file import STDIN, allows_shell, read_script
from streamchat.cli.shell import open_shell
from streamchat.cli.wiring import (
    load_prices,
    open_archive,
    open_session,
    read_given,
)
from streamchat.cli.wiring.reader import build_names
from streamchat.cli.wiring.source import advice_on, mask_keys, open_source
from streamchat.core.errors import ExitStatus, StreamchatError, UsageError
from streamchat.core.ports import View
from streamchat.core.schema import Shape

if TYPE_CHECKING:
    from streamchat.api import ApiClient


async def run_script(run: Run) -> int:
    """Run the script; returns the exit status."""
    lines, name = await in_background(partial(_read, run))
    reads_stdin = STDIN in run.invocation.attachments
    piped = await in_background(partial(read_piped, run)) if reads_stdin else b""
    selections = await select_attachments(run, piped)
    given = await in_background(partial(read_given, run))
    for remark in (*run.remarks, DEMO_NOTE if run.settings.demo else ""):
        run.notes.note(remark)
    with open_source(run) as source:
        session = open_session(run, open_archive(run), given)
        run.notes.note(describe_resumed(run, session))
        try:
            await attach(run, session, selections)
            load_prices(session)
            session.clipboard = SystemClipboard(run, session)
            failures = _Failures(session)
            reader = ScriptReader(lines, name, failures.is_over)
            repl = _build_repl(run, session, source, reader, failures)
            chat = Chat(session, repl, LiveServer(session, repl, source))
            async with changing_settings(run, chat):
                await repl.run()
            return _tell(run, session, failures, reader.place)
        finally:
            session.close()
            await source.aclose()


def _read(run: Run) -> tuple[list[ScriptLine], str]:
    """The lines of the script, and what it is called. Blocks for as long as a pipe is silent.
    Raises NotFound, UsageError."""
    path = run.invocation.script
    for flag, is_given in (
        ("-i", run.settings.interactive),
        ("--dry-run", run.settings.dry_run),
    ):
        if is_given:
            raise UsageError(f"--script cannot be combined with {flag}")
    if path == STDIN and STDIN in run.invocation.attachments:
        raise UsageError("--script - and -a - cannot both read stdin")
    return read_script(run, path)


@dataclass(slots=True)
class _Failures:
    """What ends the script: the first failure, or a disk that does not take the turns."""

    session: Session
    first: StreamchatError | None = None

    def __call__(self, failure: StreamchatError) -> None:
        self.first = self.first or failure

    def is_over(self) -> bool:
        return self.first is not None or self.session.disk_failed


def _build_repl(
    run: Run, session: Session, source: ApiClient, reader: ScriptReader, failures: _Failures
) -> Repl:
    return Repl(
        session,
        mask_keys(run, session, source),
        reader,
        PipeScreen(
            run.env.stdout,
            partial(piped_view, run, session),
            run.notes.note,
            partial(open_piped, run, session),
            is_json=run.settings.output_format != "text",
        ),
        run.env.monotonic,
        advice=partial(advice_on, run, source),
        retry_policy=RetryPolicy(run.settings.retries),
        names=build_names(session, runs_shell=allows_shell(run)),
        shell=open_shell(run, None),
        allows_shell=allows_shell(run),
        on_failure=failures,
        has_user=False,
        frame=_as_it_is,
        others=run.invocation.others,
    )


def _as_it_is(view: View, _shape: Shape | None) -> View:
    """The view itself: the output of a pipe has its frame already."""
    return view


def _tell(run: Run, session: Session, failures: _Failures, where: str) -> int:
    """Report the failure; returns the exit status."""
    if failure := failures.first:
        failure.message = f"{where}: {failure.message}"
        run.notes.error(failure)
        return failure.status
    return ExitStatus.DISK if session.disk_failed else ExitStatus.OK
