"""Open containers: which of them the next line continues.

Enough indentation or a blank line continues an item or a footnote, `>` continues a quote.
An item that began empty ends at a blank line. There are no list nodes: each container
remembers the list its last child belonged to, which is all that numbering needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streamchat.core.markdown.cursor import CODE_INDENT, LineCursor
from streamchat.core.markdown.leaves import Container, Item, Quote


@dataclass(frozen=True, slots=True)
class OpenList:
    id: int
    delimiter: str
    written: int | None  # the last item's number; None: bullets
    shown: int | None


@dataclass(slots=True)
class OpenContainer:
    kind: Container | None  # None: the document itself
    columns: int = 0  # of indentation that continue an item or a footnote
    quotes: int = 0  # of this container and those around it
    filled: bool = False  # holds at least one block
    blocks: int = 0  # directly in it
    shown: bool = False  # a leaf that carries its marker was emitted
    last_list: OpenList | None = None

    def continues(self, line: LineCursor) -> bool:
        """Whether `line` continues this container; if so, the prefix is read."""
        if isinstance(self.kind, Quote):
            return reads_quote_marker(line)
        if line.indent < self.columns and not line.blank:
            return False
        if line.blank and not self.filled:
            return False
        line.dedent(self.columns)
        return True

    def next_item(self, delimiter: str, written: int | None, new_id: Callable[[], int]) -> Item:
        """The item that begins in this container: the next of its last list, if it belongs
        there."""
        the_list = self.last_list
        if the_list is None or the_list.delimiter != delimiter:
            the_list = OpenList(new_id(), delimiter, None, None)
        number = written
        if number is not None and number == the_list.written and the_list.shown is not None:
            number = the_list.shown + 1
        self.last_list = OpenList(the_list.id, delimiter, written, number)
        return Item(new_id(), the_list.id, number, delimiter)

    def copy(self) -> OpenContainer:
        return OpenContainer(
            self.kind,
            self.columns,
            self.quotes,
            self.filled,
            self.blocks,
            self.shown,
            self.last_list,
        )


def reads_quote_marker(line: LineCursor) -> bool:
    """Read `>` and the blank after it, if they are next."""
    if line.char != ">" or line.indent >= CODE_INDENT:
        return False
    line.skip(1)
    line.dedent(1)
    return True


def matched(stack: list[OpenContainer], line: LineCursor) -> int:
    """How many containers of `stack` (the document first) `line` continues."""
    for depth in range(1, len(stack)):
        exhausted = line.offset == len(line.text)
        if exhausted and stack[depth - 1].quotes == stack[-1].quotes:
            # Only items from here: an empty line continues them all, save an empty last one.
            return len(stack) if stack[-1].filled else len(stack) - 1
        if not stack[depth].continues(line):
            return depth
    return len(stack)
