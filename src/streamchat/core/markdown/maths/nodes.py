"""What a formula is made of."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from streamchat.core.markdown.maths.arrays import Layout

Role: TypeAlias = Literal[
    "operand",  # a letter or a number
    "letter",  # an operand whose name swallows the blank after it
    "relation",  # and arrows
    "operator",
    "sign",  # an operator or a relation that is spaced as it was written
    "function",
    "limit",
    "large",
    "open",
    "close",
    "comma",
    "blank",
    "infix",  # `\\choose` and `\\over`, between the two halves of a group
]


class Unformattable(ValueError):
    """This formula has no form in a line."""


class Symbol(NamedTuple):
    text: str
    role: Role


# The blank that was written between symbols, the one that a macro asks for, and a wide one.
BLANK = Symbol(" ", "blank")
SPACE = Symbol("\\,", "blank")
QUAD = Symbol("\\quad", "blank")


def is_blank(node: Node) -> bool:
    return isinstance(node, Symbol) and node.role == "blank"


class Words(NamedTuple):
    r"""`\text{…}`: its blanks count."""

    text: str


class Braced(NamedTuple):
    body: tuple[Node, ...]


class Fraction(NamedTuple):
    above: tuple[Node, ...]
    below: tuple[Node, ...]


class Radical(NamedTuple):
    body: tuple[Node, ...]
    degree: tuple[Node, ...]


class Scripts(NamedTuple):
    base: tuple[Node, ...]
    below: tuple[Node, ...] | None
    above: tuple[Node, ...] | None


class Accent(NamedTuple):
    mark: str
    body: tuple[Node, ...]
    every: bool  # the mark goes with every character
    name: str


class Bold(NamedTuple):
    body: tuple[Node, ...]


class Rows(NamedTuple):
    r"""An environment, or rows that `\\` ends."""

    kind: str  # aligned, cases, or a matrix' name
    rows: tuple[tuple[tuple[Node, ...], ...], ...]
    layout: Layout = Layout()


Node: TypeAlias = Symbol | Words | Braced | Fraction | Radical | Scripts | Accent | Bold | Rows
