"""Work that is counted: a linear program is one whose counts are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Work:
    """What has been done since the beginning."""

    characters_lexed: int = 0
    lexings_given_up: int = 0
