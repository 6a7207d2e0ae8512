"""Selects the files of references in this run, and attaches those of the command line where
nobody can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from streamchat import __version__
from streamchat.app.session import Session
from streamchat.app.waiting import in_background
from streamchat.cli.run import Run
from streamchat.core.attachment_blocks import (
    Selection,
    each_file_once,
    list_blocks,
    list_remarks,
    why_ask,
)
from streamchat.core.errors import UsageError
from streamchat.core.media_limits import limits_for
from streamchat.core.settings import choose_proxy, parse_address, read_certificates
from streamchat.posix.files import pipe_wait

if TYPE_CHECKING:
    from streamchat.attachments import BuiltBlock
    from streamchat.core.media_limits import MediaLimits
    from streamchat.core.messages import Block
    from streamchat.posix.files import Wait


def select_files(
    run: Run, text: str, *, model: str, piped: bytes = b"", wait: Wait | None = None
) -> Selection:
    """The files of references in a text, in a form that the model accepts; `piped` is the
    content of -. Addresses are fetched, which takes up to ten seconds. Raises NotFound,
    InvalidRequest, and for an address any ApiError."""
    from streamchat import attachments  # 15 ms, and most chats attach nothing

    limits = limits_for(model)
    reach = attachments.ReferenceScope(
        run.env.cwd, piped, wait, limits, fetch=partial(_fetch, run, limits)
    )
    return attachments.select_files(text, reach)


def _fetch(run: Run, limits: MediaLimits | None, address: str) -> BuiltBlock:
    from streamchat.api.authorities import build_ssl_context
    from streamchat.attachments.connecting import Connector  # ssl: only for these
    from streamchat.attachments.fetching import Fetcher

    environ = run.env.environ
    trusting = partial(build_ssl_context, read_certificates(environ))
    fetcher = Fetcher(
        f"streamchat/{__version__}",
        run.env.clock,
        Connector(build_tls=trusting),
        find_proxy=lambda url: choose_proxy(parse_address(url), environ),
    )
    return fetcher.build_block(address, limits)


def wait_beside_the_loop() -> Wait | None:
    """Wait for a pipe in this thread only if it is not that of the event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return pipe_wait()
    return None


def names_files(run: Run, reference: str) -> bool:
    """Whether a reference is a file, a directory, a glob that matches, or an address."""
    from streamchat import attachments

    return attachments.names_files(reference, cwd=run.env.cwd)


def names_pipe(run: Run, text: str) -> bool:
    """Whether one of the references in a text is a named pipe, which may be silent."""
    from streamchat import attachments

    return attachments.names_pipe(text, cwd=run.env.cwd)


async def select_attachments(run: Run, piped: bytes) -> tuple[Selection, ...]:
    """The files that the arguments name; `piped` is the content of -."""
    selections = []
    for reference in run.invocation.attachments:
        select = partial(
            select_files,
            run,
            reference,
            model=run.settings.model,
            piped=piped,
            wait=pipe_wait(),
        )
        selections.append(await in_background(select))
    return tuple(selections)


async def attach(run: Run, session: Session, selections: tuple[Selection, ...]) -> None:
    """Attach what the role and the arguments name. Raises UsageError if a directory or a
    glob names so much that a person would be asked, unless --force allows it."""
    window = session.facts(session.conversation.model).window
    of_role = await _select_of_role(run, session)
    for selection in (*of_role, *selections):
        reason = why_ask(selection, window)
        if reason and not run.invocation.forces:
            who = "The role" if selection in of_role else "-a"
            raise UsageError(f"{who} would attach {reason}. Name fewer, or add --force.")
        for line in list_remarks(selection):
            run.notes.note(line)
    session.of_role = _blocks_of(of_role)
    session.attached = each_file_once((*session.of_role, *_blocks_of(selections)))
    for line in list_blocks(session.attached):
        run.notes.note(f"attached: {line}")


def _blocks_of(selections: Sequence[Selection]) -> tuple[Block, ...]:
    return tuple(block for selection in selections for block in selection.blocks)


async def _select_of_role(run: Run, session: Session) -> list[Selection]:
    """What the role attaches to the first message."""
    return [
        await in_background(partial(session.select_files, reference))
        for reference in run.settings.role_attach
    ]


async def attach_asking(
    run: Run, session: Session, confirm: Callable[[str], Awaitable[bool]]
) -> None:
    """Attach what the role and the arguments name, as /attach does it, where a person can be
    asked."""
    of_role = await _select_of_role(run, session)
    for selection in of_role:
        if await _is_wanted(run, session, selection, confirm):
            session.attach(selection.blocks)
            session.of_role += selection.blocks
    for reference in run.invocation.attachments:
        selection = await in_background(partial(session.select_files, reference))
        if await _is_wanted(run, session, selection, confirm):
            session.attach(selection.blocks)


async def _is_wanted(
    run: Run,
    session: Session,
    selection: Selection,
    confirm: Callable[[str], Awaitable[bool]],
) -> bool:
    for line in list_remarks(selection):
        run.notes.note(line)
    reason = why_ask(selection, session.facts(session.conversation.model).window)
    if not reason or run.invocation.forces:
        return True
    for line in list_blocks(selection.blocks):
        run.notes.note(line)
    return await confirm(f"Attach {reason}?")
