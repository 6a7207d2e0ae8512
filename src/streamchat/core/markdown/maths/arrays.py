r"""The columns of an array, `{cc|r}`: how they are aligned, and what is drawn between them."""

from __future__ import annotations

import re
from typing import NamedTuple

_repeated = re.compile(r"\*\{(1?[0-9])\}\{([lcr|]{1,8})\}")
_other = re.compile(r"[@!<>]\{[^{}]*\}")
_paragraph = re.compile(r"[pmb]\{[^{}]*\}")


class Layout(NamedTuple):
    """The layout of an array, besides its cells. Lines at its edges are not kept."""

    columns: str = ""  # l, c or r for each; "" for a matrix
    bars: frozenset[int] = frozenset()  # columns with a bar before them
    rules: frozenset[int] = frozenset()  # rows with a rule above them


def read_layout(columns: str, rules: frozenset[int]) -> Layout:
    r"""`columns` is the argument of `\begin{array}`."""
    columns = _repeated.sub(lambda match: match[2] * int(match[1]), columns)
    columns = _paragraph.sub("l", _other.sub("", columns))
    letters = ""
    bars = set()
    for letter in columns:
        if letter == "|":
            bars.add(len(letters))
        elif letter in "lcr":
            letters += letter
    return Layout(letters, frozenset(bars - {0, len(letters)}), rules)
