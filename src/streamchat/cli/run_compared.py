"""One prompt answered by several models (--compare), in a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streamchat.app.comparison import Answered, Comparison, list_candidates, require_others
from streamchat.app.json_lines import write_line
from streamchat.app.oneshot import build_failure, exit_status
from streamchat.app.piped_comparison import JsonComparison, PipedComparison
from streamchat.app.repl_comparisons import Compared, build_compared, describe_failure
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.app.view_wrappers import OnlyTheAnswer, frame_for_terminal
from streamchat.cli.oneshot_output import is_live, live_screen, piped_view, unfit
from streamchat.cli.run import Run
from streamchat.cli.wiring import load_prices
from streamchat.cli.wiring.source import mask_keys
from streamchat.core.errors import ExitStatus, UsageError
from streamchat.core.ports import ComparisonView, Ending, View
from streamchat.posix.signals import interruptible

if TYPE_CHECKING:
    from streamchat.api import ApiClient


def require_comparable(run: Run, session: Session) -> None:
    """Raises UsageError for options that a comparison cannot have."""
    settings = run.settings
    require_others(session, run.invocation.others)
    if settings.extract:
        raise UsageError("--compare cannot be combined with --extract")
    if settings.schema and settings.output_format == "text" and not is_live(run):
        raise UsageError("--compare prints several values: use --json with --schema")
    if run.invocation.is_blind and not settings.interactive:
        raise UsageError("--blind hides the names until you keep an answer: use it in a chat")


async def answer_compared(
    run: Run, session: Session, source: ApiClient, prompt: str
) -> tuple[ExitStatus, Compared | None]:
    """The exit status, and what can be kept; None if the prompt was taken back."""
    require_comparable(run, session)
    load_prices(session)
    head, asked = session.conversation.head, run.invocation.prompt
    question = session.say(prompt, asked=asked if asked != prompt else "")
    comparison = Comparison(
        session,
        mask_keys(run, session, source),
        run.env.monotonic,
        RetryPolicy(run.settings.retries),
        list_candidates(session, run.invocation.others, asks_own=True),
        lambda view: _framed(run, session, view),
        is_blind=run.invocation.is_blind,
    )
    with _shown(run, session, comparison) as shown, interruptible(comparison.stop):
        answered = await comparison.run(shown)
    status = _tell(run, comparison, answered)
    if any(each.turn for each in answered):
        return status, build_compared(comparison, answered)
    results = [each.result for each in answered if each.result]
    if any(result.ending is Ending.REFUSED for result in results):
        session.record(session.conversation.decline(question.id))
    else:
        session.jump(head)
    return status, None


def _framed(run: Run, session: Session, view: View) -> View:
    """The view itself: the output of a pipe has its frame already."""
    if not is_live(run):
        return view
    return frame_for_terminal(
        OnlyTheAnswer(view) if run.settings.quiet else view, session.shape
    )


@contextmanager
def _shown(run: Run, session: Session, comparison: Comparison) -> Iterator[ComparisonView]:
    if is_live(run):
        with live_screen(run, session) as screen:
            yield screen.compare(comparison.labels)
    else:
        yield open_piped(run, session, [each.model for each in comparison.candidates])


def open_piped(run: Run, session: Session, labels: Sequence[str]) -> ComparisonView:
    """The answers on stdout, as in a pipe; each under its label."""
    stdout = run.env.stdout
    if run.settings.output_format == "json":
        return JsonComparison(stdout, labels, session.conversation.id, session.shape)

    def begin(number: int) -> View:
        match run.settings.output_format:
            case "text":
                above = "\n" if opened else ""
                stdout.write(f"{above}## {labels[number]}\n\n")
            case "stream-json":
                write_line(stdout, {"type": "answer", "asked": labels[number]})
            case _:
                pass
        opened.append(number)
        return piped_view(run, session)

    opened: list[int] = []
    return PipedComparison(len(labels), begin)


def _tell(run: Run, comparison: Comparison, answered: Sequence[Answered]) -> ExitStatus:
    """Report failures and figures; returns the status of the first failure."""
    session, status = comparison.session, ExitStatus.OK
    for number, each in enumerate(answered, 1):
        result = each.result
        if result is None:
            continue
        for remark in result.remarks:
            run.notes.note(describe_failure(comparison, number, remark))
        failure = build_failure(result)
        if session.shape:
            failure = unfit(session.shape, result, failure)
        if failure:
            failure.message = describe_failure(comparison, number, failure.message)
            run.notes.error(failure)
            status = status or exit_status(result) or failure.status
        elif not is_live(run) and run.env.stderr.isatty():
            from streamchat.render.reply.figures import format_usage

            figures = format_usage(result.received, result.seconds)
            run.notes.note(f"{comparison.labels[number - 1]}: {figures}")
    return status or (ExitStatus.DISK if session.disk_failed else ExitStatus.OK)
