"""The commands about how much the model thinks, by what it says that it can do."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_choice
from streamchat.app.commands.registry import Done, Outcome, command
from streamchat.app.session import Session
from streamchat.core.capabilities import EFFORTS, WIRE_THINKING, ModelFacts
from streamchat.core.errors import UsageError

_DEFAULT = "default"
_SAID = {
    "adaptive": "The model thinks as it sees fit, and shows a summary.",
    "hidden": "The model thinks as it sees fit, and shows nothing of it.",
    "off": "The model is asked not to think.",
    None: "Whether the model thinks is left to it.",
}


@command("/think [adaptive|hidden|off|default]")
def think(session: Session, argument: str) -> Outcome:
    """Show or set how the model thinks: adaptive shows a dim summary, hidden shows none,
    off asks for no thinking, default leaves it to the model."""
    if argument:
        facts = session.facts(session.conversation.model)
        takes = facts.thinking_settings
        session.thinking = _chosen(argument, tuple(WIRE_THINKING), takes, facts, "thinking")
    return Done(_SAID[session.thinking])


@command("/effort [low|medium|high|xhigh|max|default]")
def effort(session: Session, argument: str) -> Outcome:
    """Show or set how hard the model tries; default leaves it to the model."""
    if argument:
        facts = session.facts(session.conversation.model)
        takes = EFFORTS if facts.efforts is None else facts.efforts
        session.effort = _chosen(argument, EFFORTS, takes, facts, "effort")
    return Done(f"The effort is {session.effort or 'left to the model'}.")


def _chosen(
    argument: str,
    known: tuple[str, ...],
    takes: tuple[str, ...],
    facts: ModelFacts,
    what: str,
) -> str | None:
    """The setting, None for the model's default. Raises UsageError."""
    if parse_choice(argument, (*known, _DEFAULT)) == _DEFAULT:
        return None
    if argument not in takes:
        offer = f"it takes {', '.join(takes)}" if takes else "it cannot be set"
        raise UsageError(f"{facts.id} does not take {what} {argument!r}: {offer}.")
    return argument
