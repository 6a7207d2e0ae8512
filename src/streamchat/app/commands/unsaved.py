"""Asks before an unsaved conversation is closed."""

from __future__ import annotations

from collections.abc import Callable

from streamchat.app.commands.outcomes import AskUser, Done, Outcome
from streamchat.app.session import Session
from streamchat.core.ports import Reader


def unless_unsaved(session: Session, act: Callable[[], Outcome]) -> Outcome:
    """Do `act`, which closes the conversation; if the conversation is unsaved, ask first."""
    problem = session.why_unsaved()
    if not problem:
        return act()

    async def confirm(reader: Reader) -> Outcome:
        question = f"{problem} Leave this conversation without saving it?"
        if not await reader.confirm(question, default=False):
            return Done("/save writes this conversation to a new file.")
        session.gives_up = True
        return act()

    return AskUser(confirm)
