"""/model and /theme: choose from what there is."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_word
from streamchat.app.commands.config import split_flag
from streamchat.app.commands.outcomes import AskUser, Done, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.ports import Reader


@command("/model [ID]", topic=Topic.REQUEST)
def model(session: Session, argument: str) -> Outcome:
    """Use another model from now on: its ID, one of your own names ([aliases] in config.toml),
    or opus, sonnet, haiku for the newest of each. Without ID, choose from a list with
    prices."""
    if argument:
        name = parse_word(argument, "model")
        return Done(session.change_model(session.model_names(name)))
    current = session.conversation.model

    async def choose(reader: Reader) -> Outcome:
        if not reader.can_choose:
            return Done()
        listed = await session.configuration.models()
        chosen = await reader.choose("Which model?", listed, current=current)
        if chosen is None or chosen == current:
            return Done()
        return Done(session.change_model(chosen))

    return AskUser(choose, f"The model is {current}.")


@command("/theme [NAME] [--save]", topic=Topic.PROGRAM)
def theme(session: Session, argument: str) -> Outcome:
    """Set the colours until you leave; --save keeps them. Without NAME, choose from a list."""
    settings = session.configuration
    argument, saves = split_flag(argument, "--save")
    if argument:
        name = parse_word(argument, "theme")
        return Done(_set(session, name, saves=saves))

    async def choose(reader: Reader) -> Outcome:
        chosen = None
        if reader.can_choose:
            chosen = await reader.choose(
                "Which colours?", settings.themes(), current=settings.theme
            )
        return Done(_set(session, chosen, saves=saves) if chosen is not None else "")

    return AskUser(choose, f"The theme is {settings.theme}.")


def _set(session: Session, name: str, *, saves: bool) -> str:
    settings = session.configuration
    return settings.save("theme", name) if saves else settings.change("theme", name)
