"""The commands about what a conversation takes: tokens, dollars, the model's context."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_dollars
from streamchat.app.commands.registry import Compact, CountRequest, Done, Outcome, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError


@command("/tokens [TEXT]")
def tokens(_session: Session, argument: str) -> Outcome:
    """Count and price the next request (with TEXT as its question), and say what of it is
    probably in the prompt cache, and for how long."""
    return CountRequest(argument)


@command("/budget [USD|off]")
def budget(session: Session, argument: str) -> Outcome:
    """Show what was spent since streamchat started, or set a cap: a turn that would pass
    it is not sent, and an answer that does is stopped."""
    bill = session.budget
    if argument:
        bill.cap_usd = None if argument == "off" else parse_dollars(argument)
    if not bill.billed:
        return Done("The demo costs nothing.")
    cap = "" if bill.cap_usd is not None else "; there is no cap"
    return Done(f"Spent: {bill.in_words}{cap}.")


@command("/compact [FOCUS]")
def compact(session: Session, argument: str) -> Outcome:
    """Let the model sum the conversation up, FOCUS above all, and go on from the summary;
    the old branch stays, and /undo goes back to it."""
    if session.conversation.last_reply is None:
        raise UsageError("There is nothing to sum up yet.")
    return Compact(argument)
