"""/think and /effort: how much the model reasons, within what it accepts."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_choice
from streamchat.app.commands.outcomes import Done, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.capabilities import ModelFacts
from streamchat.core.errors import UsageError
from streamchat.core.reasoning import EFFORTS, WIRE_THINKING

_DEFAULT = "default"
_SAID = {
    "adaptive": "The model thinks when it needs to; a summary is shown.",
    "hidden": "The model thinks when it needs to; nothing of it is shown.",
    "off": "The model does not think.",
    None: "The model decides whether to think.",
}


@command(f"/think [{'|'.join(WIRE_THINKING)}|default]", topic=Topic.REQUEST)
def think(session: Session, argument: str) -> Outcome:
    """Show or set how the model thinks. adaptive: it decides, and a dim summary is shown;
    hidden: it decides, and nothing is shown; off: no thinking; default: the model's own
    default."""
    if argument:
        facts = session.facts(session.conversation.model)
        takes = facts.thinking_settings
        session.thinking = _chosen(argument, tuple(WIRE_THINKING), takes, facts, "thinking")
    return Done(_SAID[session.thinking])


@command(f"/effort [{'|'.join(EFFORTS)}|default]", topic=Topic.REQUEST)
def effort(session: Session, argument: str) -> Outcome:
    """Show or set how much effort the model puts into an answer; default is the model's own
    default."""
    if argument:
        facts = session.facts(session.conversation.model)
        takes = EFFORTS if facts.efforts is None else facts.efforts
        session.effort = _chosen(argument, EFFORTS, takes, facts, "effort")
    return Done(f"The effort is {session.effort or 'the default of the model'}.")


def _chosen(
    argument: str,
    known: tuple[str, ...],
    takes: tuple[str, ...],
    facts: ModelFacts,
    what: str,
) -> str | None:
    """The chosen setting; None for the model's default. Raises UsageError."""
    if parse_choice(argument, (*known, _DEFAULT)) == _DEFAULT:
        return None
    if argument not in takes:
        offer = f"it accepts {', '.join(takes)}" if takes else "it cannot be set"
        raise UsageError(f"{facts.id} does not accept {what} {argument!r}: {offer}.")
    return argument
