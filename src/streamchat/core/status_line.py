"""The line below the prompt: the names of its parts, and which of them fit.

Pure. The application knows what a part says, the terminal how wide it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from streamchat.core.options.output import STATUS_PARTS as STATUS_PARTS

OFF = "off"
UNSAVED = "unsaved"  # not one of the names: it is a warning, which is always shown
_KEPT_LONGEST = (
    *(UNSAVED, "attachments", "queue", "model", "context", "cost", "cache"),
    *("effort", "title"),
)


@dataclass(frozen=True, slots=True)
class StatusPart:
    """One part; `brief` is shown where `text` does not fit."""

    name: str
    text: str
    brief: str = ""


def choose_parts(words: Sequence[str]) -> tuple[str, ...]:
    """The parts that a setting names: all for no word, none for off."""
    if OFF in words:
        return ()
    return tuple(dict.fromkeys(words)) or STATUS_PARTS


def fit_parts(
    parts: Sequence[StatusPart], width: int, separator: str, cells: Callable[[str], int]
) -> str:
    """The parts that fit, in their order. Those that matter least are left out first."""
    shown: dict[str, str] = {}
    room = width + cells(separator)
    for part in sorted(parts, key=lambda part: _KEPT_LONGEST.index(part.name)):
        for text in filter(None, (part.text, part.brief)):
            if (taken := cells(text) + cells(separator)) <= room:
                shown[part.name] = text
                room -= taken
                break
    return separator.join(shown[part.name] for part in parts if part.name in shown)
