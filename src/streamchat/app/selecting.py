"""Selects what a text of references stands for, without holding up the program.

Addresses are fetched and pipes are read in a thread that the user can leave behind. Reading a
file can be interrupted.
"""

from __future__ import annotations

from contextlib import suppress

from streamchat.app.session import Session
from streamchat.app.waiting import in_background, until_stopped
from streamchat.core.attachment_blocks import Selection, names_address
from streamchat.core.errors import PipeNotRead
from streamchat.core.ports import Reader

STOPPED = "Stopped. Nothing was attached."


async def select_until_stopped(session: Session, text: str, reader: Reader) -> Selection | None:
    """See Session.select_files for what it raises; None if the user stopped it."""
    if not names_address(text):
        try:
            with suppress(PipeNotRead), reader.interrupting():
                return session.select_files(text)
        except KeyboardInterrupt:
            return None
    selecting = in_background(lambda: session.select_files(text))
    selected = await until_stopped(selecting, reader)
    return selected.result if selected else None
