"""The keys that change the model and the effort: each takes the next of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from streamchat.app.prompt_keys import prompt_settings
from streamchat.app.session import Session
from streamchat.core.reasoning import EFFORTS

Each = TypeVar("Each")

NO_FAVORITES = 'Name your models: favorite_models = ["opus", "haiku"] in config.toml.'


def use_next_model(session: Session) -> str:
    """Switch to the next of the user's models. Returns the line that says so."""
    favorites = prompt_settings(session).favorite_models
    names = list(dict.fromkeys(session.model_names(name) for name in favorites))
    current = session.conversation.model
    if not names:
        return NO_FAVORITES
    if names == [current]:
        return f"{current} is the only one of favorite_models."
    return session.change_model(_next(names, current))


def use_next_effort(session: Session) -> str:
    """Switch to the next effort that the model accepts; the last is its own default. Returns
    the line that says so."""
    facts = session.facts(session.conversation.model)
    efforts = EFFORTS if facts.efforts is None else facts.efforts
    if not efforts:
        return f"{facts.id} has no levels of effort."
    session.effort = _next([*efforts, None], session.effort)
    return f"The effort is {session.effort or 'the default of the model'}."


def _next(those: Sequence[Each], current: Each) -> Each:
    """The one after the current one, or the first."""
    return those[(those.index(current) + 1) % len(those)] if current in those else those[0]
