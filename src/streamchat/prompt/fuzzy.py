"""Fuzzy matching: which texts contain the typed words or their letters in order, and how well.

Pure. Lower-case letters match capitals too. The better the match, the smaller the rank.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FuzzyTerms:
    """Words with blanks between them; a text must match each of them."""

    words: tuple[str, ...]
    _spread: tuple[re.Pattern[str], ...] = field(repr=False)

    @classmethod
    def of(cls, typed: str) -> FuzzyTerms:
        words = tuple(typed.split())
        return cls(words, tuple(_spread(word) for word in words))

    def rank(self, text: str, folded: str) -> int | None:
        """0 if the text begins with the words, 1 if it contains them, 2 if it contains their
        letters in order; None if it does not match. `folded` is the text in lower case."""
        worst = 0
        for word, spread in zip(self.words, self._spread, strict=True):
            where = text if word != word.lower() else folded
            if word in where:
                worst = max(worst, 0 if where.startswith(word) else 1)
            elif spread.search(where):
                worst = 2
            else:
                return None
        return worst

    def places(self, text: str) -> list[int]:
        """The characters of a text that make the match, in order."""
        folded = text.lower() if len(text.lower()) == len(text) else text
        places: set[int] = set()
        for word, spread in zip(self.words, self._spread, strict=True):
            where = text if word != word.lower() else folded
            if (at := where.find(word)) >= 0:
                places.update(range(at, at + len(word)))
            elif found := spread.search(where):
                places.update(found.start(group) for group in range(1, len(word) + 1))
        return sorted(places)


def _spread(word: str) -> re.Pattern[str]:
    """The letters in order; on one line, so that the cost is bounded by its length."""
    return re.compile("[^\n]*?".join(f"({re.escape(letter)})" for letter in word))


def rank_path(terms: FuzzyTerms, path: str, folded: str) -> tuple[int, int, int] | None:
    """How well a path matches: its last part counts first, then fewer directories, then
    length."""
    if not terms.words:
        return (0, path.count("/"), len(path))
    start = folded.rfind("/", 0, len(folded) - 1) + 1
    rank = terms.rank(path[start:], folded[start:])
    if rank is None:
        whole = terms.rank(path, folded)
        if whole is None:
            return None
        rank = 2 if whole < 2 else 4
    elif rank == 2:
        rank = 3
    return (rank, path.count("/"), len(path))


def best(ranked: Sequence[tuple[tuple[int, int, int], str]], most: int) -> list[str]:
    """The best paths, the best first."""
    import heapq

    return [path for _, path in heapq.nsmallest(most, ranked)]
