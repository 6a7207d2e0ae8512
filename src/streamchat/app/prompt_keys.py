"""The current settings of the prompt, and the keys for texts that name them."""

from __future__ import annotations

from streamchat.app.session import Session
from streamchat.core.keymap import KeyMap
from streamchat.core.prompt_settings import DEFAULT_PROMPT_SETTINGS, PromptSettings


def prompt_settings(session: Session) -> PromptSettings:
    """The defaults where there is no prompt."""
    return session.prompt or DEFAULT_PROMPT_SETTINGS


def keymap_of(session: Session) -> KeyMap:
    """The keys as they are bound."""
    return prompt_settings(session).keymap


def describe_waiting(session: Session, doing: str = "Fetching") -> str:
    """What is shown while an address is fetched or a pipe is read."""
    return f"{doing}; {keymap_of(session).stop_key} stops it."
