"""/statusline and /time: what the program shows beside the conversation."""

from __future__ import annotations

from streamchat.app.commands.outcomes import Done, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted
from streamchat.core.status_line import OFF, STATUS_PARTS, choose_parts

_ON = "on"


@command("/statusline [on|off|PARTS]", topic=Topic.PROGRAM)
def statusline(session: Session, argument: str) -> Outcome:
    """Show or set what the line below the prompt shows. PARTS are some of model, effort,
    context, cost, cache, queue, attachments, title, in the order you want; on shows all of
    them."""
    words = argument.replace(",", " ").split()
    if words:
        session.preferences.status_line = _chosen(words)
    parts = choose_parts(session.preferences.status_line)
    if not parts:
        return Done("There is no line below the prompt; /statusline on shows it.")
    return Done(f"The line below the prompt shows {', '.join(parts)}.")


@command("/time", topic=Topic.PROGRAM)
def time(session: Session, _argument: str) -> Outcome:
    """Show the model and the time of day below each answer, or stop showing them."""
    preferences = session.preferences
    preferences.no_times = not preferences.no_times
    shown = "no longer shown" if preferences.no_times else "shown"
    return Done(f"The model and the time are {shown} below an answer.")


def _chosen(words: list[str]) -> tuple[str, ...]:
    if words == [_ON]:
        return ()
    for word in words:
        if word not in (*STATUS_PARTS, OFF):
            choices = ", ".join(STATUS_PARTS)
            raise UsageError(
                f"{quoted(word)} is not a part; write on, off or some of {choices}."
            )
    return tuple(words)
