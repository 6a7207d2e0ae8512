"""The closed leaf blocks of a Markdown document, each with its path of containers.

A leaf is emitted once, in document order, when nothing that follows can change it.
Code and HTML blocks are emitted line by line, since their lines cannot change.
`text` and table cells are inline source, not yet parsed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quote. `id` is unique in the document."""

    id: int


@dataclass(frozen=True, slots=True)
class Item:
    """A list item. `number` is None for bullets, else the number that was written. If the
    item before has the same number, it is that item's shown number plus one."""

    id: int
    list_id: int
    number: int | None
    delimiter: str  # - + * . )


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote definition `[^label]:`, shown where it is."""

    id: int
    label: str


Container: TypeAlias = Quote | Item | Footnote


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    continues: bool = False  # the same paragraph or heading as the previous leaf
    goes_on: bool = False  # the next leaf continues the last line


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break."""


@dataclass(frozen=True, slots=True)
class CodeStart:
    """A code block begins; `info` is the fence's info string, None when indented."""

    info: str | None


@dataclass(frozen=True, slots=True)
class CodeLine:
    text: str  # without its newline, indentation of containers and fence removed


@dataclass(frozen=True, slots=True)
class CodeEnd:
    is_open: bool = field(default=False, compare=False)  # only in a tail: more may come


@dataclass(frozen=True, slots=True)
class HtmlLine:
    text: str
    first: bool  # of its HTML block
    # Whether text can be between tags, unlike in scripts and comments.
    holds_text: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class MathBlock:
    """`$$…$$` or `\\[…\\]` standing alone; `source` keeps its delimiters."""

    source: str


Alignment: TypeAlias = Literal["left", "center", "right"] | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a part of one that is too long for one leaf. `begun` are the rows of the
    first part, by which the others are laid out. `gap` is only in a tail: before the row with
    this index, others are left out."""

    alignments: tuple[Alignment, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    begun: tuple[tuple[str, ...], ...] | None = None
    gap: int | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A link reference definition; `source` is what was written."""

    label: str  # normalised as markdown-it does
    destination: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Empty:
    """A container that holds nothing (`-` or `>` alone)."""


LeafBlock: TypeAlias = (
    Paragraph
    | Heading
    | Rule
    | CodeStart
    | CodeLine
    | CodeEnd
    | HtmlLine
    | MathBlock
    | Table
    | Definition
    | Empty
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A closed block and the containers it is in, outermost first.

    `opens` counts the containers at the end of `path` of which this leaf is the first:
    those still have their markers to show. `cropped` is set only in a tail whose
    beginning was left out because it is larger than a screen. Bit n of `crowded` is set
    when container n of `path` holds more than one block, not counting those in containers
    of its own.
    """

    block: LeafBlock
    path: tuple[Container, ...] = ()
    opens: int = 0
    cropped: bool = False
    crowded: int = field(default=0, compare=False)


_LINE_SIZE = 20  # of the smallest line or cell
_LEXED_SIZE = 3
_LEXER_SIZE = 10_000  # of a language that is loaded


def leaf_size(block: LeafBlock) -> int:
    """What it costs to show, in characters of prose, roughly."""
    match block:
        case Paragraph(text=text) | Heading(text=text) | HtmlLine(text=text):
            return len(text) + _LINE_SIZE * (text.count("\n") + 1)
        case MathBlock(source=source) | Definition(source=source):
            return len(source) + _LINE_SIZE * (source.count("\n") + 1)
        case CodeStart():
            return _LEXER_SIZE
        case CodeLine(text):
            return _LINE_SIZE + _LEXED_SIZE * len(text)
        case Table(header=header, rows=rows):
            return sum(_LINE_SIZE + len(cell) for row in (header, *rows) for cell in row)
        case _:
            return _LINE_SIZE
