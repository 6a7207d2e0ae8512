"""What the user set for the prompt, as one value that can change during a chat."""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.core.keymap import DEFAULT_KEYMAP, KeyMap


@dataclass(frozen=True, slots=True)
class PromptSettings:
    """`favorite_models` are those that a key switches between; with `opens_menu`, the menu
    opens while the user types."""

    keymap: KeyMap = DEFAULT_KEYMAP
    opens_menu: bool = True
    favorite_models: tuple[str, ...] = ()


DEFAULT_PROMPT_SETTINGS = PromptSettings()
