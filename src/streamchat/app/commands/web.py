"""/web: whether the model may search and read the web, and which sites."""

from __future__ import annotations

from dataclasses import replace

from streamchat.app.commands.arguments import parse_words
from streamchat.app.commands.outcomes import Done, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted
from streamchat.core.settings.address import is_domain


@command("/web [on|off|SITES]", topic=Topic.REQUEST)
def web(session: Session, argument: str) -> Outcome:
    """Show or set whether the model may search and read the web. SITES are the only domains
    it may use (example.com docs.python.org). Searches cost extra."""
    words = parse_words(argument)
    if words[:1] == ["sites"] and words[1:]:
        words = words[1:]
    if words == ["off"]:
        session.web = None
    elif words == ["on"]:
        session.web = session.web or session.web_setup
    elif words:
        session.web = replace(
            session.web or session.web_setup, allowed=_domains(words), blocked=()
        )
    if session.web is None:
        return Done("The web is off.")
    model = session.conversation.model
    takes = "" if session.tools() else f" But {model} cannot use it."
    return Done(f"The web is {session.web.format_setting()}.{takes}")


def _domains(words: list[str]) -> tuple[str, ...]:
    for word in words:
        if not is_domain(word):
            raise UsageError(f"{quoted(word)} is not a domain; write on, off or example.com.")
    return tuple(words)
