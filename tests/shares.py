"""Long sweeps: a share of the cases runs by default, all of them in .ci/run."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def share(cases: Iterable[object], *, every: int) -> list[object]:
    """Give the marker `slow` to all but each `every`-th case, beginning with the first."""
    return [
        case if number % every == 0 else pytest.param(case, marks=pytest.mark.slow)
        for number, case in enumerate(cases)
    ]
