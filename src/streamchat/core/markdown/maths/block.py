"""Nodes to a block of several lines: rows as rows, all else in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from streamchat.core.markdown.maths.line import BRACKETS, cells, spaced_sign, write_line
from streamchat.core.markdown.maths.nodes import (
    BLANK,
    Fraction,
    Node,
    Role,
    Rows,
    Scripts,
    Symbol,
    is_blank,
)
from streamchat.core.markdown.maths.shapes import is_inference

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
_WITHOUT_BRACKETS = frozenset({"array", "matrix", "smallmatrix", "aligned"})
_number = re.compile(r"[-+−]?[0-9]+(?:[.,/][0-9]+)*%?")


class Block(NamedTuple):
    """Lines of equal width, and which of them is in the line of what is beside it."""

    lines: tuple[str, ...]
    middle: int

    @property
    def width(self) -> int:
        return max(map(cells, self.lines))


def write_block(nodes: Sequence[Node], width: int) -> tuple[str, ...]:
    """Rows as rows, all else in one line. What is too wide is continued below."""
    lines: list[str] = []
    block = Block(("",), 0)
    for part in _parts(nodes):
        wider = _beside(block, part)
        if wider.width > width and block.lines != ("",):
            lines += block.lines
            wider = part
        block = wider
    return (*lines, *block.lines)


def _parts(nodes: Sequence[Node]) -> Iterator[Block]:
    """The rows, each with what is before them."""
    kept = [node for node in nodes if not is_blank(node)]
    if len(kept) == 1 and isinstance(kept[0], Rows):
        yield _rows_block(kept[0])
        return
    if not any(map(_is_tall, nodes)):
        yield Block((write_line(nodes),), 0)
        return
    run: list[Node] = []
    rest = list(nodes)
    while rest:
        node = rest.pop(0)
        if isinstance(node, Scripts) and node.base and isinstance(node.base[0], Rows):
            rest.insert(0, node._replace(base=()))
            node = node.base[0]
        if isinstance(node, Fraction) and is_inference(node):
            tall = _inference(node)
        elif isinstance(node, Rows):
            tall = _bracketed(node, run, rest)
        else:
            run.append(node)
            continue
        yield _beside(Block((write_line(run),), 0), tall)
        run = []
    yield Block((write_line(run),), 0)


def _is_tall(node: Node) -> bool:
    match node:
        case Rows(rows=rows) | Scripts(base=(Rows(rows=rows),)):
            return len(rows) > 1
        case Fraction():
            return is_inference(node)
        case _:
            return False


def _inference(node: Fraction) -> Block:
    """A conclusion below its premises."""
    above, below = write_line(node.above), write_line(node.below)
    width = max(cells(above), cells(below))
    lines = [line + " " * (width - cells(line)) for line in (above, below)]
    return Block((lines[0], "─" * width, lines[1]), 1)


def _bracketed(node: Rows, run: list[Node], rest: list[Node]) -> Block:
    """The rows, with the brackets and the scripts that are taken from beside them."""
    opening = closing = ""
    if node.kind in _WITHOUT_BRACKETS:
        opening, closing = _taken_bracket(run, -1, "open"), _taken_bracket(rest, 0, "close")
    return _with_scripts(_rows_block(node, opening, closing), rest)


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


def _with_scripts(rows: Block, rest: list[Node]) -> Block:
    """Put the scripts that come next beside the first and the last row."""
    if not rest or not isinstance(rest[0], Scripts) or rest[0].base:
        return rows
    script = rest[0]
    above = write_line((script._replace(below=None),)) if script.above else ""
    below = write_line((script._replace(above=None),)) if script.below else ""
    rest.pop(0)
    first, *others = rows.lines
    if not others:
        return Block((first + below + above,), 0)
    return Block((first + above, *others[:-1], others[-1] + below), rows.middle)


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
    columns = max(map(len, node.rows))
    table = [
        [write_line(cell) for cell in row] + [""] * (columns - len(row)) for row in node.rows
    ]
    if node.kind == "aligned":
        table = [list(map(spaced_sign, row)) for row in table]
    widths = [max(cells(row[column]) for row in table) for column in range(columns)]
    if node.kind == "aligned":
        lines = [_aligned(row, widths) for row in table]
        return _fenced(lines, opening, closing)
    sides = [_side(node, [row[column] for row in table], column) for column in range(columns)]
    lines = []
    for number, row in enumerate(table):
        if number in node.layout.rules:
            lines.append(_joined(["─" * width for width in widths], node.layout.bars, "─", "┼"))
        filled = [
            _filled(cell, width, side)
            for cell, width, side in zip(row, widths, sides, strict=True)
        ]
        lines.append(_joined(filled, node.layout.bars, " ", "│"))
    before, after = BRACKETS.get(node.kind, ("", ""))
    return _fenced(lines, opening or before, closing or after)


def _side(node: Rows, column: Sequence[str], number: int) -> str:
    """l, c or r: how the cells of a column are aligned. Numbers are aligned at the right."""
    asked = node.layout.columns[number : number + 1] or "l"
    if node.kind in ("cases", "rcases") or (asked == "l" and node.layout.columns):
        return asked
    numbers = [bool(_number.fullmatch(cell)) for cell in column if cell]
    return "r" if numbers and all(numbers) else asked


def _filled(cell: str, width: int, side: str) -> str:
    space = width - cells(cell)
    before = {"l": 0, "c": space // 2, "r": space}[side]
    return " " * before + cell + " " * (space - before)


def _joined(row: Sequence[str], bars: frozenset[int], blank: str, bar: str) -> str:
    line = row[0]
    for column, cell in enumerate(row[1:], 1):
        line += (f"{blank}{bar}{blank}" if column in bars else blank * 2) + cell
    return line


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    """Cells in turn right and left aligned, as `&` asks for."""
    line = ""
    for column, (cell, width) in enumerate(zip(row, widths, strict=False)):
        space = " " * (width - cells(cell))
        if column % 2:
            line += (" " if widths[column - 1] else "") + f"{cell}{space}"
        else:
            line += ("   " if column else "") + f"{space}{cell}"
    return line.rstrip(" ") if len(widths) > 1 else line.strip(" ")


def _fenced(lines: Sequence[str], opening: str, closing: str) -> Block:
    """The lines, made equally wide, between brackets that are as tall as they are."""
    width = max(map(cells, lines))
    lines = [line + " " * (width - cells(line)) for line in lines]
    if len(lines) == 1:
        return Block((f"{opening}{lines[0].rstrip(' ')}{closing}",), 0)
    fenced = []
    for number, line in enumerate(lines):
        part = 0 if number == 0 else 2 if number == len(lines) - 1 else 1
        left = f"{_TALL[opening][part]} " if opening else ""
        right = f" {_TALL[closing][part]}" if closing else ""
        fenced.append(f"{left}{line}{right}")
    return Block(tuple(fenced), (len(lines) - 1) // 2)
