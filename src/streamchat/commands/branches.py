"""The commands that move about in the tree of turns. Nothing is ever taken out of it."""

from __future__ import annotations

from streamchat.commands.table import Answer, Done, Outcome, command, positive
from streamchat.errors import UsageError
from streamchat.session import Session


@command("/retry [MODEL]")
def retry(session: Session, argument: str) -> Outcome:
    """Ask the last question again, of another model if one is named; the old answer
    stays in the file."""
    head = session.conversation.head
    if head is None or session.conversation.last_question is None:
        raise UsageError("There is no question to ask again.")
    if argument:
        session.record(session.conversation.configure(model=argument))
    session.record(session.conversation.retry())
    return Answer(otherwise=head)


@command("/undo [N]")
def undo(session: Session, argument: str) -> Outcome:
    """Take back the last N exchanges (1 if not said); they stay in the file."""
    count = positive(argument, default=1)
    asked = sum(turn.message.role == "user" for turn in session.conversation.path)
    if not asked:
        raise UsageError("There is nothing to undo.")
    session.record(session.conversation.undo(min(count, asked)))
    return Done(f"Took back {_exchanges(min(count, asked))}.")


def _exchanges(count: int) -> str:
    return "1 exchange" if count == 1 else f"{count} exchanges"
