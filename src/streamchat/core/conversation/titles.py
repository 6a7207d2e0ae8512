"""The title of a conversation that the user has not named."""

from __future__ import annotations

TITLE_LENGTH = 60
_MOST_READ = 1000  # characters of a text that a title is made from


def one_line(text: str) -> str:
    """The first line that is not blank, at most 60 characters, cut at a word."""
    lines = text.lstrip()[:_MOST_READ].splitlines()
    line = " ".join(lines[0].split()) if lines else ""
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[: TITLE_LENGTH - 1]
    words, space, _ = cut.rpartition(" ")
    return (words if space and len(words) > TITLE_LENGTH // 2 else cut) + "…"
