"""Lines of prose as rows, wrapped between words.

Owns the indentation of wrapped lines, addresses that are wider than a row, and an unfinished
last row, which the next leaf continues. Must not know inline Markdown: lines are spans.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from streamchat.render.cells import wrap, wrap_keeping_indent
from streamchat.render.markdown.container_prefix import Prefix
from streamchat.render.markdown.hanging import hanging_cells, wrap_hanging
from streamchat.render.markdown.links import addresses_apart, is_long_address
from streamchat.render.rows import Row
from streamchat.render.spans import Breaker, Line, Span, build_row, cut_off, dealt, text_of

Spans: TypeAlias = tuple[Span, ...]
Cut: TypeAlias = Callable[[Spans, Spans, Spans, int, Breaker], tuple[Row, ...]]


class UnfinishedRow(NamedTuple):
    """The last row of a leaf whose line continues in the next leaf."""

    line: Line
    before: Spans
    hang: int  # cells by which rows after the line's first one are indented
    is_first: bool  # whether it is the first row of that line


def prose_rows(
    lines: Sequence[Line],
    prefix: Prefix,
    width: int,
    cut: Cut,
    *,
    lets_wrap: bool,
    begun: UnfinishedRow | None,
    goes_on: bool,
) -> tuple[list[Row], UnfinishedRow | None]:
    """`width` is that of the text. `lets_wrap`: the terminal wraps an address that is wider
    than a row, so that it is copied as one. `goes_on`: the last row is not finished, because
    the next leaf continues it."""
    if begun is not None:
        lines = [[*begun.line, *lines[0]], *lines[1:]]
    parts = [
        part
        for line in lines
        for part in (addresses_apart(line, width) if lets_wrap else [line])
    ]
    first, rest = tuple(prefix.first), tuple(prefix.rest)
    rows: list[Row] = []
    for number, part in enumerate(parts, start=1):
        if begun is None or not begun.line:
            hang = hanging_cells(text_of(part), width)
            begun = UnfinishedRow(part, rest if rows else first, hang, is_first=True)
        _, before, hang, is_first = begun
        begun = None
        after = (*rest, Span(" " * hang)) if hang else rest
        is_left = goes_on and number == len(parts)
        if lets_wrap and is_long_address(part, width):
            if is_left:
                begun = UnfinishedRow(part, before, 0, is_first=True)
            else:
                rows.append(build_row(part))
            continue
        room, breaker = width, wrap_hanging if hang else wrap_keeping_indent
        if not is_first:
            room, breaker = max(1, width - hang), wrap
        if is_left:
            *full, last = breaker(text_of(part), room)
            for row in dealt(part, full):
                rows.append(build_row([*before, *row]))
                before = after
            left = cut_off(part, last.start) if full else part
            begun = UnfinishedRow(left, before, hang, is_first=is_first and not full)
        else:
            rows += cut(tuple(part), before, after, room, breaker)
    return rows, begun
