"""Counts the work of the lexers, so that a test can see that it stays linear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class WorkCounter:
    characters_lexed: int = 0
    lexings_given_up: int = 0
