"""What a resumed chat shows before its first prompt: the last exchange and, with -c, the
title, the age and the directory of the conversation."""

from __future__ import annotations

from streamchat.app.listing import age
from streamchat.app.session import Session
from streamchat.app.waiting import until_stopped
from streamchat.cli.run import Run
from streamchat.core.formatting import format_path
from streamchat.core.ports import Reader, Screen
from streamchat.core.sanitize import clean_line, clean_title
from streamchat.core.times import parse_time

STOPPED = "Stopped. /show prints the rest."


async def show_resumed(session: Session, screen: Screen, reader: Reader) -> None:
    """Before the first prompt. A huge answer takes seconds; the user may stop it."""
    conversation = session.conversation
    history = screen.history(conversation.path, model=conversation.model)
    if await until_stopped(history, reader) is None:
        screen.notice(STOPPED)


def describe_resumed(run: Run, session: Session) -> str:
    """The line about the conversation of -c; "" for every other."""
    conversation = session.conversation
    if not run.settings.continue_newest or not conversation.path:
        return ""
    title = clean_title(conversation.title) or "untitled"
    details = []
    written = parse_time(conversation.path[-1].at)
    if written is not None:
        old = age(run.env.clock() - written)
        details.append("from just now" if old == "now" else f"from {old} ago")
    directory = conversation.header.directory
    if directory is not None and directory != str(run.env.cwd):
        details.append(f"begun in {format_path(clean_line(directory))}")
    return f"resumed: {title}" + (f" ({', '.join(details)})" if details else "")
