"""Short names of models: `opus`, `sonnet`, `haiku`, and the user's own.

A family stands for the newest model that the server has listed. Pure: it asks no server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

# What a family stands for at Anthropic as long as no list is known.
FAMILIES: Mapping[str, str] = {
    "opus": "claude-opus-5-5",
    "sonnet": "claude-sonnet-5-5",
    "haiku": "claude-haiku-5-5",
}


@dataclass(frozen=True, slots=True)
class ModelNames:
    """Call it with a name to get the id. `own` are the user's names; `listed` returns the ids
    that the server has listed, newest first, and is called only for a family. Without
    `has_families`, a family that was not listed is taken for an id."""

    own: Mapping[str, str]
    listed: Callable[[], Sequence[str]]
    has_families: bool = True

    def __call__(self, name: str) -> str:
        """The id, or the name itself if it is not a short name. A name of the user's own may
        stand for a family."""
        name = self.own.get(name, name)
        if name not in FAMILIES:
            return name
        of_family = re.compile(rf"(?:^|[-./]){name}(?:$|[-.:@])")
        found = (id for id in self.listed() if of_family.search(id))
        return next(found, FAMILIES[name] if self.has_families else name)

    def known(self) -> dict[str, str]:
        """Every short name and what it stands for now."""
        return {name: self(name) for name in (*FAMILIES, *self.own)}


def _nothing_listed() -> Sequence[str]:
    return ()


NO_SHORT_NAMES = ModelNames({}, _nothing_listed, has_families=False)
