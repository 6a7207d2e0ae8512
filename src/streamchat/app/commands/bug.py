"""/bug: what to send with the report of a fault."""

from __future__ import annotations

from streamchat.app.commands.outcomes import Done, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError


@command("/bug", topic=Topic.PROGRAM)
def bug(session: Session, argument: str) -> Outcome:
    """Write a report for a bug to a file here: versions, terminal, settings with their
    origins, kinds and timings of the last events. It holds no text and no key."""
    if argument:
        raise UsageError("/bug takes no argument.")
    return Done(f"The report is in {session.write_bug_report()}. Read it before you send it.")
