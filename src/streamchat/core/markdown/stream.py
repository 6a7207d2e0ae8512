"""Cuts a stream of Markdown into leaf blocks, each released once it cannot change.

Rule 1: how the text was cut does not matter; only complete lines decide, and of a line that is
longer than LONG_LINE its beginning, if that can only be text.
Rule 2: each line is parsed once. Only the piece just fed is searched for a newline.
Rule 3: what is still open is shown by `tail`, at a cost bounded by its `max_chars`.
"""

from __future__ import annotations

import re

from streamchat.core.markdown.cropping import NO_LIMIT, cropped, ends
from streamchat.core.markdown.leaves import Leaf
from streamchat.core.markdown.paragraph import LONG_LINE, SLICE
from streamchat.core.markdown.parser import Parser

_letters = re.compile(r"[^\W\d_]{2}")


class Blocks:
    def __init__(self, *, settles_early: bool = False) -> None:
        """With `settles_early`, a long paragraph comes in parts while it arrives."""
        self._parser = Parser(settles_early=settles_early)
        self._pieces: list[str] = []  # of the line that is not complete
        self._pieces_chars = 0
        self._is_text: bool | None = None  # the beginning of that line, once it is long
        self.lines_parsed = 0

    def feed(self, text: str) -> list[Leaf]:
        """Parse the lines that `text` completes; return the leaves they close."""
        *complete, rest = text.split("\n")
        for line in complete:
            self._add(line)
            self._end_line()
        if rest:
            self._add(rest)
        return self._parser.taken()

    def close(self) -> list[Leaf]:
        """End the document; return what was still open."""
        if self._pieces or self._is_text is not None:
            self._end_line()
        self._parser.close()
        return self._parser.taken()

    def tail(self, *, max_chars: int, max_rows: int = NO_LIMIT) -> list[Leaf]:
        """What `close` would return now, without the beginning of a leaf that is too large to
        show: at least its last `max_chars` are kept, or the last `max_rows` of a table.

        A partial line in a fence is left out while it may still become the closing fence.
        """
        parser = self._parser.copy(max_chars, max_rows)
        if self._is_text:
            parser.grow_line("".join(self._pieces))
        elif self._pieces:
            parser.line(ends(self._pieces, self._pieces_chars, max_chars))
        parser.close()
        return [cropped(leaf) for leaf in parser.taken()]

    def _add(self, piece: str) -> None:
        """More of the line. Where it was cut does not count: a long one is read in slices."""
        self._pieces.append(piece)
        self._pieces_chars += len(piece)
        if self._is_text is False or self._pieces_chars < (
            SLICE if self._is_text else LONG_LINE
        ):
            return
        line, start = "".join(self._pieces), 0
        while len(line) - start >= (size := SLICE if self._is_text else LONG_LINE):
            part = line[start : start + size]
            if self._is_text:
                self._parser.grow_line(part)
            elif not self._begin(part):
                self._is_text = False
                return
            self._is_text = True
            start += size
        self._pieces, self._pieces_chars = [line[start:]], len(line) - start

    def _begin(self, text: str) -> bool:
        """Parse the beginning of a long line, if the line can only be text."""
        if _letters.search(text) is None:
            return False  # markers of many containers, a rule: not worth a trial
        trial = self._parser.copy(NO_LIMIT, NO_LIMIT)
        trial.line(text)
        if not trial.line_may_grow(text):
            return False
        self._parser.line(text)
        return True

    def _end_line(self) -> None:
        self.lines_parsed += 1
        line = "".join(self._pieces)
        if not self._is_text:
            self._parser.line(line)
        elif line:
            self._parser.grow_line(line)
        self._pieces, self._pieces_chars, self._is_text = [], 0, None
