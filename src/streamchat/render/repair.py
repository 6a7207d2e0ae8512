"""Half-written inline markup, closed for the live view.

Must not be used for anything that settles: what it guesses may turn out otherwise.
"""

from __future__ import annotations


def repaired(text: str) -> str:
    return text
