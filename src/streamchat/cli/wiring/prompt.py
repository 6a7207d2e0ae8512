"""What the settings and the terminal say about the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamchat.app.session import Session
from streamchat.cli.environment import Environment
from streamchat.core.keymap import build_keymap
from streamchat.core.prompt_settings import DEFAULT_PROMPT_SETTINGS, PromptSettings
from streamchat.core.settings import Settings
from streamchat.core.terminal import Depth

if TYPE_CHECKING:
    from streamchat.prompt import PromptLook


def read_prompt_settings(settings: Settings) -> PromptSettings:
    """What is set for the prompt."""
    keymap = build_keymap(
        settings.key_bindings,
        is_vi=settings.keys == "vi",
        enter_sends=settings.enter == "send",
    )
    return PromptSettings(keymap, settings.menu == "typing", settings.favorite_models)


def prompt_settings(session: Session) -> PromptSettings:
    """What is set for the prompt now."""
    return session.prompt or DEFAULT_PROMPT_SETTINGS


def build_prompt_look(env: Environment) -> PromptLook:
    """How the prompt may look on the terminal of stdout."""
    from streamchat.prompt import PromptLook

    terminal = env.terminal
    return PromptLook(
        unicode=terminal.unicode,
        colour=terminal.depth >= Depth.COLOURS_16,
        marks=terminal.takes_osc,
        joins=terminal.traits.joins,
        may_have_protocol=terminal.may_have_keyboard_protocol,
        here=str(env.cwd),
        status_line=terminal.is_live,
    )
