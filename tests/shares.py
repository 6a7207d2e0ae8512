"""Long sweeps: a share of the cases runs by default, all of them in .ci/run."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def share(cases: Iterable[object], *, every: int) -> list[object]:
    """Give the marker `slow` to all but each `every`-th case, beginning with the first. A case
    of several arguments is a tuple."""
    return [case if number % every == 0 else _slow(case) for number, case in enumerate(cases)]


def _slow(case: object) -> object:
    arguments = case if isinstance(case, tuple) else (case,)
    return pytest.param(*arguments, marks=pytest.mark.slow)
