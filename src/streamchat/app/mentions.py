"""Attaches the files and addresses that a typed message names with `@`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

from streamchat.app.commands.attachments import list_selection
from streamchat.app.selecting import STOPPED, describe_wait, select_until_stopped
from streamchat.app.session import Session
from streamchat.core.attachment_blocks import (
    each_file_once,
    list_blocks,
    list_remarks,
    why_ask,
)
from streamchat.core.errors import StreamchatError
from streamchat.core.media_limits import require_fit
from streamchat.core.messages import Block, Message
from streamchat.core.ports import Reader, Screen

_LIKE_A_FILE = re.compile(r"/|\.[A-Za-z0-9]{1,5}$")  # and not like a name of a person


async def read_mentioned(
    session: Session,
    mentions: Iterable[tuple[str, ...]],
    reader: Reader,
    screen: Screen,
) -> tuple[Block, ...] | None:
    """The blocks for existing files and addresses; None if one cannot be sent, or the user
    refuses so many or stops a fetch. A mention without a file is text, and if it looks like a
    file, a notice says so. Each file is read once."""
    found = {candidates: _reference(session, candidates) for candidates in mentions}
    missing = [each[-1] for each, reference in found.items() if not reference]
    if wrong := [f"@{name}" for name in missing if _LIKE_A_FILE.search(name)]:
        screen.notice(f"Sent as text, as there is no such file: {', '.join(wrong)}.")
    references = [shlex.quote(each) for each in dict.fromkeys(found.values()) if each]
    return await read_attached(session, references, reader, screen)


async def read_attached(
    session: Session, references: Sequence[str], reader: Reader, screen: Screen
) -> tuple[Block, ...] | None:
    """The same for references, each quoted as for /attach."""
    blocks: tuple[Block, ...] = ()
    window = session.facts(session.conversation.model).window
    try:
        for reference in references:
            if wait := describe_wait(session, reference):
                screen.notice(wait)
            selection = await select_until_stopped(session, reference, reader)
            if selection is None:
                screen.notice(STOPPED)
                return None
            if reason := why_ask(selection, window):
                screen.notice("\n".join(list_selection(selection)))
                if not await reader.confirm(f"Attach {reason}?", default=False):
                    return None
            elif remarks := list_remarks(selection):
                screen.notice("\n".join(remarks))
            blocks = each_file_once((*blocks, *selection.blocks))
        require_fit([Message("user", blocks)], session.conversation.model)
    except StreamchatError as error:
        screen.error(error.message)
        return None
    if blocks:
        screen.notice("\n".join(["Attached:", *list_blocks(blocks)]))
    return blocks


def _reference(session: Session, candidates: tuple[str, ...]) -> str:
    return next(filter(session.names_files, candidates), "")
