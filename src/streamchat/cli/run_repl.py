"""Builds and runs the REPL: draw the prompt first, then do the slow imports.

While the user types, a thread imports the SDK and the renderer, and the connection is opened.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, TextIO

from streamchat.app.commands.basics import COPY_INSTEAD
from streamchat.app.prompt_keys import keymap_of
from streamchat.app.repl import Repl
from streamchat.app.repl_comparisons import Compared
from streamchat.app.repl_outcomes import ImportSteps
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.app.waiting import in_background
from streamchat.cli.apply_settings import Chat
from streamchat.cli.attaching import attach_asking
from streamchat.cli.banner import NEW, build_banner
from streamchat.cli.clipboard import SystemClipboard
from streamchat.cli.live_server import LiveServer
from streamchat.cli.live_settings import changing_settings
from streamchat.cli.resumed import describe_resumed, show_resumed
from streamchat.cli.run import Run, require_key
from streamchat.cli.screen_labels import describe_session
from streamchat.cli.shell import open_shell
from streamchat.cli.signals import on_resize, on_stopped
from streamchat.cli.warm_up import WarmUp, ask_model_facts
from streamchat.cli.wiring import (
    GivenTexts,
    live_price,
    open_archive,
    open_model_cache,
    open_session,
    open_terminal_screen,
    read_given,
)
from streamchat.cli.wiring.prompt import keyboard, read_prompt_settings
from streamchat.cli.wiring.reader import build_names, open_reader
from streamchat.cli.wiring.source import advice_on, mask_keys, open_source
from streamchat.core.attachment_blocks import list_blocks
from streamchat.core.errors import Busy, ExitStatus
from streamchat.core.ports import Reader, Script
from streamchat.core.settings import Settings, needs_commanded_key
from streamchat.core.window_signals import Activity
from streamchat.models.facts import ModelLookup
from streamchat.posix.signals import interruptible

if TYPE_CHECKING:
    from streamchat.api import ApiClient
    from streamchat.prompt import EditorFiles
    from streamchat.prompt.early import EarlyPrompt
    from streamchat.render.screen.terminal_screen import TerminalScreen


def banner(run: Run, session: Session) -> list[str]:
    """The lines above the first prompt."""
    conversation = session.conversation
    return build_banner(
        run,
        model=conversation.model,
        name=conversation.title if conversation.turn_count else NEW,
        saves=session.journal.saves,
        attached=tuple(list_blocks(session.attached)),
    )


async def chat(run: Run, early: EarlyPrompt | None = None) -> int:
    """The REPL until the user leaves; returns the exit status. `early` is the first prompt,
    with the banner above it, if it is on the screen already."""
    require_key(run)
    with open_source(run) as source:
        given = await in_background(partial(read_given, run))
        confirm = partial(_confirm, run)
        session = await _session(run, given, confirm)
        await attach_asking(run, session, confirm)
        await converse(run, session, source, early=early)
    return ExitStatus.OK


async def _confirm(run: Run, question: str) -> bool:
    """Ask before the prompt is shown."""
    from streamchat.prompt import PlainPrompt

    with keyboard(run) as keys:
        prompt = PlainPrompt(keys, run.env.stdout)
        try:
            return await prompt.confirm(question, default=False)
        finally:
            run.env.unread.extend(prompt.take_unread())


async def _session(
    run: Run, given: GivenTexts, confirm: Callable[[str], Awaitable[bool]]
) -> Session:
    """The requested conversation. If another process has it open, a copy, if the user
    agrees."""
    archive = open_archive(run)
    try:
        return open_session(run, archive, given)
    except Busy as busy:
        if not await confirm(f"{busy.message} {COPY_INSTEAD}"):
            raise
        return open_session(run, archive, given, copied=busy.path)


async def converse(
    run: Run,
    session: Session,
    source: ApiClient,
    *,
    is_begun: bool = False,
    prefill: str = "",
    early: EarlyPrompt | None = None,
    compared: Compared | None = None,
    before: Settings | None = None,
) -> None:
    """The REPL on an open session; with `is_begun`, the conversation is already on the
    screen, `compared` are its last answers, and `before` the settings for that alone."""
    screen = open_terminal_screen(run, price=live_price(session))
    learning = _equip(run, session, screen, source)
    has_key = not needs_commanded_key(run.settings)
    warm_up = WarmUp(source, session, learning, has_key)

    def begin() -> None:
        screen.attention.show(Activity.IDLE)
        warm_up.begin()

    try:
        with ExitStack() as stack:
            keys = _open_terminal(run, screen, stack)
            reader = open_reader(
                run,
                keys,
                session,
                screen,
                early,
                on_ready=begin,
                unfold=lambda: repl.unfold(),
                may_ask=lambda: has_key,
            )
            stack.callback(reader.close)
            stack.enter_context(on_stopped(screen.attention.resting, reader.suspend))
            if not is_begun and early is None:
                await _show_beginning(run, session, screen, reader)
            repl = _build_repl(
                run, session, source, screen, reader, keys, prefill=prefill, compared=compared
            )
            server = LiveServer(session, repl, source, learning)
            async with changing_settings(run, Chat(session, repl, server, screen), before):
                await repl.run()
    finally:
        warm_up.end()
        screen.restore()
        session.close()
        await source.aclose()


def _equip(
    run: Run, session: Session, screen: TerminalScreen, source: ApiClient
) -> ModelLookup:
    """Give the session and the screen what only a terminal has. Returns the source of facts
    about models."""
    session.prompt = read_prompt_settings(run)
    session.is_read_aloud = run.env.terminal.is_accessible
    screen.stop_key = lambda: keymap_of(session).stop_key
    screen.stop_one_key = lambda: keymap_of(session).stop_one_key
    describe_session(run, session, screen)
    session.clipboard = SystemClipboard(run, session)
    session.warn = lambda text: screen.error(run.notes.redact(text))
    session.facts = learning = ModelLookup(
        partial(ask_model_facts, source), open_model_cache(run)
    )
    return learning


def _open_terminal(run: Run, screen: TerminalScreen, stack: ExitStack) -> TextIO:
    """Take over the signals of the terminal until the stack ends. Returns the keyboard."""
    keys = stack.enter_context(keyboard(run))
    stack.enter_context(on_resize(screen.resized))
    # A Ctrl-C between two prompts does nothing.
    stack.enter_context(interruptible(lambda: None))
    return keys


async def _show_beginning(
    run: Run, session: Session, screen: TerminalScreen, reader: Reader
) -> None:
    """The banner, and the last exchange of a resumed conversation."""
    screen.banner(banner(run, session))
    await show_resumed(session, screen, reader)
    if resumed := describe_resumed(run, session):
        screen.notice(resumed)


def _build_repl(
    run: Run,
    session: Session,
    source: ApiClient,
    screen: TerminalScreen,
    reader: Reader,
    keys: TextIO,
    *,
    prefill: str,
    compared: Compared | None,
) -> Repl:
    editor = _build_editor(run, keys)
    return Repl(
        session,
        mask_keys(run, session, source),
        reader,
        screen,
        run.env.monotonic,
        advice=partial(advice_on, run, source),
        open_in_editor=editor.open,
        edit_file=editor.edit,
        import_file=partial(_import, run, session),
        open_script=partial(_open_script, run),
        retry_policy=RetryPolicy(run.settings.retries),
        prefill=prefill,
        names=build_names(session, runs_shell=run.settings.shell),
        shell=open_shell(run, keys),
        allows_shell=run.settings.allow_shell,
        others=() if compared else run.invocation.others,
        is_blind=run.invocation.is_blind,
        compared=compared,
    )


def _import(run: Run, session: Session, path: str, name: str) -> ImportSteps:
    from streamchat.cli.import_export import import_in_chat  # for those who import

    return import_in_chat(run, session, path, name)


async def _open_script(run: Run, path: str, keyboard: Reader) -> Script:
    from streamchat.cli.script_file import open_script  # for those who have one

    return await open_script(run, path, keyboard)


def _build_editor(run: Run, keys: TextIO) -> EditorFiles:
    """Opens files in the user's editor, which reads from `keys`."""
    from streamchat.prompt import EditorFiles

    return EditorFiles(keys, run.env.environ)
