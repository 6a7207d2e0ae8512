"""The output of a single answer: the terminal, or stdout in one of its formats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from streamchat.app.outcome import Result
from streamchat.app.output_formats import (
    FirstCodeBlock,
    JsonResult,
    JsonStream,
    OneValue,
    RawEvents,
    VerbatimText,
)
from streamchat.app.session import Session
from streamchat.app.view_wrappers import (
    NotesBelow,
    OnlyTheAnswer,
    SayingRetries,
    WithSources,
    frame_for_terminal,
)
from streamchat.cli.run import Run
from streamchat.cli.signals import on_resize, on_suspend, without_echo
from streamchat.cli.wiring import live_price, open_terminal_screen
from streamchat.core.errors import CutOff, StreamchatError
from streamchat.core.ports import View
from streamchat.core.schema import Shape

if TYPE_CHECKING:
    from streamchat.render.screen.terminal_screen import TerminalScreen


def is_live(run: Run) -> bool:
    settings = run.settings
    plain = settings.output_format == "text" and not (settings.raw or settings.extract)
    return plain and run.env.stdout.isatty()


@contextmanager
def open_view(run: Run, session: Session) -> Iterator[View]:
    """The view of the one reply."""
    if is_live(run):
        with live_screen(run, session) as screen:
            view: View = screen.reply(model=session.conversation.model)
            view = OnlyTheAnswer(view) if run.settings.quiet else view
            yield frame_for_terminal(view, session.shape)
        return
    yield piped_view(run, session)


@contextmanager
def live_screen(run: Run, session: Session) -> Iterator[TerminalScreen]:
    """The terminal on stdout, while a reply is shown there. A warning on the same terminal
    appears above the reply."""
    screen = open_terminal_screen(run, price=live_price(session))
    warn = session.warn
    if run.env.stderr.isatty():
        session.warn = lambda text: screen.error(run.notes.redact(text))
    echo = ExitStack()  # keeps typed keys off the screen

    @contextmanager
    def resting() -> Iterator[None]:
        with screen.resting():
            echo.close()
            yield
            echo.enter_context(without_echo(run.env.stdin))

    with echo, on_resize(screen.resized), on_suspend(resting):
        echo.enter_context(without_echo(run.env.stdin))
        try:
            yield screen
        finally:
            screen.restore()
            session.warn = warn


def piped_view(run: Run, session: Session) -> View:
    """A reply on stdout, as in a pipe, and lines about it on stderr."""
    view = _output(run, session)
    if run.env.stdout.isatty() and run.env.stderr.isatty():
        view = NotesBelow(view, run.notes)
    return SayingRetries(view, run.notes.note)


def _output(run: Run, session: Session) -> View:
    stdout, conversation, shape = run.env.stdout, session.conversation.id, session.shape
    if run.settings.extract:
        from streamchat.app.code_blocks import first_code_block  # markdown-it's helpers

        return FirstCodeBlock(stdout, first_code_block)
    match run.settings.output_format:
        case "json":
            return JsonResult(stdout, conversation, shape)
        case "stream-json":
            return JsonStream(stdout, conversation, shape)
        case "events":
            return RawEvents(stdout)
        case _:
            return OneValue(stdout, shape) if shape else _plain(run)


def _plain(run: Run) -> View:
    """The text as it arrives, with marks and sources unless it is raw."""
    text = VerbatimText(run.env.stdout)
    return text if run.settings.raw else WithSources(text)


def unfit(
    shape: Shape, result: Result, failure: StreamchatError | None
) -> StreamchatError | None:
    """With --schema, the failure holds the text that arrived, because it was not printed."""
    text = result.message.text if result.message else ""
    fault = None if failure else shape.fault(text)
    if fault is not None:
        failure = CutOff(
            f"The answer does not fit the schema: {fault}.", kind="schema_mismatch"
        )
    if failure is not None:
        failure.partial = text
    return failure
