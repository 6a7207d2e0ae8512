"""Cuts a stream of Markdown into leaf blocks, each released once it cannot change.

Rule 1: how the text was cut does not matter; only complete lines decide.
Rule 2: each line is parsed once. Only the piece just fed is searched for a newline.
Rule 3: what is still open is shown by `tail`, at a cost bounded by its `max_chars`.
"""

from __future__ import annotations

from streamchat.core.markdown.cropping import NO_LIMIT, cropped, ends
from streamchat.core.markdown.leaves import Leaf
from streamchat.core.markdown.parser import Parser


class Blocks:
    def __init__(self) -> None:
        self._parser = Parser()
        self._pieces: list[str] = []  # of the line that is not complete
        self._pieces_chars = 0
        self.lines_parsed = 0

    def feed(self, text: str) -> list[Leaf]:
        """Parse the lines that `text` completes; return the leaves they close."""
        *complete, rest = text.split("\n")
        if complete:
            complete[0] = "".join(self._pieces) + complete[0]
            self._forget_pieces()
        for line in complete:
            self._parse(line)
        if rest:
            self._pieces.append(rest)
            self._pieces_chars += len(rest)
        return self._parser.taken()

    def close(self) -> list[Leaf]:
        """End the document; return what was still open."""
        if self._pieces:
            self._parse("".join(self._pieces))
            self._forget_pieces()
        self._parser.close()
        return self._parser.taken()

    def tail(self, *, max_chars: int, max_rows: int = NO_LIMIT) -> list[Leaf]:
        """What `close` would return now, without the beginning of a leaf that is too large to
        show: at least its last `max_chars` are kept, or the last `max_rows` of a table.

        A partial line in a fence is left out while it may still become the closing fence.
        """
        parser = self._parser.copy(max_chars, max_rows)
        if self._pieces:
            parser.line(ends(self._pieces, self._pieces_chars, max_chars))
        parser.close()
        return [cropped(leaf) for leaf in parser.taken()]

    def _forget_pieces(self) -> None:
        self._pieces.clear()
        self._pieces_chars = 0

    def _parse(self, line: str) -> None:
        self.lines_parsed += 1
        self._parser.line(line)
