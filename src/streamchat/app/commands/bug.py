"""/bug: writes a report to send with a bug."""

from __future__ import annotations

from streamchat.app.commands.outcomes import Done, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session


@command("/bug", topic=Topic.PROGRAM)
def bug(session: Session, _argument: str) -> Outcome:
    """Write a bug report to a file in this directory: versions, terminal, settings with their
    origins, kinds and timings of the last events. It contains no text of yours and no key."""
    return Done(f"The report is in {session.write_bug_report()}. Read it before you send it.")
