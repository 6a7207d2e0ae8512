"""Work that is counted, not timed: a linear program is one whose counts are."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def calls_during(work: Callable[[], object]) -> int:
    """Count the calls, of Python and of C, that `work` makes."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
