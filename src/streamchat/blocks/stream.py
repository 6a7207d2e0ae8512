"""Cuts a stream of Markdown into leaf blocks, each released once it cannot change.

Rule 1: how the text was cut does not matter; only complete lines decide.
Rule 2: each line is parsed once. Only the piece just fed is searched for a newline.
Rule 3: what is still open is shown by `tail`, at a cost bounded by its `max_chars`.
"""

from __future__ import annotations

from dataclasses import replace

from streamchat.blocks.leaves import (
    CodeLine,
    Definition,
    Heading,
    HtmlLine,
    Leaf,
    LeafBlock,
    MathBlock,
    Paragraph,
    Table,
)
from streamchat.blocks.parser import Parser


class Blocks:
    def __init__(self) -> None:
        self._parser = Parser()
        self._pieces: list[str] = []  # of the line that is not complete
        self.lines_parsed = 0

    def feed(self, text: str) -> list[Leaf]:
        """Parse the lines that `text` completes; return the leaves they close."""
        *complete, rest = text.split("\n")
        if complete:
            complete[0] = "".join(self._pieces) + complete[0]
            self._pieces.clear()
        for line in complete:
            self._parse(line)
        if rest:
            self._pieces.append(rest)
        return self._parser.taken()

    def close(self) -> list[Leaf]:
        """End the document; return what was still open."""
        if self._pieces:
            self._parse("".join(self._pieces))
            self._pieces.clear()
        self._parser.close()
        return self._parser.taken()

    def tail(self, *, max_chars: int) -> list[Leaf]:
        """What `close` would return now, less the beginning of a leaf too large to show.

        A partial line in a fence is left out while it may still become the closing fence.
        """
        parser = self._parser.copy(max_chars)
        if self._pieces:
            parser.line(_ends(self._pieces, max_chars))
        parser.close()
        return [_cropped(leaf, max_chars) for leaf in parser.taken()]

    def _parse(self, line: str) -> None:
        self.lines_parsed += 1
        self._parser.line(line)


def _ends(pieces: list[str], max_chars: int) -> str:
    """The line; of a huge one the beginning, which says what it is, and the end.

    What is kept is longer than `max_chars` even without its beginning, so its leaf is cropped.
    """
    whole = _first(pieces, 2 * max_chars + 2)
    if len(whole) <= 2 * max_chars + 1:
        return whole
    return whole[:max_chars] + _last(pieces, max_chars + 1)


def _first(pieces: list[str], max_chars: int) -> str:
    kept = []
    for piece in pieces:
        if max_chars <= 0:
            break
        kept.append(piece[:max_chars])
        max_chars -= len(piece)
    return "".join(kept)


def _last(pieces: list[str], max_chars: int) -> str:
    kept = []
    for piece in reversed(pieces):
        if max_chars <= 0:
            break
        kept.append(piece[-max_chars:])
        max_chars -= len(piece)
    return "".join(reversed(kept))


def _cropped(leaf: Leaf, max_chars: int) -> Leaf:
    block: LeafBlock = leaf.block
    match block:
        case Paragraph() | Heading() | CodeLine() | HtmlLine() if len(block.text) > max_chars:
            block = replace(block, text=block.text[-max_chars:].lstrip("\n"))
        case MathBlock() | Definition() if len(block.source) > max_chars:
            block = replace(block, source=block.source[-max_chars:].lstrip("\n"))
        case Table() if any(len(cell) > max_chars for row in block.rows for cell in row):
            rows = tuple(tuple(cell[-max_chars:] for cell in row) for row in block.rows)
            block = replace(block, rows=rows)
    return leaf if block is leaf.block else replace(leaf, block=block, cropped=True)
