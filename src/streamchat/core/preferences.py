"""What the user prefers to see and to be asked; commands and /config change it in a chat."""

from __future__ import annotations

from dataclasses import dataclass, fields

from streamchat.core.settings import Settings


@dataclass(slots=True)
class Preferences:
    """Each field is the setting of its name."""

    status_line: tuple[str, ...] = ()
    secrets: str = "ask"


PREFERENCES = tuple(each.name for each in fields(Preferences))


def build_preferences(settings: Settings) -> Preferences:
    return Preferences(**{name: getattr(settings, name) for name in PREFERENCES})
