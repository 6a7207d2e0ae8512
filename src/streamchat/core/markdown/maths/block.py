"""Nodes to a block of several lines: rows as rows, all else in one line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from streamchat.core.markdown.maths.line import BRACKETS, cells, write_line
from streamchat.core.markdown.maths.nodes import (
    BLANK,
    Node,
    Role,
    Rows,
    Scripts,
    Symbol,
    is_blank,
)

_TALL = {  # first, middle and last row
    "(": "⎛⎜⎝",
    ")": "⎞⎟⎠",
    "[": "⎡⎢⎣",
    "]": "⎤⎥⎦",
    "{": "⎧⎪⎩",
    "}": "⎫⎪⎭",
    "|": "│││",
    "‖": "‖‖‖",
}
_WITHOUT_BRACKETS = frozenset({"array", "matrix", "smallmatrix"})


class Block(NamedTuple):
    """Lines of equal width, and which of them is in the line of what is beside it."""

    lines: tuple[str, ...]
    middle: int

    @property
    def width(self) -> int:
        return max(map(cells, self.lines))


def write_block(nodes: Sequence[Node]) -> Block:
    """Rows as rows, all else in one line."""
    kept = [node for node in nodes if not is_blank(node)]
    if len(kept) == 1 and isinstance(kept[0], Rows):
        return _rows_block(kept[0])
    if not any(isinstance(node, Rows) and len(node.rows) > 1 for node in nodes):
        return Block((write_line(nodes),), 0)
    block = Block(("",), 0)
    run: list[Node] = []
    rest = list(nodes)
    while rest:
        node = rest.pop(0)
        if not isinstance(node, Rows):
            run.append(node)
            continue
        opening = closing = ""
        if node.kind in _WITHOUT_BRACKETS:
            opening, closing = _taken_bracket(run, -1, "open"), _taken_bracket(rest, 0, "close")
        block = _beside(block, Block((write_line(run),), 0))
        rows = _rows_block(node, opening, closing)
        block = _beside(block, _with_script(rows, rest) if closing else rows)
        run = []
    return _beside(block, Block((write_line(run),), 0))


def split_rows(nodes: Sequence[Node]) -> list[tuple[Node, ...]]:
    """Rows that are aligned, each as the nodes of a line; else all nodes as one."""
    kept = [node for node in nodes if not is_blank(node)]
    match kept:
        case [Rows("aligned", rows)]:
            return [tuple(chain.from_iterable((BLANK, *cell) for cell in row)) for row in rows]
        case _:
            return [tuple(nodes)]


def _taken_bracket(run: list[Node], at: int, role: Role) -> str:
    """Take the bracket at that end of `run`. It is beside rows and becomes as tall as
    they are."""
    while run and is_blank(run[at]):
        run.pop(at)
    match run[at] if run else None:
        case Symbol(text, found) if found == role and text in _TALL:
            run.pop(at)
            return text
        case Scripts((Symbol(text, found),), below, above) if found == role and text in _TALL:
            run[at] = Scripts((), below, above)
            return text
    return ""


def _with_script(rows: Block, rest: list[Node]) -> Block:
    """Put the script of the bracket that was taken beside the first row."""
    if not rest or not isinstance(rest[0], Scripts) or rest[0].base:
        return rows
    script = write_line((rest.pop(0),))
    return Block((rows.lines[0] + script, *rows.lines[1:]), rows.middle)


def _beside(left: Block, right: Block) -> Block:
    if left.lines == ("",):
        return right
    if right.lines == ("",):
        return left
    above = max(left.middle, right.middle)
    below = max(len(left.lines) - left.middle, len(right.lines) - right.middle)
    ours, theirs = _padded(left, above, below), _padded(right, above, below)
    gap = "" if right.lines[right.middle][:1] in (",", ".", ";") else " "
    lines = tuple(f"{one}{gap}{other}" for one, other in zip(ours, theirs, strict=True))
    return Block(lines, above)


def _padded(block: Block, above: int, below: int) -> list[str]:
    width = block.width
    lines = [line + " " * (width - cells(line)) for line in block.lines]
    empty = " " * width
    after = below - (len(lines) - block.middle)
    return [empty] * (above - block.middle) + lines + [empty] * after


def _rows_block(node: Rows, opening: str = "", closing: str = "") -> Block:
    table = [[write_line(cell) for cell in row] for row in node.rows]
    columns = max(map(len, table))
    widths = [
        max(cells(row[column]) if column < len(row) else 0 for row in table)
        for column in range(columns)
    ]
    if node.kind == "aligned":
        lines = [_aligned(row, widths) for row in table]
        return Block(tuple(lines), (len(lines) - 1) // 2)
    gap = "  "
    padded = [
        gap.join(
            (row[column] if column < len(row) else "").ljust(
                width + _combined(row[column] if column < len(row) else "")
            )
            for column, width in enumerate(widths)
        )
        for row in table
    ]
    before, after = BRACKETS.get(node.kind, ("", ""))
    return _fenced(padded, opening or before, closing or after)


def _combined(text: str) -> int:
    return len(text) - cells(text)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    """Cells in turn right and left aligned, as `&` asks for."""
    line = ""
    for column, (cell, width) in enumerate(zip(row, widths, strict=False)):
        space = " " * (width - cells(cell))
        if column % 2:
            line += f" {cell}{space}"
        else:
            line += ("   " if column else "") + f"{space}{cell}"
    return line.rstrip(" ") if len(widths) > 1 else line.strip(" ")


def _fenced(lines: Sequence[str], opening: str, closing: str) -> Block:
    if len(lines) == 1:
        return Block((f"{opening}{lines[0].rstrip(' ')}{closing}",), 0)
    fenced = []
    for number, line in enumerate(lines):
        part = 0 if number == 0 else 2 if number == len(lines) - 1 else 1
        left = f"{_TALL[opening][part]} " if opening else ""
        right = f" {_TALL[closing][part]}" if closing else ""
        fenced.append(f"{left}{line}{right}")
    return Block(tuple(fenced), (len(lines) - 1) // 2)
