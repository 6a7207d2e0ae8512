"""How a text is cut into deltas, and how fast they are sent: irregular, but always the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import cycle

INSTANT = math.inf  # tokens a second: no delay at all
TALKING_SPEED = 80.0  # tokens a second, about what a fast model gives

# 23 sizes with a mean of 3.7 characters: the pattern repeats too late to be seen.
_SIZES = (4, 2, 6, 3, 5, 1, 4, 4, 6, 2, 3, 5, 6, 1, 4, 3, 6, 5, 2, 4, 1, 5, 3)
# How long each delta takes, over the mean: mostly short, now and then a pause.
_GAPS = (0.4, 0.7, 0.3, 1.2, 0.5, 2.6, 0.6, 0.4, 0.9, 0.3, 3.1)


def pieces(text: str) -> Iterator[str]:
    """Cut into deltas of 1 to 6 characters; a prefix of the text is cut the same way."""
    at = 0
    for size in cycle(_SIZES):
        if at >= len(text):
            return
        yield text[at : at + size]
        at += size


class Pace:
    """Keeps to a number of tokens a second, without drift. `wait` waits for some seconds."""

    def __init__(
        self, tokens_per_s: float, *, now: Callable[[], float], wait: Callable[[float], None]
    ) -> None:
        self._mean_s = 1 / tokens_per_s
        self._gaps = cycle(_GAPS)
        self._now = now
        self._wait = wait
        self._due = now()

    def tick(self) -> None:
        """Wait until the next token is due."""
        self.pause(next(self._gaps))

    def pause(self, tokens: float) -> None:
        """Wait as long as that many tokens take."""
        self._due += self._mean_s * tokens
        self._wait(self._due - self._now())
