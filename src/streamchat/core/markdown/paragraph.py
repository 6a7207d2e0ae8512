"""The open paragraph: also lines that may still become definitions, display math or a table.

Its lines are joined once, when it closes. They keep their indentation (verse, drawings, code
without a fence). In an item, the least indentation of its lines is removed. A paragraph of one
line has none.

A paragraph that grows longer than a piece is closed in pieces and can then only be text. One
that settles early comes in parts. Each ends at a split point (see `inline.split_points`), and
before the last line while that may still become a heading or the header of a table. Parts look
like the whole.
"""

from __future__ import annotations

from streamchat.core.markdown import table
from streamchat.core.markdown.cropping import CUT, crop_start
from streamchat.core.markdown.cursor import CODE_INDENT, LineCursor
from streamchat.core.markdown.definitions import Scan, Stage, definition
from streamchat.core.markdown.display_math import BARE_BRACKETS, MACRO, Delimiters, opened_by
from streamchat.core.markdown.inline.split_points import last_split_point
from streamchat.core.markdown.leaves import (
    Definition,
    Heading,
    LeafBlock,
    MathBlock,
    Paragraph,
)
from streamchat.core.markdown.pieces import PIECE_CHARACTERS, PIECE_LINES, pieces

_BLANKS = " \t"
_UNDERLINES = {"=": 1, "-": 2}
_WIDEST_INDENT = 100
_LEAST_PART = 64  # characters
LONG_LINE = 128  # characters; a longer line is read in slices, and is only text
SLICE = 64  # of a longer line that is read at once
_LAZY = -1  # the indentation of a line outside the paragraph's containers


class OpenParagraph:
    def __init__(self, *, in_item: bool = False, settles_early: bool = False) -> None:
        self.lines: list[str] = []  # without their indentation
        self._indents: list[int] = []  # of each line
        self._in_item = in_item
        self._settles_early = settles_early
        self._part_chars = LONG_LINE  # at least, before a part is looked for
        self._margin_before = _WIDEST_INDENT  # of lines that were taken as parts
        self.scan: Scan | None = None  # while the lines may be a definition
        self.cropped = False
        self.closed = False  # ended by its own last line
        self._continues = False  # a piece of it was emitted
        self._header_possible = False  # the last line may head a table
        self._math: Delimiters | None = None  # display math that waits for its closer
        self._math_start = 0
        self._chars = 0  # of the lines with their newlines
        self._is_full = False  # a further line begins another piece

    @property
    def in_math(self) -> bool:
        return self._math is not None

    def admits(self, line: LineCursor) -> bool:
        """False when the lines so far are a definition that `line` does not belong to."""
        return self.scan is None or self.scan.admits(line.content())

    def add(self, line: LineCursor, *, lazy: bool) -> list[LeafBlock]:
        """Add a line's text; return what it completed."""
        text = line.content()
        blocks: list[LeafBlock] = []
        if self._is_full:
            blocks += self._take_text()
            self.scan = self._math = None
        self._header_possible = not lazy and line.indent < CODE_INDENT
        self.lines.append(text)
        self._indents.append(_LAZY if lazy else min(line.indent, _WIDEST_INDENT))
        self._chars += len(text) + 1
        self._is_full = self._chars > PIECE_CHARACTERS or len(self.lines) >= PIECE_LINES
        if self._is_full:
            self.scan = self._math = None
            return blocks
        if self.scan is not None or (self._is_first_line and text[0] == "["):
            self.scan = (self.scan or Scan()).add(text)
        if lazy:
            self._math = None
        elif self._ends_math(text):
            return blocks + self._close_math()
        return blocks + self._settle_definition() + self._take_part()

    @property
    def may_grow(self) -> bool:
        """Whether its last line, still incomplete, can only be text."""
        text = self.lines[-1]
        if self.scan is not None or self._math is not None:
            return False
        return text[0] not in "<[|:-=" and "|" not in text

    def grow(self, text: str) -> list[LeafBlock]:
        """Add more of the last line."""
        self.lines[-1] += text
        self._chars += len(text)
        self._header_possible = False
        if self._chars <= PIECE_CHARACTERS:
            return self._take_part()
        blocks = self._take_text()
        rest = blocks.pop()
        self.lines = rest.text.split("\n")
        self._indents = [_LAZY] * len(self.lines)
        self._chars = self._count_chars()
        return [*blocks]

    def _take_part(self) -> list[LeafBlock]:
        """The final beginning of the text, once it is enough for a leaf."""
        if not self._settles_early or self._chars <= self._part_chars:
            return []
        if self.scan is not None or self._math is not None:
            return []
        if self._is_first_line and (self._chars <= LONG_LINE + 1 or self._indents[0] > 0):
            return []
        self._part_chars = 2 * self._chars  # so that all searches are linear work
        below = self._indents[not self._continues :]
        if self._in_item and any(indent > 0 for indent in below):
            return []
        lines = self._indented_lines()
        text = "\n".join(lines)
        if self._header_possible:
            text = text[: -len(lines[-1])]  # which may still become the header of a table
        end = last_split_point(text)
        return [self._part(lines, text[:end])] if end >= _LEAST_PART else []

    def _part(self, lines: list[str], text: str) -> Paragraph:
        """Take `text` from the beginning of the lines; the rest stays."""
        count = text.count("\n")
        offset = len(text) - text.rfind("\n") - 1
        part = Paragraph(text, self._continues, goes_on=True)
        self._margin_before = min(self._margin_before, self._margin())
        del self.lines[:count], self._indents[:count]
        if offset:
            self.lines[0], self._indents[0] = lines[count][offset:], _LAZY
        self._continues, self._is_full = True, False
        self._chars = self._count_chars()
        self._part_chars = self._chars + SLICE
        return part

    @property
    def _is_first_line(self) -> bool:
        return len(self.lines) == 1 and not self._continues

    def _settle_definition(self) -> list[LeafBlock]:
        if self.scan is None:
            return []
        if self.scan.stage is Stage.NO_DEFINITION:
            self.scan = None
        elif self.scan.stage is Stage.UNTITLED:
            return [self._take_definition()]
        return []

    def _take_definition(self) -> Definition:
        scan, self.scan = self.scan, None
        assert scan is not None
        count = scan.untitled_lines if scan.stage is Stage.UNTITLED else len(self.lines)
        source = "\n".join(self.lines[:count]).rstrip(_BLANKS)
        del self.lines[:count], self._indents[:count]
        self._chars = self._count_chars()
        self._math_start -= count
        return definition(source)

    def _ends_math(self, text: str) -> bool:
        start = 0
        if self._math is None:
            self._math = opened_by(text)
            if self._math is None:
                return False
            self._math_start = len(self.lines) - 1
            start = len(self._math.opener)
        closer = self._math.closer.search(text, start)
        if closer is None:
            return False
        holds_something = (
            len(self.lines) - 1 > self._math_start or text[start : closer.start()].strip()
        )
        if holds_something and not text[closer.end() :].strip(_BLANKS):
            is_bare = self._math is BARE_BRACKETS
            if not is_bare or any(map(MACRO.search, self.lines[self._math_start :])):
                return True
        self._math = None
        return False

    def _close_math(self) -> list[LeafBlock]:
        math = MathBlock("\n".join(self.lines[self._math_start :]).rstrip(_BLANKS))
        self._keep_lines(self._math_start)
        self.closed = True
        return [*self.close(), math]

    def _keep_lines(self, count: int) -> None:
        """Forget the lines after the first `count`, also as parts of a definition."""
        del self.lines[count:], self._indents[count:]
        self._chars = self._count_chars()
        if self.scan is not None:
            self.scan = None
            for text in self.lines:
                self.scan = (self.scan or Scan()).add(text)

    def _count_chars(self) -> int:
        return sum(len(text) + 1 for text in self.lines)

    def close(self) -> list[LeafBlock]:
        blocks: list[LeafBlock] = []
        if self.scan is not None:
            self.scan = self.scan.closed()
            if self.scan.is_definition:
                blocks.append(self._take_definition())
        return blocks + self._take_text()

    def _take_text(self) -> list[Paragraph]:
        """All lines as paragraphs, one for each piece."""
        if not self.lines:
            return []
        blocks: list[Paragraph] = []
        for piece in pieces("\n".join(self._indented_lines()).rstrip(_BLANKS)):
            blocks.append(Paragraph(piece, self._continues))
            self._continues = True
        self.lines, self._indents, self._chars = [], [], 0
        self._part_chars, self._is_full = LONG_LINE, False
        return blocks

    def _indented_lines(self) -> list[str]:
        if len(self.lines) == 1 and not (self._continues or self.cropped):
            return self.lines
        margin = self._margin() if self._in_item else 0
        return [
            " " * max(0, indent - margin) + text
            for indent, text in zip(self._indents, self.lines, strict=True)
        ]

    def _margin(self) -> int:
        """The least indentation of the lines below the first one."""
        goes_on = self._continues or self.cropped
        below = self._indents if goes_on else self._indents[1:]
        least = min((indent for indent in below if indent != _LAZY), default=_WIDEST_INDENT)
        return min(least, self._margin_before)

    def table_from(self, line: LineCursor) -> table.OpenTable | None:
        """The table that `line` makes of the last line, which then leaves the paragraph."""
        if line.char not in "|:-" or line.indent >= CODE_INDENT:
            return None
        if self.in_math or not self._header_possible:
            return None
        header = self.lines[-1]
        if "|" not in header or len(header) > PIECE_CHARACTERS:
            return None
        columns = table.alignments(line.content())
        if columns is None:
            return None
        names = table.cells_for(header, len(columns))
        if len(names) != len(columns):
            return None
        self._keep_lines(len(self.lines) - 1)
        return table.OpenTable(columns, names)

    def is_underlined_by(self, line: LineCursor) -> bool:
        """Whether `line` makes a heading of it: of one line only."""
        if line.char not in _UNDERLINES or line.indent >= CODE_INDENT:
            return False
        if len(self.lines) != 1 or self._continues or self.cropped or self.scan is not None:
            return False
        if self.in_math or self._chars > LONG_LINE + 1:
            return False
        return not line.content().rstrip(_BLANKS).strip(line.char)

    def take_heading(self, line: LineCursor) -> Heading:
        text, self.lines = self.lines[0].strip(_BLANKS), []
        return Heading(_UNDERLINES[line.char], text)

    def copy(self, max_chars: int) -> OpenParagraph:
        """For a tail: the last lines, at least `max_chars` of them."""
        copy = OpenParagraph()
        start = crop_start(self._chars, max_chars)
        kept = self._chars
        for text in reversed(self.lines):
            kept -= len(text) + 1
            if kept < start:
                copy.lines.append(CUT + text[start - kept :])
                copy._indents.append(0)
                break
            copy.lines.append(text)
            copy._indents.append(self._indents[-len(copy.lines)])
        copy.lines.reverse()
        copy._indents.reverse()
        copy._in_item = self._in_item
        crops_item = start > 0 and self._in_item
        copy._margin_before = self._margin() if crops_item else self._margin_before
        copy.cropped = start > 0
        copy._continues = self._continues
        copy._chars = self._chars - start
        copy._header_possible = self._header_possible
        if not copy.cropped:
            copy._is_full = self._is_full
            copy.scan = self.scan
            copy._math, copy._math_start = self._math, self._math_start
        return copy
