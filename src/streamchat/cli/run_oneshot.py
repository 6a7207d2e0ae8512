"""Answers one prompt, from the arguments and the pipe, and exits.

The answer goes to stdout, everything else to stderr.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from streamchat.app.oneshot import OneShot, build_failure, exit_status, is_taken_back
from streamchat.app.outcome import Result
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.app.view_wrappers import OnceStarted
from streamchat.app.waiting import in_background
from streamchat.cli.attaching import attach, select_attachments
from streamchat.cli.banner import DEMO_NOTE
from streamchat.cli.oneshot_output import is_live, open_view, unfit
from streamchat.cli.piped_input import decode_piped, read_piped
from streamchat.cli.run import Run
from streamchat.cli.wiring import (
    load_prices,
    open_archive,
    open_session,
    read_given,
)
from streamchat.cli.wiring.source import advice_on, mask_keys, open_source
from streamchat.core.attachment_blocks import Selection
from streamchat.core.errors import (
    ApiError,
    ExitStatus,
    StreamchatError,
    UsageError,
)
from streamchat.core.input_line import typed
from streamchat.core.key_check import ASK, NOT_SENT, NOTE, OFF, find_keys_in, may_send
from streamchat.core.messages import Message, text_block
from streamchat.core.templates import Template
from streamchat.posix.signals import interruptible

if TYPE_CHECKING:
    from streamchat.api import ApiClient
    from streamchat.app.repl_comparisons import Compared


async def read_prompt(
    run: Run, template: Template | None
) -> tuple[str, str, tuple[Selection, ...]]:
    """The prompt, the same without what was piped in, and what is attached. The prompt is the
    piped text, a blank line and what was typed; with `-a -`, the piped data is an attachment.
    Raises UsageError if both are empty."""
    piped = b"" if run.env.stdin.isatty() else await in_background(partial(read_piped, run))
    attached = await select_attachments(run, piped)
    context = "" if "-" in run.invocation.attachments else decode_piped(run, piped)
    if template is not None:
        from streamchat.cli.templates import fill_named_prompt

        fill = partial(fill_named_prompt, run, template, context)
        return *await in_background(fill), attached
    prompt = run.invocation.prompt
    text = (
        f"{context.rstrip()}\n\n{prompt}" if context.strip() and prompt else context or prompt
    )
    if not text.strip() and not run.settings.interactive:
        raise UsageError("There is no prompt: give one as an argument, or pipe text in.")
    return text, prompt, attached


async def answer_once(run: Run, template: Template | None = None) -> int:
    """Answer, then exit (or stay in the REPL, with -i); returns the exit status. `template`
    is the one that --prompt names."""
    if run.settings.interactive and not run.settings.dry_run:
        require_keyboard(run)
    with open_source(run) as source:
        source.begin()  # meanwhile stdin is read, and the question is put on disk
        prompt, asked, attached = await read_prompt(run, template)
        run = replace(run, invocation=replace(run.invocation, prompt=asked))
        session = await _open_session(run)
        try:
            await attach(run, session, attached)
            await require_sendable(run, session, prompt)
            if run.settings.dry_run:
                return await _count(run, session, source, prompt)
            status, left, compared = await _ask(run, session, source, prompt)
            if not run.settings.interactive:
                return status
            is_begun = bool(prompt.strip())
            await _go_on(run, session, source, left, compared, is_begun=is_begun)
            return ExitStatus.OK
        finally:
            session.close()
            await source.aclose()


async def _open_session(run: Run) -> Session:
    """The session, after its notes are printed."""
    given = await in_background(partial(read_given, run))
    for remark in run.remarks:
        run.notes.note(remark)
    if run.settings.demo:
        run.notes.note(DEMO_NOTE)
    session = open_session(run, open_archive(run), given)
    if run.settings.continue_newest:
        from streamchat.cli.resumed import describe_resumed

        run.notes.note(describe_resumed(run, session))
    return session


async def _ask(
    run: Run, session: Session, source: ApiClient, prompt: str
) -> tuple[int, str, Compared | None]:
    """Returns the exit status, the prompt if it must be typed again, and the answers of a
    comparison."""
    if not prompt.strip():  # -i needs no prompt
        return ExitStatus.OK, "", None
    if run.invocation.others:
        from streamchat.cli.run_compared import answer_compared

        status, compared = await answer_compared(run, session, source, prompt)
        return status, "" if compared else prompt, compared
    status, left = await _answer(run, session, source, prompt)
    if run.settings.auto_title and not run.settings.interactive:
        await _name(run, session, source)
    return status, left, None


async def _go_on(
    run: Run,
    session: Session,
    source: ApiClient,
    left: str,
    compared: Compared | None,
    *,
    is_begun: bool,
) -> None:
    """Continue as a chat, without the front matter of the prompt file, which was for one
    answer."""
    from streamchat.cli.run_repl import converse

    after = run
    if run.invocation.front_matter is not None:
        from streamchat.cli.templates import without_front_matter

        after = without_front_matter(run)
    await converse(
        after,
        session,
        source,
        is_begun=is_begun,
        prefill=typed(left),
        compared=compared,
        before=run.settings,
    )


async def require_sendable(run: Run, session: Session, prompt: str) -> None:
    """Ask before what looks like a key is sent; off a terminal a note is enough. Raises
    UsageError where keys are refused, StreamchatError where the user says no."""

    async def confirm(question: str) -> bool:
        from streamchat.prompt import PlainPrompt

        return await PlainPrompt(run.env.stdin, run.env.stderr).confirm(question, default=False)

    message = Message("user", (*session.attached, text_block(prompt)))
    policy = session.preferences.secrets
    if policy == ASK and not (run.env.stdin.isatty() and run.env.stderr.isatty()):
        policy = NOTE
    search = partial(find_keys_in, message, session.conversation.system or "")
    found = () if policy == OFF else await in_background(search)
    if not await may_send(found, policy, confirm=confirm, note=run.notes.note):
        raise StreamchatError(NOT_SENT)


def require_keyboard(run: Run) -> None:
    """Raises UsageError, before anything is sent, where no chat can follow the answer."""
    from streamchat.cli.wiring.prompt import keyboard

    with keyboard(run):
        pass


async def _count(run: Run, session: Session, source: ApiClient, prompt: str) -> int:
    """--dry-run: print the size and the price of the request; send and save nothing.
    Raises OverBudget if the cap would refuse it."""
    from streamchat.app import token_count
    from streamchat.app.json_lines import write_line

    run.notes.note(await advice_on(run, source, session.conversation.model))
    counted = await token_count.count(session, source, prompt)
    if run.settings.output_format == "text":
        run.env.stdout.write(token_count.format_token_count(counted, session) + "\n")
    else:
        write_line(run.env.stdout, counted.to_dict())
    session.budget.release(session.budget.admit(counted.model, counted.usage))
    return ExitStatus.OK


async def _answer(
    run: Run, session: Session, source: ApiClient, prompt: str
) -> tuple[ExitStatus, str]:
    """The exit status, and the prompt where it was taken back."""
    with open_view(run, session) as view:
        view = OnceStarted(view, partial(load_prices, session))
        retry_policy = RetryPolicy(run.settings.retries)
        masked = mask_keys(run, session, source)
        one = OneShot(session, masked, view, run.env.monotonic, retry_policy, interruptible)
        result = await one.run(prompt, asked=run.invocation.prompt)
    run.notes.note(await _advice(run, session, source))
    for remark in result.remarks:
        run.notes.note(remark)
    failure = build_failure(result) or _nothing_to_extract(run, result)
    if session.shape:
        failure = unfit(session.shape, result, failure)
    if failure:
        run.notes.error(failure)
    if not is_live(run) and run.env.stderr.isatty():
        from streamchat.render.reply.figures import format_usage

        run.notes.note(format_usage(result.received, result.seconds))
    status = exit_status(result)
    if status is ExitStatus.OK and session.disk_failed:
        status = ExitStatus.DISK
    elif status is ExitStatus.OK and failure:
        status = failure.status
    return status, prompt if is_taken_back(result) else ""


async def _name(run: Run, session: Session, source: ApiClient) -> None:
    """With `auto_title`, name the conversation once it has two exchanges. What fails, or takes
    long, leaves the title as it was."""
    import asyncio  # already imported for the answer

    from streamchat.app.auto_title import LEAVING_S, ask_title, is_due

    if not is_due(session):
        return
    with suppress(StreamchatError, TimeoutError):
        async with asyncio.timeout(LEAVING_S):
            title = await ask_title(session, mask_keys(run, session, source))
        session.record(session.conversation.rename(title))


async def _advice(run: Run, session: Session, source: ApiClient) -> str:
    """The SDK's line about the retirement of the model, if the SDK could be loaded."""
    try:
        return await advice_on(run, source, session.conversation.model)
    except ApiError:  # the reply failed for the same reason
        return ""


def _nothing_to_extract(run: Run, result: Result) -> StreamchatError | None:
    """With -x, an answer without a code block is a failure."""
    if not run.settings.extract:
        return None
    from streamchat.app.code_blocks import first_code_block  # loaded by the view

    text = result.message.text if result.message else ""
    if first_code_block(text) is not None:
        return None
    return StreamchatError("The answer has no code block. Without -x, all of it is printed.")
