"""Selects the files of references, without blocking the program.

Files are read and addresses fetched in a thread that the user can abandon.
"""

from __future__ import annotations

from streamchat.app.prompt_keys import describe_waiting
from streamchat.app.session import Session
from streamchat.app.waiting import in_background, until_stopped
from streamchat.core.attachment_blocks import Selection, names_address
from streamchat.core.ports import Reader

STOPPED = "Stopped. Nothing was attached."


def describe_wait(session: Session, text: str) -> str:
    """What is shown while references are read that take time; "" for files."""
    if names_address(text):
        return describe_waiting(session)
    return describe_waiting(session, "Reading the pipe") if session.names_pipe(text) else ""


async def select_until_stopped(session: Session, text: str, reader: Reader) -> Selection | None:
    """See Session.select_files for what it raises; None if the user stopped it."""
    selecting = in_background(lambda: session.select_files(text))
    selected = await until_stopped(selecting, reader)
    return selected.result if selected else None
