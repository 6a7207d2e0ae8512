"""The commands about tokens, dollars and the context window."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_dollars
from streamchat.app.commands.outcomes import Compact, CountRequest, Done, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.formatting import format_cap


@command("/tokens [TEXT]", "context", topic=Topic.COST)
def tokens(_session: Session, argument: str) -> Outcome:
    """Count and price the next request, with TEXT as its question. Also say how much of it
    is probably in the prompt cache, and for how long."""
    return CountRequest(argument)


@command("/budget [USD|off]", "cost", "usage", topic=Topic.COST)
def budget(session: Session, argument: str) -> Outcome:
    """Show the cost since streamchat started, or set a cap on it. A turn that would exceed
    the cap is not sent; an answer that exceeds it is stopped."""
    bill = session.budget
    if argument:
        bill.cap_usd = None if argument == "off" else parse_dollars(argument)
    if not bill.billed:
        return Done("The demo costs nothing.")
    if bill.day_cap_usd is not None:
        cap = f"; {format_cap(bill.day_cap_usd)} may be spent in a day"
    else:
        cap = "" if bill.cap_usd is not None else "; no cap is set"
    return Done(f"Spent: {bill.format_spent()}{cap}.")


@command("/compact [FOCUS]", topic=Topic.COST, takes_lines=True)
def compact(session: Session, argument: str) -> Outcome:
    """Let the model summarise the conversation, with special attention to FOCUS, and
    continue from the summary. The old branch stays in the tree; /undo goes back to it."""
    if session.conversation.last_reply is None:
        raise UsageError("There is nothing to summarise yet.")
    return Compact(argument)
