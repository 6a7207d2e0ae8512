"""Guesses which command a mistyped name stands for."""

from __future__ import annotations

from collections.abc import Iterable

MOST_GUESSES = 3
_LONGEST_NAME = 40  # characters; nobody mistypes a longer one
_SHORTEST_SLIP = 3  # letters; one slip turns a shorter name into any other
_LONG_NAME = 6  # letters; two slips turn a shorter name into another word


def near_spellings(name: str, known: Iterable[str]) -> list[str]:
    """The known names that start with `name` or are one slip away from it: a letter added,
    left out, replaced, or swapped with its neighbour. Long names may have two slips."""
    if not name or len(name) > _LONGEST_NAME:
        return []
    names = list(known)
    if longer := [each for each in names if each.startswith(name)]:
        return sorted(longer, key=len)[:MOST_GUESSES]
    if len(name) < _SHORTEST_SLIP:
        return []
    most = 2 if len(name) >= _LONG_NAME else 1
    slips = {each: count_slips(name, each) for each in names}
    least = min(slips.values(), default=most + 1)
    return [each for each in names if slips[each] == least <= most][:MOST_GUESSES]


def count_slips(one: str, other: str) -> int:
    """How many slips turn `one` into `other` (the optimal string alignment distance)."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            slips = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                slips = min(slips, rows[-2][j - 2] + 1)
            row.append(slips)
        rows.append(row)
    return rows[-1][-1]
