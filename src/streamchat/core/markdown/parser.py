"""The block parser: each complete line goes once through the stack of open blocks.

In the manner of the CommonMark reference algorithm: the containers that the line
continues are matched, then the blocks that it starts are opened, and what is left is text
of the open paragraph (also as a lazy continuation) or of a new one. Must not know how the
stream was cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, assert_never

from streamchat.core.markdown.containers import OpenContainer, matched
from streamchat.core.markdown.cursor import CODE_INDENT, LineCursor
from streamchat.core.markdown.leaves import (
    CodeEnd,
    CodeLine,
    Container,
    Empty,
    Footnote,
    Heading,
    HtmlLine,
    Item,
    Leaf,
    LeafBlock,
    Paragraph,
    Quote,
    Rule,
    Table,
)
from streamchat.core.markdown.paragraph import OpenParagraph
from streamchat.core.markdown.pieces import heading_pieces
from streamchat.core.markdown.starts import (
    ContainerStart,
    FootnoteStart,
    Interrupts,
    ItemStart,
    LeafStart,
    QuoteStart,
    Start,
    find_start,
)
from streamchat.core.markdown.table import OpenTable
from streamchat.core.markdown.verbatim import OpenIndentedCode, OpenVerbatim
from streamchat.core.sanitize import without_leading_hints

OpenLeaf: TypeAlias = OpenVerbatim | OpenParagraph | OpenTable

_FOOTNOTE_COLUMNS = 4
DEEPEST = 100  # containers in containers; what would be deeper is text


class Parser:
    def __init__(self, *, settles_early: bool = False) -> None:
        self._settles_early = settles_early
        self._stack = [OpenContainer(None, shown=True)]  # the document, then what is open in it
        self._leaf: OpenLeaf | None = None  # in the innermost container
        self._path: tuple[Container, ...] | None = ()  # of the stack; None: not yet made
        self._crowded = 0  # see Leaf
        self._is_tail = False
        self._last_id = 0
        self._leaves: list[Leaf] = []

    def taken(self) -> list[Leaf]:
        """The leaves emitted since the last call."""
        leaves, self._leaves = self._leaves, []
        return leaves

    def line(self, text: str) -> None:
        if not (text.isascii() or isinstance(self._leaf, OpenVerbatim)):
            text = without_leading_hints(text)  # they would keep a block from starting
        line = LineCursor(text)
        depth = matched(self._stack, line)
        leaf, reached = self._leaf, depth == len(self._stack)
        if isinstance(leaf, OpenVerbatim):
            if reached and self._take(leaf, line):
                return
        elif isinstance(leaf, OpenParagraph) and not line.blank:
            if reached and self._turn_into_table(leaf, line):
                return
            if reached and self._turn_into_heading(leaf, line):
                return
            if not leaf.admits(line):
                self._close_leaf()
        self._read(line, depth)

    def line_may_grow(self, text: str) -> bool:
        """Whether the last line, `text`, is text of the open paragraph whatever follows in
        it."""
        leaf = self._leaf
        return (
            isinstance(leaf, OpenParagraph) and text.endswith(leaf.lines[-1]) and leaf.may_grow
        )

    def grow_line(self, text: str) -> None:
        """Add more of the last line."""
        assert isinstance(self._leaf, OpenParagraph)
        self._emit(self._leaf.grow(text))

    def close(self) -> None:
        """Close everything that is open."""
        self._close_to(1)
        self._close_leaf()

    def copy(self, max_chars: int, max_rows: int) -> Parser:
        """For a tail: as this parser, with about the last `max_chars` of the open leaf."""
        copy = Parser()
        copy._stack = [container.copy() for container in self._stack]
        copy._path = self._path
        copy._last_id = self._last_id
        copy._crowded = self._crowded
        copy._is_tail = True
        if isinstance(self._leaf, OpenTable):
            copy._leaf = self._leaf.copy(max_chars, max_rows)
        elif self._leaf is not None:
            copy._leaf = self._leaf.copy(max_chars)
        return copy

    # What a line does.

    def _take(self, leaf: OpenVerbatim, line: LineCursor) -> bool:
        """Give the line to code or HTML, unless that ends before it."""
        blocks = leaf.take(line)
        if blocks is None:
            self._close_leaf()
            return False
        self._emit(blocks)
        if leaf.closed:
            self._leaf = None
        return True

    def _turn_into_table(self, paragraph: OpenParagraph, line: LineCursor) -> bool:
        table = paragraph.table_from(line)
        if table is not None:
            self._close_leaf()
            self._leaf = table
        return table is not None

    def _turn_into_heading(self, paragraph: OpenParagraph, line: LineCursor) -> bool:
        if not paragraph.is_underlined_by(line):
            return False
        if not self._is_tail:  # else the line is not complete: nothing of it is shown yet
            heading = paragraph.take_heading(line)
            self._close_leaf()
            self._emit((heading,))
        return True

    def _read(self, line: LineCursor, depth: int) -> None:
        """Read the line from where its containers, `depth` of the open ones, end."""
        while not line.blank and len(self._stack) <= DEEPEST:
            start = self._start(line, reached=depth == len(self._stack))
            if start is None:
                break
            self._close_to(depth)
            self._close_leaf()
            if not isinstance(start, ContainerStart):
                self._open_leaf(start, line)
                return
            self._open_container(start)
            depth = len(self._stack)
        self._add_text(line, depth)

    def _start(self, line: LineCursor, *, reached: bool) -> Start | OpenIndentedCode | None:
        leaf = self._leaf
        if isinstance(leaf, OpenParagraph):
            # Indented text continues the paragraph. A formula ends only at a fence or heading.
            if line.indent >= CODE_INDENT or (
                leaf.in_math and reached and line.char not in "`~#"
            ):
                return None
            return find_start(line, Interrupts(paragraph=reached, text=True))
        if line.indent >= CODE_INDENT:
            return OpenIndentedCode()
        return find_start(line, Interrupts(text=isinstance(leaf, OpenTable) and reached))

    def _add_text(self, line: LineCursor, depth: int) -> None:
        leaf, reached = self._leaf, depth == len(self._stack)
        if isinstance(leaf, OpenParagraph) and not line.blank:
            self._add_to_paragraph(leaf, line, lazy=not reached)
            return
        if isinstance(leaf, OpenTable) and reached and not line.blank:
            self._emit(leaf.taken())
            if leaf.add(line.content()):
                return
        self._close_to(depth)
        self._close_leaf()
        if not line.blank:
            kind = self._stack[-1].kind
            paragraph = OpenParagraph(
                in_item=isinstance(kind, Item), settles_early=self._settles_early
            )
            self._hold(paragraph)
            self._add_to_paragraph(paragraph, line, lazy=False)

    def _add_to_paragraph(
        self, paragraph: OpenParagraph, line: LineCursor, *, lazy: bool
    ) -> None:
        self._emit(paragraph.add(line, lazy=lazy))
        if paragraph.closed:
            self._leaf = None

    # Opening and closing.

    def _open_leaf(self, start: LeafStart | OpenIndentedCode, line: LineCursor) -> None:
        if isinstance(start, Heading | Rule):
            self._fill()
            self._emit(heading_pieces(start) if isinstance(start, Heading) else (start,))
            return
        self._hold(start)
        self._emit(start.open(line))
        if start.closed:
            self._leaf = None

    def _hold(self, leaf: OpenLeaf) -> None:
        self._fill()
        self._leaf = leaf

    def _fill(self) -> None:
        """Note that a leaf begins in the innermost container."""
        container = self._stack[-1]
        container.filled = True
        container.last_list = None

    def _open_container(self, start: ContainerStart) -> None:
        parent = self._stack[-1]
        parent.filled = True
        opened = OpenContainer(None, quotes=parent.quotes)
        match start:
            case ItemStart():
                opened.kind = parent.next_item(start.delimiter, start.number, self._next_id)
                opened.columns = start.columns
            case QuoteStart():
                parent.last_list = None
                opened.kind = Quote(self._next_id())
                opened.quotes += 1
            case FootnoteStart():
                parent.last_list = None
                opened.kind = Footnote(self._next_id(), start.label)
                opened.columns = _FOOTNOTE_COLUMNS
            case _:
                assert_never(start)
        self._stack.append(opened)
        self._path = None

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _close_to(self, depth: int) -> None:
        """Close the containers beyond the first `depth`, innermost first."""
        while len(self._stack) > depth:
            self._close_leaf()
            if not self._stack[-1].filled:
                self._emit((Empty(),))
            self._stack.pop()
            self._path = None
            self._crowded &= (1 << (len(self._stack) - 1)) - 1

    def _close_leaf(self) -> None:
        leaf, self._leaf = self._leaf, None
        if leaf is not None:
            cropped = isinstance(leaf, OpenParagraph | OpenTable) and leaf.cropped
            self._emit(leaf.close(), cropped=cropped)

    def _emit(self, blocks: Iterable[LeafBlock], *, cropped: bool = False) -> None:
        for block in blocks:
            self._count(block)
            opens = self._show_markers()
            self._leaves.append(Leaf(block, self._known_path(), opens, cropped, self._crowded))

    def _count(self, block: LeafBlock) -> None:
        """Note when the innermost container holds more than one block."""
        match block:
            case CodeLine() | CodeEnd() | Empty() | HtmlLine(first=False):
                return
            case Paragraph(continues=True) | Table(begun=tuple()):
                return
        self._stack[-1].blocks += 1
        if self._stack[-1].blocks > 1 and len(self._stack) > 1:
            self._crowded |= 1 << (len(self._stack) - 2)

    def _known_path(self) -> tuple[Container, ...]:
        if self._path is None:
            kinds = (container.kind for container in self._stack)
            self._path = tuple(kind for kind in kinds if kind is not None)
        return self._path

    def _show_markers(self) -> int:
        """Count the innermost containers that no leaf has shown, and mark them shown."""
        count = 0
        for container in reversed(self._stack):
            if container.shown:
                break
            container.shown = True
            count += 1
        return count
