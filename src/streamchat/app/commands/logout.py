"""/logout: forget the key that is kept in the configuration directory."""

from __future__ import annotations

from streamchat.app.commands.registry import Done, Outcome, Topic, command
from streamchat.app.session import Session


@command("/logout", topic=Topic.PROGRAM)
def logout(session: Session, _argument: str) -> Outcome:
    """Remove the API key that the first run kept. This chat uses it until you leave."""
    if not session.forget_key():
        return Done("No key is kept in the configuration directory.")
    return Done("The key is removed. This chat uses it until you leave.")
