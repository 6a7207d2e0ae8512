r"""Formulas in TeX as text: `\frac{a}{b}` as a/b, matrices row by row.

A formula with an unknown macro, or with a part that has no form in text, stays as it was
written: half a formula would be wrong. Pure, and its work is bounded by LONGEST.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from streamchat.core.markdown.maths.block import split_rows, write_block
from streamchat.core.markdown.maths.line import BOLD_OFF, BOLD_ON, cells, write_line
from streamchat.core.markdown.maths.macro_names import ENVIRONMENTS
from streamchat.core.markdown.maths.nodes import Unformattable
from streamchat.core.markdown.maths.reading import read_formula

__all__ = ["ENVIRONMENTS", "FormulaPiece", "format_block", "format_formula"]

LONGEST = 8_000
_delimiters = re.compile(r"\$\$|\$|\\\[|\\\(|\[(?=\n)")
# TeX would take only the first letter; whoever writes this means all of them.
_glued = re.compile(r"(?<!\\)_(?:[ijklmn]{2}|[a-z]{3,})(?![A-Za-z])")
_before_end = re.compile(r" ([.,;] *)\Z")  # a formula ends a sentence
_mark = re.compile(f"({BOLD_ON}|{BOLD_OFF})")


class FormulaPiece(NamedTuple):
    text: str
    bold: bool


@lru_cache(256)
def format_formula(source: str) -> tuple[FormulaPiece, ...] | None:
    """The formula (given with its delimiters) in one line; None: show the source."""
    text = _formatted(source)
    return _pieces(text[0]) if text else None


@lru_cache(64)
def format_block(source: str, width: int) -> tuple[tuple[FormulaPiece, ...], ...] | None:
    """The same in as many lines as it has rows. If they are wider than `width`, nothing is
    aligned, and a matrix is on one line."""
    lines = _formatted(source, width)
    if lines and len(lines) > 1 and max(map(cells, lines)) > width:
        lines = _formatted(source, keeps_rows=True)
    return tuple(map(_pieces, lines)) if lines else None


def _formatted(
    source: str, width: int | None = None, *, keeps_rows: bool = False
) -> tuple[str, ...] | None:
    """Rows as rows if there is a `width`, else in one line."""
    body = _without_delimiters(source)
    if not body or len(source) > LONGEST or _glued.search(body) or _is_hostile(source):
        return None
    try:
        nodes = read_formula(body)
        if width is not None:
            lines = write_block(nodes, width)
        else:
            rows = split_rows(nodes) if keeps_rows else [nodes]
            lines = tuple(write_line(row).strip() for row in rows)
    except Unformattable:
        return None
    lines = tuple(_before_end.sub(r"\1", line).rstrip(" ") for line in lines)
    return lines if any(line.strip() for line in lines) else None


def _without_delimiters(source: str) -> str:
    match = _delimiters.match(source)
    size = len(match[0]) if match else 0
    return source[size : len(source) - size].strip()


def _is_hostile(source: str) -> bool:
    return BOLD_ON in source or BOLD_OFF in source


def _pieces(line: str) -> tuple[FormulaPiece, ...]:
    pieces = []
    depth = 0
    for part in _mark.split(line):
        if part == BOLD_ON:
            depth += 1
        elif part == BOLD_OFF:
            depth -= 1
        elif part:
            pieces.append(FormulaPiece(part, depth > 0))
    return tuple(pieces)
